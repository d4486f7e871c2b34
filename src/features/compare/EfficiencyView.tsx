import { useMemo } from 'react';
import { DataTable, type Column } from '../../ui/DataTable';
import { Panel, Surface } from '../../ui/Panel';
import { CurveChart } from '../../charts/CurveChart';
import { PaperButtons } from '../../charts/PaperButtons';
import type { Relevant, Setting } from '../../domain/comparison';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { EpochPoint } from '../../domain/run';
import {
  costSpread,
  efficiencyPaper,
  efficiencyRows,
  efficiencyTable,
  MEASURES,
  spreadText,
  timeSeries,
  type EfficiencyRow,
} from './efficiencyRows';
import styles from './compare.module.css';

interface EfficiencyViewProps {
  readonly settings: readonly Setting[];
  readonly epochs: ReadonlyMap<string, readonly EpochPoint[]>;
  readonly metric: MetricKey;
  readonly relevant: Relevant;
}

const COLUMNS: readonly Column<EfficiencyRow>[] = [
  {
    id: 'setting',
    header: 'Setting',
    rowHeader: true,
    value: ({ setting }) => setting.label,
    cell: ({ setting }) => <span className={styles.setting}>{setting.label}</span>,
  },
  ...MEASURES.map((measure): Column<EfficiencyRow> => ({
    id: measure.key,
    header: measure.header,
    numeric: true,
    value: (row) => costSpread(row, measure.key).mean,
    cell: (row) => spreadText(costSpread(row, measure.key), measure),
  })),
  { id: 'device', header: 'Device', value: ({ devices }) => devices.join(', ') },
];

/** What the settings cost, and how fast they get good (MAGNET, Table 7 and Figure 12). */
export function EfficiencyView({ settings, epochs, metric, relevant }: EfficiencyViewProps) {
  const rows = useMemo(() => efficiencyRows(settings, epochs), [settings, epochs]);
  const { series, label } = useMemo(
    () => timeSeries(settings, epochs, metric, relevant),
    [settings, epochs, metric, relevant],
  );
  const datasets = [...new Set(settings.map(({ dataset }) => dataset.name))].join(', ');
  const devices = new Set(rows.flatMap((row) => row.devices));
  return (
    <div className={styles.column}>
      <Panel
        title="Efficiency"
        note="mean ± sd over seeds"
        actions={
          <PaperButtons
            title="Efficiency"
            paper={() => efficiencyPaper(rows, datasets)}
            data={() => efficiencyTable(rows)}
          />
        }
      >
        <DataTable label="Efficiency by setting" columns={COLUMNS} rows={rows} rowId={({ setting }) => setting.key} />
        <p className={styles.note}>
          t95: working time and epoch at which the run’s stopping metric first reached 95 % of its best on validation.
          Pauses do not count.
          {devices.size > 1 && ' These runs used different devices, so their times are not comparable.'}
        </p>
      </Panel>
      <Surface>
        <CurveChart
          title={`${metricLabel(metric)}, validation, against time`}
          series={series}
          xLabel={label}
          yLabel={metricLabel(metric)}
          cursorKey="compare time"
          emptyText="None of these runs kept its epochs."
        />
      </Surface>
    </div>
  );
}
