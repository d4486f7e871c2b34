import type { Relevant } from './comparison';
import { isMetricKey, type MetricKey } from './metrics';
import type { Config } from './models/table';
import type { EpochPoint } from './run';

/** An evaluation, and the seconds of working time until it was done: training and evaluation of every epoch so far, pauses left out. */
export interface TimedValue {
  /** 0-based. */
  readonly epoch: number;
  readonly seconds: number;
  readonly value: number;
}

/** How fast a run gets good: MAGNET, Table 7. */
export interface Convergence {
  readonly evaluations: readonly TimedValue[];
  readonly best: TimedValue | null;
  /** The first evaluation with at least 95 % of the best value; null while there is none above 0. */
  readonly t95: TimedValue | null;
  /** 0-based; null before the first epoch. */
  readonly lastEpoch: number | null;
}

const NEARLY = 0.95;

/** Which validation metric chooses the best epoch. */
export function stoppingMetric(config: Config): { readonly metric: MetricKey; readonly relevant: Relevant } {
  const metric = config['stopMetric'];
  return {
    metric: typeof metric === 'string' && isMetricKey(metric) ? metric : 'recall@20',
    relevant: config['relevant'] === 'liked' ? 'liked' : 'all',
  };
}

/** A validation metric against time; over all held-out items where liked ones are not known. */
export function timedValues(epochs: readonly EpochPoint[], metric: MetricKey, relevant: Relevant): TimedValue[] {
  let seconds = 0;
  return epochs.flatMap((point): TimedValue[] => {
    seconds += point.trainSeconds + point.evaluateSeconds;
    const metrics = (relevant === 'liked' ? point.validLiked : null) ?? point.valid;
    return metrics ? [{ epoch: point.epoch, seconds, value: metrics[metric] }] : [];
  });
}

/** `bestEpoch` is the one the run chose; without it the first of the highest values counts. */
export function convergenceOf(epochs: readonly EpochPoint[], config: Config, bestEpoch: number | null): Convergence {
  const { metric, relevant } = stoppingMetric(config);
  const evaluations = timedValues(epochs, metric, relevant);
  const highest = evaluations.reduce<TimedValue | null>(
    (best, one) => (best === null || one.value > best.value ? one : best),
    null,
  );
  const best = evaluations.find(({ epoch }) => epoch === bestEpoch) ?? highest;
  return {
    evaluations,
    best,
    t95: best && best.value > 0 ? (evaluations.find(({ value }) => value >= NEARLY * best.value) ?? null) : null,
    lastEpoch: epochs[epochs.length - 1]?.epoch ?? null,
  };
}

/** The unit in which the longest of some times reads well. */
export function timeUnit(longest: number): { readonly label: string; readonly seconds: number } {
  if (longest > 3 * 3600) return { label: 'hours of working time', seconds: 3600 };
  return longest > 300
    ? { label: 'minutes of working time', seconds: 60 }
    : { label: 'seconds of working time', seconds: 1 };
}
