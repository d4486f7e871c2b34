import { newId } from '../../domain/ids';
import { modelTable } from '../../domain/models/catalogue';
import type { BlockKind, Report, ReportBlock, RunSource } from '../../domain/report';
import type { RunSummary } from '../../domain/run';
import type { Study } from '../../domain/study';
import { KIND_WORDS } from './words';

export const BLOCK_WORDS: Readonly<Record<BlockKind, string>> = {
  text: 'Words',
  results: 'Results',
  curves: 'Curves',
  settings: 'Settings',
  routing: 'Routing',
  appendix: 'How it was made',
};

/** A report on a study: its results, its curves, the routing of its best routed run, and how it was made. */
export function newReport(study: Study | null): Report {
  const now = new Date().toISOString();
  const title = study?.name ?? 'Report';
  const blocks = study
    ? blocksOf(study, now)
    : [text('Write here. Results, curves, settings and routings are added below; they stay live.')];
  return { version: 1, id: newId(), title, createdAt: now, changedAt: now, blocks };
}

const text = (words: string): ReportBlock => ({ id: newId(), kind: 'text', text: words });

function blocksOf({ id, kind, name, notes, runs, look }: Study, now: string): ReportBlock[] {
  const source: RunSource = look === null ? { kind: 'study', id } : { kind: 'runs', ids: runs.map((run) => run.id) };
  const datasets = [...new Set(runs.map(({ experiment }) => experiment.dataset.name))].join(', ');
  const routed = runs.find((run) => run.result && modelTable(run.experiment.model).routing);
  return [
    text(notes || `${name}: a ${KIND_WORDS[kind]} of ${runs.length} runs on ${datasets}, ${now.slice(0, 10)}.`),
    newBlock('results', source),
    newBlock('curves', source),
    newBlock('settings', source),
    ...(routed ? [routingBlock(routed)] : []),
    newBlock('appendix', source),
  ];
}

/** A part that shows runs, with the caption that it starts with. */
export function newBlock(kind: Exclude<BlockKind, 'text' | 'routing'>, source: RunSource): ReportBlock {
  const id = newId();
  if (kind === 'curves')
    return { id, kind, source, metric: 'recall@20', caption: 'Recall@20 on validation by epoch, mean over seeds.' };
  if (kind === 'appendix') return { id, kind, source };
  return { id, kind, source, caption: kind === 'results' ? 'Results.' : 'Options in which the settings differ.' };
}

export const routingBlock = ({ id, experiment: { model, dataset } }: RunSummary): ReportBlock => ({
  id: newId(),
  kind: 'routing',
  run: id,
  caption: `Where ${modelTable(model).name}’s router sends the validation pairs of ${dataset.name}, at the run’s best epoch.`,
});

/** The blocks with one moved up (−1) or down (1). */
export function moved(blocks: readonly ReportBlock[], id: string, by: -1 | 1): ReportBlock[] {
  const from = blocks.findIndex((block) => block.id === id);
  const to = from + by;
  const [one, other] = [blocks[from], blocks[to]];
  return one && other ? blocks.map((block, i) => (i === from ? other : i === to ? one : block)) : [...blocks];
}
