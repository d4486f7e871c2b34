import { useMemo } from 'react';
import { CurveChart } from '../../charts/CurveChart';
import { metricLabel } from '../../domain/metrics';
import type { SweepAxis } from '../../domain/run';
import { SHOWN_METRICS, shortMetric } from '../readings/curves';
import { axisName, MEASURED_WORDS } from './points';
import { lineSeries, lineTable, pictureSummary, valueAxis } from './pictures';
import type { PictureProps } from './pictureProps';
import styles from './sweeps.module.css';

/** One axis: the chosen metric large, and beside it a line for each of the usual ones. */
export function SweepLines({ rows, first, metric, where, axis }: PictureProps & { readonly axis: SweepAxis }) {
  const placed = useMemo(() => valueAxis(axis), [axis]);
  const one = useMemo(
    () => lineSeries(rows, axis.key, placed, where, [{ key: metric, name: metricLabel(metric) }]),
    [rows, axis, placed, where, metric],
  );
  const all = useMemo(
    () =>
      lineSeries(
        rows,
        axis.key,
        placed,
        where,
        SHOWN_METRICS.map((key) => ({ key, name: shortMetric(key) })),
      ),
    [rows, axis, placed, where],
  );
  const name = axisName(first, axis);
  const common = {
    xLabel: name,
    xAxis: placed.axis,
    cursorKey: `sweep ${axis.key}`,
    describeX: (x: number) => `${axis.key} = ${placed.axis.names?.get(x) ?? x}`,
    emptyText: 'No point has a result yet.',
  };
  return (
    <div className={styles.halves}>
      <CurveChart
        {...common}
        title={metricLabel(metric)}
        yLabel={`${metricLabel(metric)}, ${MEASURED_WORDS[where]}`}
        series={one}
        summary={pictureSummary(rows, where, metric)}
        table={() => lineTable(rows, axis.key, where, [metric])}
      />
      <CurveChart
        {...common}
        title="Recall and NDCG"
        yLabel={MEASURED_WORDS[where]}
        series={all}
        table={() => lineTable(rows, axis.key, where, SHOWN_METRICS)}
      />
    </div>
  );
}
