import { entry } from './at';
import type { MetricKey, Metrics } from './metrics';
import { completeConfig, modelTable } from './models/catalogue';
import type { Config, ModelId } from './models/table';
import type { Scatter } from './power';
import type { RunResult, RunSummary } from './run';
import { spread, type Spread } from './spread';

/** Over all held-out items of the test split, or over the liked ones. */
export type Relevant = 'all' | 'liked';

/** Runs of one model, configuration and dataset, which differ in their seed alone. */
export interface Setting {
  /** The same for the same setting, whatever else is compared. */
  readonly key: string;
  /** The model, and what distinguishes it from the other settings of the same model. */
  readonly label: string;
  readonly model: ModelId;
  readonly config: Config;
  readonly dataset: RunSummary['experiment']['dataset'];
  /** With a result; by seed. */
  readonly runs: readonly RunSummary[];
}

export const metricsOf = (result: RunResult | null, relevant: Relevant): Metrics | undefined =>
  relevant === 'all' ? result?.test : result?.testLiked;

/** Finished runs grouped by everything but the seed, in the order of first appearance. Of runs that repeat a seed the last counts. */
export function settingsOf(runs: readonly RunSummary[]): Setting[] {
  const groups = new Map<string, Map<number, RunSummary>>();
  for (const run of runs) {
    if (run.result === null) continue;
    const { model, config, dataset, seed } = run.experiment;
    const key = JSON.stringify([
      model,
      dataset.fingerprint,
      Object.entries(completeConfig(model, config)).sort(([a], [b]) => a.localeCompare(b)),
    ]);
    groups.set(key, (groups.get(key) ?? new Map()).set(seed, run));
  }
  const settings = [...groups.entries()].flatMap(([key, bySeed]): Setting[] => {
    const sorted = [...bySeed.values()].sort((a, b) => a.experiment.seed - b.experiment.seed);
    const [first] = sorted;
    if (!first) return [];
    const { model, config, dataset } = first.experiment;
    return [
      { key, label: modelTable(model).name, model, config: completeConfig(model, config), dataset, runs: sorted },
    ];
  });
  return settings.map((setting) => ({ ...setting, label: labelOf(setting, settings) }));
}

/** `MAGNET`, or `MAGNET, expertHead=mlp` beside another MAGNET; the dataset where there are several. */
function labelOf(setting: Setting, all: readonly Setting[]): string {
  const others = all.filter(
    (other) =>
      other !== setting && other.model === setting.model && other.dataset.fingerprint === setting.dataset.fingerprint,
  );
  const options = Object.keys(setting.config).filter((key) =>
    others.some((other) => other.config[key] !== setting.config[key]),
  );
  const place = new Set(all.map(({ dataset }) => dataset.fingerprint)).size > 1 ? [setting.dataset.name] : [];
  return [modelTable(setting.model).name, ...place, ...options.map((key) => `${key}=${setting.config[key]}`)].join(
    ', ',
  );
}

/** Mean ± sd over a setting's seeds. */
export function settingMetric(setting: Setting, key: MetricKey, relevant: Relevant): Spread {
  return spread(setting.runs.flatMap(({ result }) => metricsOf(result, relevant)?.[key] ?? []));
}

/** Indices of the highest and second highest mean; ties share the place, nulls have none. */
export function bestTwo(values: readonly (number | null)[]): {
  readonly best: readonly number[];
  readonly second: readonly number[];
} {
  const ranked = [...new Set(values.filter((value) => value !== null))].sort((a, b) => b - a);
  const at = (wanted: number | undefined): number[] =>
    values.flatMap((value, i) => (wanted !== undefined && value === wanted ? [i] : []));
  const best = at(ranked[0]);
  return { best, second: best.length > 1 ? [] : at(ranked[1]) };
}

/** One option in which settings differ; null where a model does not have it. */
export interface ConfigDifference {
  readonly option: string;
  readonly values: readonly (string | number | boolean | null)[];
}

/** What the settings differ in, options that all share left out. */
export function configDifferences(settings: readonly Setting[]): ConfigDifference[] {
  const keys = [...new Set(settings.flatMap(({ config }) => Object.keys(config)))];
  return keys
    .map((option) => ({ option, values: settings.map(({ config }) => config[option] ?? null) }))
    .filter(({ values }) => {
      const present = values.filter((value) => value !== null);
      return new Set(present).size > 1;
    });
}

/** A two-sided test of paired differences. */
export interface PairedTest {
  /** t, or the smaller of the two rank sums. */
  readonly statistic: number;
  /** Null where all differences are 0, or the test has too few of them. */
  readonly p: number | null;
  /** Effect size. t-test: mean over standard deviation (Cohen's d_z). Wilcoxon: the rank-biserial correlation, −1 to 1. */
  readonly effect: number | null;
}

/** Differences `a − b` of pairs, and what tests make of them. */
export interface PairedComparison {
  readonly pairs: number;
  readonly mean: number;
  /** Sample standard deviation of the differences; null for one pair. */
  readonly deviation: number | null;
  readonly higher: number;
  readonly lower: number;
  readonly t: PairedTest;
  readonly wilcoxon: PairedTest;
}

/** A setting against the reference; each side null with the reason why there is no test. */
export interface SettingComparison {
  readonly key: string;
  readonly seeds: readonly number[];
  /** Paired by user: each user's mean over the common seeds. `interval`: 95 %, by resampling users. */
  readonly users: (PairedComparison & { readonly interval: readonly [number, number] }) | { readonly refused: string };
  /** Paired by seed; null with fewer than two in common. */
  readonly bySeed: PairedComparison | null;
  /** How users' differences scatter; null where they cannot be paired. */
  readonly scatter: Scatter | null;
}

/** Why two settings cannot be tested against each other; null when they can. */
export function unpairable(a: Setting, b: Setting): string | null {
  if (a.dataset.fingerprint === b.dataset.fingerprint) return null;
  return `${a.label} and ${b.label} were not evaluated on the same data: ${a.dataset.name} and ${b.dataset.name} differ in interactions, split or features.`;
}

/** p-values adjusted for their number (Holm): what holds below α holds for all of them together. */
export function holm(values: readonly number[]): number[] {
  const order = Array.from(values.keys()).sort((i, j) => entry(values, i) - entry(values, j));
  const adjusted = new Array<number>(values.length).fill(1);
  let highest = 0;
  order.forEach((place, rank) => {
    highest = Math.max(highest, (values.length - rank) * entry(values, place));
    adjusted[place] = Math.min(1, highest);
  });
  return adjusted;
}
