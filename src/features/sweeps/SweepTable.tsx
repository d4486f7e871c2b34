import { memo, useMemo } from 'react';
import { formatCount, formatMeanSd } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { METRIC_KEYS, metricLabel, type MetricKey } from '../../domain/metrics';
import type { Sweep } from '../../domain/run';
import { SHOWN_METRICS, shortMetric } from '../readings/curves';
import { bestPoint, pointMetric, valueName, type Measured, type PointRow } from './points';
import { RunLinks } from '../readings/RunLinks';
import styles from './sweeps.module.css';

interface SweepTableProps {
  readonly label: string;
  readonly rows: readonly PointRow[];
  /** Beneath them. */
  readonly baselines: readonly PointRow[];
  readonly sweep: Sweep;
  readonly metric: MetricKey;
  readonly where: Measured;
}

/** One row per point: the validation metric that it is chosen by, and the test split. */
export const SweepTable = memo(function SweepTable({ label, rows, baselines, sweep, metric, where }: SweepTableProps) {
  const best = useMemo(() => bestPoint(rows, where, metric), [rows, where, metric]);
  const columns = useMemo((): readonly Column<PointRow>[] => {
    const test = where === 'liked' ? 'liked' : 'test';
    const shown = METRIC_KEYS.filter((key) => SHOWN_METRICS.includes(key) || key === metric);
    return [
      ...sweep.axes.map(({ key }, place): Column<PointRow> => ({
        id: `axis ${key}`,
        header: key,
        rowHeader: place === 0,
        numeric: false,
        value: ({ values }) => values[key] ?? null,
        cell: (row) =>
          place === 0 && row.baseline ? (
            row.label
          ) : place === 0 && row === best ? (
            <strong title={`highest ${metricLabel(metric)}`}>★ {valueName(row.values[key])}</strong>
          ) : (
            valueName(row.values[key])
          ),
      })),
      metricColumn('valid', metric, `Valid ${shortMetric(metric)}`),
      ...shown.map((key) => metricColumn(test, key, `${test === 'liked' ? 'Liked' : 'Test'} ${shortMetric(key)}`)),
      {
        id: 'seeds',
        header: 'Seeds',
        numeric: true,
        value: ({ done }) => done,
        cell: ({ done, runs, stopped }) => (
          <>
            {formatCount(done)} / {formatCount(runs.length)}
            {stopped > 0 && <span className={styles.small}>{stopped} ended early</span>}
          </>
        ),
      },
      { id: 'runs', header: 'Runs', sortable: false, value: () => null, cell: ({ runs }) => <RunLinks runs={runs} /> },
    ];
  }, [sweep, metric, where, best]);
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={[...rows, ...baselines]}
      rowId={(row) => row.label}
      isCurrent={(row) => row === best}
    />
  );
});

function metricColumn(where: Measured, key: MetricKey, header: string): Column<PointRow> {
  return {
    id: `${where} ${key}`,
    header,
    numeric: true,
    value: (row) => pointMetric(row, where, key).mean,
    cell: (row) => {
      const { mean, sd } = pointMetric(row, where, key);
      return formatMeanSd(mean, sd);
    },
  };
}
