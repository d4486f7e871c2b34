import { useMemo, useState } from 'react';
import { formatMetric, formatNumber } from '../../ui/format';
import { ParallelCoordinates } from '../../charts/ParallelCoordinates';
import { type ParallelAxis, type ParallelLine } from '../../charts/parallelLines';
import { axisOver } from '../../charts/ticks';
import { metricLabel } from '../../domain/metrics';
import type { SweepAxis } from '../../domain/run';
import { axisName, bestPoint, MEASURED_WORDS, pointMetric, valueName } from './points';
import { pictureSummary, valueAxis } from './pictures';
import { PointDetail } from './PointDetail';
import type { PictureProps } from './pictureProps';

/** Any number of axes: a line per point that has a result, ending at its metric. */
export function SweepParallel({
  rows,
  first,
  metric,
  where,
  axes,
}: PictureProps & { readonly axes: readonly SweepAxis[] }) {
  const [selected, setSelected] = useState<string | null>(null);
  const { drawn, lines } = useMemo(() => {
    const placed = axes.map((axis) => ({ key: axis.key, ...valueAxis(axis), name: axisName(first, axis) }));
    const points = rows.flatMap((row): ParallelLine[] => {
      const { mean } = pointMetric(row, where, metric);
      return mean === null
        ? []
        : [
            {
              id: row.label,
              values: [...placed.map(({ key, at }) => at(row.values[key])), mean],
              words: [...placed.map(({ key }) => valueName(row.values[key])), formatMetric(mean)],
            },
          ];
    });
    const values = points.map((line) => line.values[line.values.length - 1] ?? 0);
    const last: ParallelAxis = {
      name: metricLabel(metric),
      axis: axisOver(values.length > 0 ? [Math.min(...values), Math.max(...values)] : null, { tight: true }),
      format: (value) => formatMetric(value),
    };
    const others = placed.map(({ axis, name }): ParallelAxis => ({
      name,
      axis,
      format: (value) => axis.names?.get(value) ?? formatNumber(value),
    }));
    return { drawn: [...others, last], lines: points };
  }, [rows, first, metric, where, axes]);
  const best = bestPoint(rows, where, metric);
  const chosen = rows.find(({ label }) => label === selected);
  return (
    <>
      <ParallelCoordinates
        title={`${metricLabel(metric)}, ${MEASURED_WORDS[where]}`}
        summary={pictureSummary(rows, where, metric)}
        axes={drawn}
        lines={lines}
        marked={best?.label ?? null}
        selected={selected}
        onSelect={setSelected}
        emptyText="No point has a result yet."
      />
      <PointDetail row={chosen ?? best} isBest={!chosen} where={where} metric={metric} />
    </>
  );
}
