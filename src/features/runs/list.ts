import { changedOptions, completeConfig, modelTable } from '../../domain/models/catalogue';
import type { Option } from '../../domain/models/table';
import type { RunSummary } from '../../domain/run';
import { runName } from '../../domain/runName';

/** A line of the list: a run, or several folded into one. */
export type Entry =
  | { readonly kind: 'run'; readonly id: string; readonly run: RunSummary }
  | { readonly kind: 'set'; readonly id: string; readonly name: string; readonly runs: readonly RunSummary[] };

/** What a run is called in the list: what a person called it, or its model. */
export const shortName = ({ name, experiment }: RunSummary): string =>
  name === runName(experiment) ? modelTable(experiment.model).name : name;

/** The options that are not at their defaults, in the labels' words; none where a person's name says what the run is. */
export function chipsOf({ name, experiment }: RunSummary): readonly string[] {
  const { model, config } = experiment;
  if (name !== runName(experiment)) return [];
  const { options } = modelTable(model);
  return Object.entries(changedOptions(model, config)).map(([key, value]) => {
    const label = options.find((option) => option.key === key)?.label ?? key;
    return `${label} ${String(value)}`;
  });
}

/** Everything but the seed. */
const settingKey = ({ experiment: { model, config, dataset } }: RunSummary): string =>
  JSON.stringify([
    model,
    dataset.fingerprint,
    Object.entries(completeConfig(model, config)).sort(([a], [b]) => a.localeCompare(b)),
  ]);

/**
 * Sets, sweeps and seeds of one setting as one line each, where they are two runs or more. Runs that a person pinned or named stand for themselves;
 * so do runs outside of sets that have not finished, because somebody may wait for them or have to resume them, and second runs of one seed.
 */
export function foldRuns(runs: readonly RunSummary[]): Entry[] {
  const isOwn = (run: RunSummary): boolean =>
    run.pinned === true || (!run.group && (run.status !== 'finished' || run.name !== runName(run.experiment)));
  const sets = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const key = isOwn(run) ? run.id : (run.group?.id ?? settingKey(run));
    const known = sets.get(key);
    const twice = !run.group && known?.some(({ experiment }) => experiment.seed === run.experiment.seed);
    if (known && !twice) known.push(run);
    else sets.set(twice ? run.id : key, [run]);
  }
  return [...sets.entries()].map(([key, of]): Entry => {
    const [first] = of;
    if (of.length === 1 && first) return entryOf(first);
    const name = first?.group?.name ?? (first ? modelTable(first.experiment.model).name : '');
    return { kind: 'set', id: `set ${key}`, name, runs: of };
  });
}

export const entryOf = (run: RunSummary): Entry => ({ kind: 'run', id: run.id, run });

/** The runs of a line. */
export const runsOf = (entry: Entry): readonly RunSummary[] => (entry.kind === 'run' ? [entry.run] : entry.runs);

/** A value of a line: the run's, or what the runs of a set have in common. */
export function common<Value extends string | number | boolean>(
  entry: Entry,
  of: (run: RunSummary) => Value | null,
): Value | null {
  const [first, ...others] = runsOf(entry).map(of);
  return first !== undefined && others.every((value) => value === first) ? first : null;
}

/** The mean over the runs of a line that have a value. */
export function mean(entry: Entry, of: (run: RunSummary) => number | null): number | null {
  const values = runsOf(entry).flatMap((run) => of(run) ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The options that can be columns: those of the runs' models, each key once, those that vary first. */
export function optionColumns(runs: readonly RunSummary[]): readonly Option[] {
  const models = [...new Set(runs.map(({ experiment }) => experiment.model))];
  const options = new Map(models.flatMap((model) => modelTable(model).options.map((one) => [one.key, one] as const)));
  const varies = (key: string): boolean => new Set(runs.map(({ experiment }) => experiment.config[key])).size > 1;
  return [...options.values()].sort((a, b) => Number(varies(b.key)) - Number(varies(a.key)));
}
