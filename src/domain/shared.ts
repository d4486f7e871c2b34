import { type SharedDataset, type SharedCurves, type SharedRouting, type SharedRun } from './sharedRun';
import type { DatasetDocument } from './dataset';
import { byKey, type MetricKey, type Metrics } from './metrics';
import { NOTHING_ANSWERED, portableReading, type DatasetReading } from './reading';
import type { Reproduced } from './publishedTables';
import { summarise, type RunDocument, type RunGroup } from './run';
import { rowSeeds } from './search';
import { APP_VERSION } from './version';

/** What a link holds. */
export interface SharedStudy {
  /** The version of Lodestone that made the link; absent before 0.2.0. */
  readonly app?: string;
  readonly datasets: readonly SharedDataset[];
  readonly runs: readonly SharedRun[];
  /** The printed table whose rows they are, where all of them are of one. */
  readonly table?: Reproduced;
  /** The options that were varied, where all runs are points of one sweep. */
  readonly sweep?: readonly string[];
  /** Places of runs that were not compared themselves, but stand beside those that were. */
  readonly baselines?: readonly number[];
  /** What whoever shared it saw of results per user or of weights, which a link does not hold. */
  readonly readings?: readonly SharedReading[];
}

/** A table in words, as it stood on the page. */
export interface SharedReading {
  readonly caption: string;
  /** The first stands over the names of the rows. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** Significant digits of a shared number. */
const DIGITS = 6;

export const sharedNumber = (value: number): number => Number(value.toPrecision(DIGITS));

/** How much of a run is shared: points of its curves, and its routing. */
export interface Detail {
  readonly points: number;
  readonly routing: boolean;
}

/** What identifies the datasets of the runs, each once. Of one that is no longer stored only what the runs know of it. */
export function sharedDatasets(runs: readonly RunDocument[], datasets: readonly DatasetDocument[]): SharedDataset[] {
  const used = new Map<string, SharedDataset>();
  for (const { experiment, origin } of runs) {
    const { id, name, fingerprint } = experiment.dataset;
    if (used.has(fingerprint)) continue;
    const stored =
      datasets.find((one) => one.id === id && one.fingerprint === fingerprint) ??
      datasets.find((one) => one.fingerprint === fingerprint);
    used.set(
      fingerprint,
      stored
        ? sharedDataset(stored)
        : (origin?.dataset ?? {
            name,
            fingerprint,
            users: 0,
            items: 0,
            interactions: 0,
            split: 'provided',
            demo: null,
          }),
    );
  }
  return [...used.values()];
}

/** What identifies a stored dataset. */
export const sharedDataset = ({
  name,
  fingerprint,
  statistics: { users, items, interactions },
  split,
  source,
}: DatasetDocument): SharedDataset => ({
  name,
  fingerprint,
  users,
  items,
  interactions,
  split: split.rule,
  demo: source.kind === 'demo' ? source.options : null,
  ...withReading(source),
});

/** What another import would not find by itself: answers that a person gave, and filters. */
function withReading(source: DatasetDocument['source']): { readonly reading?: DatasetReading } {
  if (source.kind !== 'files' || !source.reading) return {};
  if (source.asked) return { reading: portableReading(source.reading) };
  const { filters } = source.reading;
  return filters ? { reading: { ...NOTHING_ANSWERED, filters } } : {};
}

/**
 * The runs of a study with their datasets. Of a search the best trials alone, with what it took. Runs whose ids are among
 * `baselines` stand beside the others.
 */
export function sharedStudy(
  runs: readonly RunDocument[],
  datasets: readonly DatasetDocument[],
  detail: Detail,
  baselines: readonly string[] = [],
): SharedStudy {
  const used = sharedDatasets(runs, datasets);
  const placeOf = ({ experiment }: RunDocument): number =>
    used.findIndex(({ fingerprint }) => fingerprint === experiment.dataset.fingerprint);
  const own = runs.filter(({ id }) => !baselines.includes(id));
  const table = tableOf(own);
  const sweep = sweepOf(own);
  const beside = runs.flatMap(({ id }, place) => (baselines.includes(id) ? [place] : []));
  const shared = (run: RunDocument): SharedRun => sharedRun(run, placeOf(run), detail);
  return {
    app: APP_VERSION,
    runs: table && runs.length > 1 ? chosenOf(runs, shared) : runs.map(shared),
    datasets: used,
    ...(table && { table }),
    ...(sweep && { sweep }),
    ...(beside.length > 0 && { baselines: beside }),
  };
}

/** The options of the one sweep whose points all runs are. */
function sweepOf(runs: readonly RunDocument[]): readonly string[] | null {
  const group = groupOf(runs);
  return group?.sweep?.axes.map(({ key }) => key) ?? null;
}

/** The set that all runs belong to. */
function groupOf(runs: readonly RunDocument[]): RunGroup | undefined {
  const [first] = runs;
  return runs.every(({ group }) => group?.id === first?.group?.id) ? first?.group : undefined;
}

function chosenOf(runs: readonly RunDocument[], shared: (run: RunDocument) => SharedRun): SharedRun[] {
  return rowSeeds(runs.map(summarise)).flatMap(({ run: chosen, searched }) => {
    const run = runs.find(({ id }) => id === chosen?.id);
    return run ? [{ ...shared(run), ...(searched && { searched }) }] : [];
  });
}

/** The printed table that all runs are held against. */
const tableOf = (runs: readonly RunDocument[]): Reproduced | null => groupOf(runs)?.table ?? null;

/** A run as it is shared; `dataset` is the place of its dataset in the study. */
export function sharedRun(run: RunDocument, dataset: number, { points, routing }: Detail): SharedRun {
  const { model, config, seed } = run.experiment;
  return {
    model,
    config,
    seed,
    name: run.name,
    ...(run.group?.table && { variant: run.group.variant }),
    dataset,
    backend: run.device?.backend ?? null,
    device: run.device?.name ?? '',
    epochs: run.epochs.length,
    result: run.result && {
      bestEpoch: run.result.bestEpoch,
      valid: rounded(run.result.valid),
      test: rounded(run.result.test),
    },
    curves: points > 0 ? curvesOf(run, points) : null,
    routing: routing ? routingOf(run) : null,
  };
}

const rounded = (metrics: Metrics): Metrics => byKey((key) => sharedNumber(metrics[key]));

/** At most `points` evaluations, evenly spread; the best epoch and the last are always among them. */
function curvesOf(run: RunDocument, points: number): SharedCurves | null {
  const evaluated = run.epochs.filter(({ valid }) => valid !== null);
  if (evaluated.length === 0) return null;
  const best = run.result?.bestEpoch ?? run.best?.epoch;
  const every = Math.max(1, Math.ceil(evaluated.length / points));
  const kept = evaluated.filter(
    ({ epoch }, place) => place % every === 0 || place === evaluated.length - 1 || epoch === best,
  );
  const values = (key: MetricKey): number[] => kept.map(({ valid }) => Number((valid?.[key] ?? 0).toFixed(4)));
  return { epochs: kept.map(({ epoch }) => epoch), recall: values('recall@20'), ndcg: values('ndcg@20') };
}

function routingOf(run: RunDocument): SharedRouting | null {
  const groups = run.findings?.find((finding) => finding.kind === 'parts' && finding.key === 'reliance');
  const best = run.result?.bestEpoch ?? run.epochs.length - 1;
  const mean = run.epochs.find(({ epoch }) => epoch === best)?.observed?.['routing'];
  return groups?.kind === 'parts' && mean
    ? { groups: groups.names, mean: mean.map((value) => Number(value.toFixed(4))) }
    : null;
}

/** What is here of a shared dataset. */
export type LocalMatch =
  | { readonly kind: 'same'; readonly dataset: DatasetDocument }
  /** Same users, items and interactions, but another content. */
  | { readonly kind: 'otherContent'; readonly dataset: DatasetDocument }
  | { readonly kind: 'absent' };

export function localMatch(shared: SharedDataset, datasets: readonly DatasetDocument[]): LocalMatch {
  const same = datasets.find(({ fingerprint }) => fingerprint === shared.fingerprint);
  if (same) return { kind: 'same', dataset: same };
  const alike = datasets.find(
    ({ statistics: { users, items, interactions } }) =>
      users === shared.users && items === shared.items && interactions === shared.interactions,
  );
  return alike ? { kind: 'otherContent', dataset: alike } : { kind: 'absent' };
}

export type Agreement = 'identical' | 'within' | 'outside';

/**
 * How a value measured here agrees with a shared one: the same in all shared digits; within one binomial standard error
 * `√(m(1 − m)/n)` of a mean over `n` users; or further away.
 */
export function agreement(theirs: number, mine: number, users: number): Agreement {
  if (sharedNumber(mine) === theirs) return 'identical';
  return Math.abs(mine - theirs) <= Math.sqrt(Math.max(0, theirs * (1 - theirs)) / Math.max(1, users))
    ? 'within'
    : 'outside';
}
