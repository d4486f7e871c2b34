import { entry } from './at';
import type { MetricKey } from './metrics';
import type { EpochPoint } from './run';

/** Epochs in which no run is judged. */
export const GRACE_EPOCHS = 5;
/** Finished runs that it takes to judge another by them. */
export const LEAST_PEERS = 3;

/** What decides on the best epoch of a run: the validation metric after each epoch, null where there was no evaluation. */
export function validationValues(epochs: readonly EpochPoint[], metric: MetricKey, liked: boolean): (number | null)[] {
  return epochs.map(({ valid, validLiked }) => ((liked ? validLiked : undefined) ?? valid)?.[metric] ?? null);
}

/**
 * The median rule (Golovin et al., Google Vizier, 2017): after an evaluated epoch, the run's best value so far is compared
 * with the median of the best values so far that the finished runs had at the same epoch; one that ended earlier counts
 * with its best. Below it, the run is hopeless. null where it is not, in the first epochs, and with too few peers.
 */
export function judgeByMedian(
  own: readonly (number | null)[],
  finished: readonly (readonly (number | null)[])[],
): { readonly epoch: number; readonly best: number; readonly median: number; readonly peers: number } | null {
  const epoch = own.length - 1;
  if (own.length <= GRACE_EPOCHS || own[epoch] === null) return null;
  const peers = finished.flatMap((values) => bestSoFar(values, epoch) ?? []);
  const best = bestSoFar(own, epoch);
  if (best === null || peers.length < LEAST_PEERS) return null;
  const middle = median(peers);
  return best < middle ? { epoch, best, median: middle, peers: peers.length } : null;
}

/** The highest value up to `epoch`, itself included; null without one. */
function bestSoFar(values: readonly (number | null)[], epoch: number): number | null {
  const known = values.slice(0, epoch + 1).filter((value) => value !== null);
  return known.length > 0 ? known.reduce((best, value) => Math.max(best, value)) : null;
}

/** The median; for an even number of values, the mean of the middle two. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = entry(sorted, Math.floor(half));
  return Number.isInteger(half) ? (entry(sorted, half - 1) + upper) / 2 : upper;
}
