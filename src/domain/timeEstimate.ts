import type { Experiment, RunSummary } from './run';

/** How long runs will take, and where that is known from. */
export interface TimeEstimate {
  readonly seconds: number;
  /** Some may end before their last possible epoch, which their model has not shown yet. */
  readonly atMost: boolean;
  /** One per model. */
  readonly from: readonly RunSummary[];
}

/**
 * Seconds for all experiments, one after the other: per epoch what the newest finished run of the same model and dataset took,
 * times the epochs that it needed (or, where only its limit ended it, as many as there may be). null when a model has no such run.
 */
export function estimateTime(experiments: readonly Experiment[], runs: readonly RunSummary[]): TimeEstimate | null {
  let seconds = 0;
  let atMost = false;
  const from = new Set<RunSummary>();
  for (const { model, dataset, config } of experiments) {
    const known = runs.findLast(
      ({ status, epochsDone, experiment }) =>
        status === 'finished' &&
        epochsDone > 0 &&
        experiment.model === model &&
        experiment.dataset.fingerprint === dataset.fingerprint,
    );
    if (!known) return null;
    const limit = config['epochs'];
    const epochs = typeof limit === 'number' ? limit : known.epochsDone;
    const endedByLimit = known.epochsDone === known.experiment.config['epochs'];
    atMost ||= endedByLimit && epochs > known.epochsDone;
    seconds += (known.seconds / known.epochsDone) * (endedByLimit ? epochs : Math.min(epochs, known.epochsDone));
    from.add(known);
  }
  return experiments.length === 0 ? null : { seconds, atMost, from: [...from] };
}
