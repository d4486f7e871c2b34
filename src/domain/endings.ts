import { evaluationOf, isComputedAtOnce } from './models/catalogue';
import { isActive, type RunSummary } from './run';

/** How a run ended before early stopping would have ended it. Epochs are counted from 1. */
export interface EndedSoon {
  readonly best: number;
  readonly last: number;
  /** Evaluations after the best one. */
  readonly since: number;
  /** Evaluations without progress that early stopping waits for; 0 where it is off. */
  readonly patience: number;
}

/**
 * Whether a trained run ended while validation could still rise: its best evaluation is its last, or fewer followed than early stopping waits for.
 * Null for a run that has no result, that is computed at once, that a rule stopped, or that early stopping ended.
 */
export function endedSoon(run: RunSummary): EndedSoon | null {
  const { experiment, result, epochsDone, stopReason, status } = run;
  if (!result || isActive(status) || stopReason || isComputedAtOnce(experiment.model)) return null;
  const { patience, evaluateEvery } = evaluationOf(experiment.config);
  const since = Math.floor((epochsDone - 1 - result.bestEpoch) / evaluateEvery);
  if (since > 0 && since >= patience) return null;
  return { best: result.bestEpoch + 1, last: epochsDone, since, patience };
}
