import type { ModelId } from './models/table';
import type { Experiment, RunSummary } from './run';

/** How long runs will take, and where that is known from. */
export interface TimeEstimate {
  /** As long as earlier runs needed before early stopping ended them. */
  readonly seconds: number;
  /** To the last possible epoch of all. */
  readonly most: number;
  /** Some may end before their last possible epoch, which their model has not shown yet. */
  readonly atMost: boolean;
  /** One per model. */
  readonly from: readonly RunSummary[];
  /** Models whose pace was measured with a few steps alone. */
  readonly probed: readonly ModelId[];
  /** Models of which nothing is known on that data; their runs are not counted. */
  readonly unknown: readonly ModelId[];
}

/** Seconds per epoch that a few steps of this experiment promise; null where nobody has measured them. */
export type PaceOf = (experiment: Experiment) => number | null;

/**
 * Seconds for all experiments, one after the other: per epoch what the newest finished run of the same model and dataset took, or what a
 * few steps promise, times the epochs that such a run needed and times as many as there may be. What is neither known nor measured is named.
 */
export function estimateTime(
  experiments: readonly Experiment[],
  runs: readonly RunSummary[],
  paceOf: PaceOf = () => null,
): TimeEstimate {
  let [seconds, most, atMost] = [0, 0, false];
  const from = new Set<RunSummary>();
  const [probed, unknown] = [new Set<ModelId>(), new Set<ModelId>()];
  for (const experiment of experiments) {
    const { model, config } = experiment;
    const known = newestLike(experiment, runs);
    const pace = known ? known.seconds / known.epochsDone : paceOf(experiment);
    if (pace === null) {
      unknown.add(model);
      continue;
    }
    const epochs = typeof config['epochs'] === 'number' ? config['epochs'] : (known?.epochsDone ?? 1);
    const endedByLimit = !known || known.epochsDone === known.experiment.config['epochs'];
    atMost ||= endedByLimit && epochs > (known?.epochsDone ?? 0);
    seconds += pace * (endedByLimit ? epochs : Math.min(epochs, known.epochsDone));
    most += pace * epochs;
    if (known) from.add(known);
    else probed.add(model);
  }
  return { seconds, most, atMost, from: [...from], probed: [...probed], unknown: [...unknown] };
}

const newestLike = ({ model, dataset }: Experiment, runs: readonly RunSummary[]): RunSummary | undefined =>
  runs.findLast(
    ({ status, epochsDone, experiment }) =>
      status === 'finished' &&
      epochsDone > 0 &&
      experiment.model === model &&
      experiment.dataset.fingerprint === dataset.fingerprint,
  );
