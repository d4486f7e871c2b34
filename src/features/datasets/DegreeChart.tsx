import { useMemo } from 'react';
import { formatCount, formatNumber } from '../../ui/format';
import { ScatterPlot, type ScatterSeries } from '../../charts/ScatterPlot';
import type { DatasetStatistics } from '../../domain/dataset';

/** How many users (items) have how many interactions; a straight fall on these axes is a power law. */
export function DegreeChart({ statistics }: { readonly statistics: DatasetStatistics }) {
  const { userDegrees, itemDegrees } = statistics;
  const series = useMemo(
    (): readonly ScatterSeries[] => [
      { name: 'users', points: userDegrees },
      { name: 'items', points: itemDegrees },
    ],
    [userDegrees, itemDegrees],
  );
  return (
    <ScatterPlot
      title="Degree distribution"
      series={series}
      xLabel="interactions"
      yLabel="number of users or items"
      logX
      logY
      height={280}
      summary={`Users have ${rangeOf(userDegrees)} interactions (mean ${formatNumber(statistics.meanActionsPerUser, 3)}), items ${rangeOf(itemDegrees)} (mean ${formatNumber(statistics.meanActionsPerItem, 3)}).`}
    />
  );
}

/** `5 to 125`. */
function rangeOf(degrees: DatasetStatistics['userDegrees']): string {
  const first = degrees[0]?.[0];
  const last = degrees.at(-1)?.[0];
  return first === undefined || last === undefined ? 'no' : `${formatCount(first)} to ${formatCount(last)}`;
}
