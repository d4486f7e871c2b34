import { formatCount, formatFingerprint } from '../../ui/format';
import type { PaperTable } from '../../charts/paperTable';
import type { Series } from '../../charts/series';
import type { ChartTable } from '../../charts/table';
import { settingsOf } from '../../domain/comparison';
import type { DatasetDocument } from '../../domain/dataset';
import { metricLabel } from '../../domain/metrics';
import { isComputedAtOnce, modelTable } from '../../domain/models/catalogue';
import type { Report, ReportBlock, RunSource } from '../../domain/report';
import { summarise, type RunDocument, type RunSummary } from '../../domain/run';
import { sharedDatasets } from '../../domain/shared';
import type { Study } from '../../domain/study';
import { settingSeries } from '../compare/curves';
import type { ExpertCells } from '../readings/ExpertMap';
import { shownEpoch } from '../readings/words';
import { reachOf, routerShape, routingFrames } from '../routing/frames';
import type { RouterShape } from '../../domain/models/table';
import { differencesPaper, referenceRows, studyData, studyPaper, studyRows } from '../readings/studyTable';

/** What a part of a report comes to: the same for the page, for HTML and for LaTeX. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'table'; readonly paper: PaperTable; readonly data: ChartTable | null }
  | {
      readonly kind: 'curves';
      readonly title: string;
      readonly caption: string;
      readonly yLabel: string;
      readonly series: readonly Series[];
    }
  | {
      readonly kind: 'routing';
      readonly title: string;
      readonly caption: string;
      readonly shape: RouterShape;
      readonly cells: ExpertCells;
      readonly reach: number;
    }
  /** What cannot be shown, and why. */
  | { readonly kind: 'missing'; readonly words: string };

/** What the parts are made of. */
export interface Material {
  readonly studies: readonly Study[];
  /** All runs of this browser. */
  readonly runs: readonly RunSummary[];
  /** Whole documents, of the runs that the report shows, by id; those that have not been read yet are not there. */
  readonly documents: ReadonlyMap<string, RunDocument>;
  readonly datasets: readonly DatasetDocument[];
}

/** The runs that a part shows; those that are gone are left out. */
export function sourceRuns(
  source: RunSource,
  { studies, runs }: Pick<Material, 'studies' | 'runs'>,
): readonly RunSummary[] {
  if (source.kind === 'runs') return runs.filter(({ id }) => source.ids.includes(id));
  return studies.find(({ id }) => id === source.id)?.runs ?? [];
}

/** Ids of the runs whose documents a report needs. */
export const neededRuns = (report: Report, material: Pick<Material, 'studies' | 'runs'>): string[] => [
  ...new Set(
    report.blocks.flatMap((block) => {
      if (block.kind === 'text') return [];
      if (block.kind === 'routing') return [block.run];
      return sourceRuns(block.source, material).flatMap(({ id, result }) => (result ? [id] : []));
    }),
  ),
];

export function piecesOf(block: ReportBlock, material: Material): readonly Piece[] {
  if (block.kind === 'text') return [{ kind: 'text', text: block.text }];
  if (block.kind === 'routing') return [routingPiece(block.run, block.caption, material)];
  const all = sourceRuns(block.source, material);
  const gone = block.source.kind === 'runs' ? block.source.ids.length - all.length : 0;
  const left: Piece[] = gone > 0 ? [missing(`${formatCount(gone)} of its runs are no longer here.`)] : [];
  if (all.length === 0)
    return [missing('Its runs are no longer here: they were deleted, or belong to another browser.')];
  if (!all.some(({ result }) => result)) return [missing('None of its runs has a result yet.')];
  switch (block.kind) {
    case 'results': {
      const rows = studyRows(all);
      return [
        {
          kind: 'table',
          paper: studyPaper(block.caption, rows, referenceRows(all, material.runs)),
          data: studyData(rows),
        },
        ...left,
      ];
    }
    case 'settings': {
      const paper = differencesPaper(block.caption, all);
      return [paper ? { kind: 'table', paper, data: null } : missing('The runs differ in no option.'), ...left];
    }
    case 'curves': {
      const epochs = new Map([...material.documents].map(([id, run]) => [id, run.epochs]));
      const settings = settingsOf(all.filter(({ experiment }) => !isComputedAtOnce(experiment.model)));
      const series = settingSeries(settings, epochs, block.metric, 'all');
      const title = `${metricLabel(block.metric)}, validation`;
      return [{ kind: 'curves', title, caption: block.caption, yLabel: metricLabel(block.metric), series }, ...left];
    }
    case 'appendix':
      return [...appendix(all, material), ...left];
  }
}

const missing = (words: string): Piece => ({ kind: 'missing', words });

function routingPiece(id: string, caption: string, { documents, runs }: Material): Piece {
  const run = documents.get(id);
  if (!run) return missing(runs.some((one) => one.id === id) ? 'Reading the run …' : 'Its run is no longer here.');
  const findings = run.findings ?? [];
  const shape = routerShape(run.experiment, findings);
  const frames = shape ? routingFrames(run.epochs, shape) : [];
  const best = run.result?.bestEpoch ?? run.best?.epoch;
  const frame = frames.find(({ epoch }) => epoch === best) ?? frames.at(-1);
  if (!shape || !frame) return missing(`${run.name} has no routing.`);
  const title = `${modelTable(run.experiment.model).name}: mean routing, epoch ${shownEpoch(frame.epoch)}`;
  return { kind: 'routing', title, caption, shape, cells: frame.cells, reach: reachOf(frames) };
}

/** Runs and data, as whoever makes them again needs to know them. */
function appendix(runs: readonly RunSummary[], { documents, datasets }: Material): Piece[] {
  const read = runs.flatMap(({ id }) => documents.get(id) ?? []);
  const rows = studyRows(read.map(summarise));
  const list = (values: readonly (string | number)[]): string => [...new Set(values)].join(', ');
  const made: PaperTable = {
    caption: 'How the runs were made.',
    columns: ['', 'Model', 'Seeds', 'Best epochs', 'Device', 'Lodestone'],
    rows: rows.map(({ label, runs: own }) =>
      [
        label,
        list(own.map(({ experiment }) => modelTable(experiment.model).name)),
        list(own.map(({ experiment }) => experiment.seed)),
        list(own.flatMap(({ result }) => (result ? shownEpoch(result.bestEpoch) : []))),
        list(own.map(({ device }) => (device ? `${device.name} (${device.backend})` : 'unknown'))),
        list(own.map(({ app }) => app ?? 'before 0.2.0')),
      ].map((text) => ({ text })),
    ),
  };
  const data: PaperTable = {
    caption: 'The data.',
    columns: ['Dataset', 'Users', 'Items', 'Interactions', 'Split', 'Fingerprint'],
    rows: sharedDatasets(read, datasets).map(({ name, users, items, interactions, split, fingerprint }) =>
      [
        name,
        formatCount(users),
        formatCount(items),
        formatCount(interactions),
        split,
        formatFingerprint(fingerprint),
      ].map((text) => ({ text })),
    ),
  };
  return [made, data].map((paper) => ({ kind: 'table', paper, data: null }));
}
