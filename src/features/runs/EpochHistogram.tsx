import { memo, useMemo, useState, type ReactNode } from 'react';
import { formatCount, formatNumber } from '../../ui/format';
import { Histogram } from '../../charts/Histogram';
import type { Observation } from '../../domain/observations';
import type { Curves } from '../readings/curves';
import { histogramFrames, unevenBins } from '../readings/observations';
import { shownEpoch } from '../readings/words';
import styles from './runs.module.css';

interface EpochHistogramProps {
  readonly observation: Extract<Observation, { kind: 'histogram' }>;
  readonly curves: Curves;
  readonly emptyText: string;
  readonly heading: ReactNode;
}

/** One epoch's counts, and a slider over the epochs; the scale is that of all of them. It stays at the latest until it is moved. */
export const EpochHistogram = memo(function EpochHistogram({
  observation,
  curves,
  emptyText,
  heading,
}: EpochHistogramProps) {
  const { edges, frames, highest } = useMemo(
    () => histogramFrames(curves, observation.key, observation.edges),
    [curves, observation],
  );
  const [moved, setMoved] = useState<number | null>(null);
  const last = frames.length - 1;
  const place = Math.min(moved ?? last, last);
  const frame = frames[place];
  const epoch = frame ? shownEpoch(frame.epoch) : 0;
  return (
    <Histogram
      title={frame ? `${observation.title}, epoch ${epoch}` : observation.title}
      edges={edges}
      counts={frame?.counts ?? []}
      highest={highest}
      evenBins={unevenBins(edges)}
      xLabel={observation.axis}
      yLabel="count"
      height={288}
      summary={frame ? summaryOf(observation.title, epoch, edges, frame.counts) : emptyText}
      emptyText={emptyText}
      heading={heading}
      tools={
        frames.length > 1 && (
          <label className={styles.epochSlider}>
            Epoch
            <input
              type="range"
              min={0}
              max={last}
              value={place}
              aria-valuetext={`epoch ${epoch}`}
              onChange={(event) => setMoved(Number(event.target.value) === last ? null : Number(event.target.value))}
            />
            <output>{formatCount(epoch)}</output>
          </label>
        )
      }
    />
  );
});

function summaryOf(title: string, epoch: number, edges: readonly number[], counts: readonly number[]): string {
  const most = counts.reduce((best, count, bin) => (count > (counts[best] ?? 0) ? bin : best), 0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return `${title} in epoch ${epoch}: ${formatCount(all)} values, most of them (${formatCount(counts[most])}) between ${formatNumber(edges[most])} and ${formatNumber(edges[most + 1])}.`;
}
