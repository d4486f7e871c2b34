import { useMemo } from 'react';
import { formatCount, formatNumber } from '../../ui/format';
import { Histogram } from '../../charts/Histogram';
import type { DatasetStatistics, Histogram as Bins } from '../../domain/dataset';
import { ratingBins } from './ratingBins';

type Ratings = NonNullable<DatasetStatistics['ratings']>;

export function RatingsChart({ ratings }: { readonly ratings: Ratings }) {
  const { edges, counts } = useMemo((): Bins => ratingBins(ratings), [ratings]);
  const total = ratings.reduce((sum, [, count]) => sum + count, 0);
  const mean = ratings.reduce((sum, [rating, count]) => sum + rating * count, 0) / Math.max(1, total);
  return (
    <Histogram
      title="Ratings"
      edges={edges}
      counts={counts}
      xLabel="rating"
      yLabel="interactions"
      height={280}
      summary={`${formatCount(total)} ratings from ${formatNumber(ratings[0]?.[0], 3)} to ${formatNumber(ratings.at(-1)?.[0], 3)}, mean ${formatNumber(mean, 3)}.`}
    />
  );
}
