import type { DatasetDocument } from './dataset';
import type { MetricKey } from './metrics';
import { completeConfig } from './models/catalogue';
import type { Config, OptionValue } from './models/table';
import {
  isActive,
  wasLeftOut,
  type Experiment,
  type Rung,
  type RunSummary,
  type StopReason,
  type SweepAxis,
} from './run';
import type { Searched } from './sharedRun';
import { effectKey, planSweep, sweepOptions } from './sweep';

/** A search of settings that gives every row of a table the same budget. */

/** Of how many trials one goes on. */
export const HALVING_RATE = 3;
export const MOST_TRIALS = 81;
/** What papers hold fixed for all systems, and what a row's pre-training shares with it. */
const HELD: readonly string[] = ['embeddingSize', 'batchSize'];

/** After `first` epochs a third of the trials goes on, after three times as many a third of these, until one is left. */
export function rungsOf(trials: number, first: number): Rung[] {
  const rungs: Rung[] = [];
  for (let [keep, epochs] = [trials, first]; keep > 1; epochs *= HALVING_RATE) {
    keep = Math.max(1, Math.floor(keep / HALVING_RATE));
    rungs.push({ epochs, keep });
  }
  return rungs;
}

/** What a model's search draws from: its numbers with the values that its paper searched; not those in `fixed`, which make the row. */
export const searchAxes = (model: Experiment['model'], fixed: Config): SweepAxis[] =>
  sweepOptions(model).flatMap((option) => {
    const values: readonly OptionValue[] =
      option.type === 'number' || option.type === 'integer' ? (option.suggested ?? []) : [];
    const held = HELD.includes(option.key) || Object.hasOwn(fixed, option.key);
    return held || values.length < 2 ? [] : [{ key: option.key, values }];
  });

/** The settings of a row's trials: its own first, then draws that differ from it and from each other in their effect. At most `trials`. */
export function trialConfigs(
  base: Omit<Experiment, 'seed'>,
  fixed: Config,
  { trials, drawSeed }: { readonly trials: number; readonly drawSeed: number },
  dataset: Pick<DatasetDocument, 'name' | 'features' | 'statistics'>,
): Config[] {
  const own = completeConfig(base.model, base.config);
  const request = { axes: searchAxes(base.model, fixed), method: 'random', draws: trials, drawSeed } as const;
  const drawn = planSweep(base, request, dataset)
    .points.map(({ config }) => config)
    .filter((config) => effectKey(base.model, config) !== effectKey(base.model, own));
  return [own, ...drawn].slice(0, trials);
}

type Trial = Pick<
  RunSummary,
  'id' | 'group' | 'experiment' | 'status' | 'best' | 'result' | 'epochsDone' | 'stopReason' | 'seconds'
>;

/** The run's trials: of the same table, row and seed, itself included. */
const trialsBeside = <T extends Trial>({ group, experiment }: Trial, runs: readonly T[]): T[] =>
  runs.filter(
    (one) =>
      one.group?.id === group?.id && one.group?.variant === group?.variant && one.experiment.seed === experiment.seed,
  );

/** Epochs after which the run is to be judged next; null where it may run to its end. */
export const nextRung = ({ group, epochsDone }: Pick<Trial, 'group' | 'epochsDone'>): number | null =>
  group?.search?.rungs.find(({ epochs }) => epochs > epochsDone)?.epochs ?? null;

const open = ({ status }: Trial): boolean => status === 'queued' || isActive(status);

/**
 * What successive halving says of a queued run: `go` on, `wait` until the other trials of its row and seed have come as far, or why it
 * ends here. One that ended earlier of itself counts with its best value.
 */
export function judgeByHalving(run: Trial, runs: readonly Trial[]): 'go' | 'wait' | StopReason {
  const { search } = run.group ?? {};
  const rung = search?.rungs.findLast(({ epochs }) => epochs <= run.epochsDone);
  if (!search || !rung || run.epochsDone !== rung.epochs) return 'go';
  const trials = trialsBeside(run, runs);
  if (trials.some((one) => open(one) && one.epochsDone < rung.epochs)) return 'wait';
  const valueOf = ({ best }: Trial): number => best?.valid[search.metric] ?? 0;
  const left = trials
    .filter((one) => !wasLeftOut(one) && (open(one) || one.result !== null))
    .toSorted((a, b) => valueOf(b) - valueOf(a) || (a.group?.trial ?? 0) - (b.group?.trial ?? 0));
  const place = left.findIndex(({ id }) => id === run.id);
  if (place < rung.keep) return 'go';
  const { keep } = rung;
  const judged = { epoch: run.epochsDone - 1, metric: search.metric, best: valueOf(run) };
  return { rule: 'halving', ...judged, rank: place + 1, of: left.length, keep };
}

/** A row of a table with one seed. */
export interface RowSeed<T> {
  readonly variant: string;
  readonly seed: number;
  /** Its run; of a search the trial that is best on validation, null until all have ended and where none has a result. */
  readonly run: T | null;
  readonly searched: Searched | null;
}

/** The runs of a table by row and seed, in the order of their first runs. */
export function rowSeeds<T extends Trial>(runs: readonly T[]): RowSeed<T>[] {
  const firsts = runs.filter((run) => !run.group?.search || trialsBeside(run, runs)[0] === run);
  return firsts.map((run): RowSeed<T> => {
    const { variant = '', search } = run.group ?? {};
    const named = { variant, seed: run.experiment.seed };
    if (!search) return { ...named, run, searched: null };
    const trials = trialsBeside(run, runs);
    const sum = (of: (one: T) => number): number => trials.reduce((total, one) => total + of(one), 0);
    const searched = {
      trials: trials.length,
      epochs: sum(({ epochsDone }) => epochsDone),
      seconds: sum(({ seconds }) => seconds),
    };
    return { ...named, run: trials.some(open) ? null : bestTrial(trials, search.metric), searched };
  });
}

/** Of equals, the first. */
function bestTrial<T extends Trial>(trials: readonly T[], metric: MetricKey): T | null {
  let best: T | null = null;
  for (const one of trials)
    if (one.result && (!best?.result || one.result.valid[metric] > best.result.valid[metric])) best = one;
  return best;
}
