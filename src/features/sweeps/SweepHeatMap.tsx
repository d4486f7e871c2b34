import { useMemo, useState } from 'react';
import { formatMetric } from '../../ui/format';
import type { HeatMapCell } from '../../charts/gridKeys';
import { HeatMap } from '../../charts/HeatMap';
import { metricLabel } from '../../domain/metrics';
import type { SweepAxis } from '../../domain/run';
import { axisName, bestPoint, MEASURED_WORDS, valueName } from './points';
import { heatMapValues, pictureSummary, pointAt } from './pictures';
import { PointDetail } from './PointDetail';
import type { PictureProps } from './pictureProps';

/** Two axes: a cell per point, the best with a star; a chosen cell names its runs. */
export function SweepHeatMap({
  rows,
  first,
  metric,
  where,
  down,
  across,
}: PictureProps & { readonly down: SweepAxis; readonly across: SweepAxis }) {
  const [selected, setSelected] = useState<HeatMapCell | null>(null);
  const values = useMemo(() => heatMapValues(rows, down, across, where, metric), [rows, down, across, where, metric]);
  const best = bestPoint(rows, where, metric);
  const marked = best && {
    row: down.values.findIndex((value) => value === best.values[down.key]),
    column: across.values.findIndex((value) => value === best.values[across.key]),
  };
  const chosen = selected && pointAt(rows, down, across, down.values[selected.row], across.values[selected.column]);
  return (
    <>
      <HeatMap
        title={`${metricLabel(metric)}, ${MEASURED_WORDS[where]}`}
        summary={pictureSummary(rows, where, metric)}
        rows={down.values.map(valueName)}
        columns={across.values.map(valueName)}
        values={values}
        format={formatMetric}
        valueLabel={metricLabel(metric)}
        rowLabel={axisName(first, down)}
        columnLabel={axisName(first, across)}
        selected={selected}
        onSelect={setSelected}
        marked={marked}
        emptyText="No point has a result yet."
      />
      <PointDetail row={chosen ?? best} isBest={!chosen} where={where} metric={metric} />
    </>
  );
}
