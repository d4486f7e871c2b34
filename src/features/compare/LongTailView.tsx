import { useMemo, useState } from 'react';
import { formatMeanSd } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { Choice } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Columns } from '../../ui/Page';
import { Panel, Surface } from '../../ui/Panel';
import { GroupedBars } from '../../charts/GroupedBars';
import { PaperButtons } from '../../charts/PaperButtons';
import type { Setting } from '../../domain/comparison';
import { groupSpreads } from '../../domain/longTail';
import { CUTOFFS, type Cutoff } from '../../domain/metrics';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import { longTailOf } from '../../state/analysis';
import {
  groupLabels,
  longTailPaper,
  longTailRows,
  longTailSeries,
  longTailTable,
  longTailWords,
  type LongTailRow,
} from './longTailRows';
import { BeyondTable } from './BeyondTable';
import { useAnswer } from '../../state/useAsked';
import { comparedRuns } from './useTests';
import styles from './compare.module.css';

const METRICS = [
  { key: 'recall', label: 'Recall' },
  { key: 'ndcg', label: 'NDCG' },
] as const;

/** How the settings serve popular and rare items, side by side (EGRA, Figure 2). */
export function LongTailView({ settings }: { readonly settings: readonly Setting[] }) {
  const [cutoff, setCutoff] = useState<Cutoff>(20);
  const [first] = settings;
  const sameData = useMemo(
    () => settings.filter(({ dataset }) => dataset.fingerprint === first?.dataset.fingerprint),
    [settings, first],
  );
  const command = useMemo(
    (): Extract<AnalysisCommand, { type: 'longTail' }> | null =>
      first ? { type: 'longTail', settings: sameData.map(comparedRuns), datasetId: first.dataset.id, cutoff } : null,
    [first, sameData, cutoff],
  );
  const { value, fault } = useAnswer(command, longTailOf);
  const rows = useMemo(() => longTailRows(sameData, value ?? []), [sameData, value]);
  return (
    <div className={styles.column}>
      <div className={styles.controls}>
        <Choice
          segments
          label="Cutoff K"
          value={String(cutoff)}
          options={CUTOFFS.map((one) => ({ value: String(one), label: `@${one}` }))}
          onValueChange={(text) => setCutoff(CUTOFFS.find((one) => String(one) === text) ?? 20)}
        />
      </div>
      {fault && <FaultNotice fault={fault} />}
      {sameData.length < settings.length && (
        <Notice title={`Only settings on ${first?.dataset.name} are shown.`}>
          Settings on other datasets have other items.
        </Notice>
      )}
      {!value && !fault && <p role="status">Grouping the items …</p>}
      {rows.length > 0 && first && (
        <>
          <Columns min={480}>
            {METRICS.map(({ key, label }) => (
              <Bars key={key} rows={rows} metric={key} name={`${label}@${cutoff}`} />
            ))}
          </Columns>
          {METRICS.map(({ key, label }) => (
            <GroupTable
              key={key}
              rows={rows}
              metric={key}
              name={`${label}@${cutoff}`}
              cutoff={cutoff}
              dataset={first.dataset.name}
            />
          ))}
          <BeyondTable settings={sameData} cutoff={cutoff} />
        </>
      )}
    </div>
  );
}

interface MetricProps {
  readonly rows: readonly LongTailRow[];
  readonly metric: 'recall' | 'ndcg';
  readonly name: string;
}

function Bars({ rows, metric, name }: MetricProps) {
  const series = useMemo(() => longTailSeries(rows, metric), [rows, metric]);
  return (
    <Surface>
      <GroupedBars
        title={`${name} by popularity`}
        categories={SHORT}
        series={series}
        xLabel="items, five equal groups"
        yLabel={`${name}, mean ± sd over seeds`}
        summary={longTailWords(rows, metric, name)}
      />
    </Surface>
  );
}

function GroupTable({
  rows,
  metric,
  name,
  cutoff,
  dataset,
}: MetricProps & { readonly cutoff: Cutoff; readonly dataset: string }) {
  const labels = useMemo(() => groupLabels(rows), [rows]);
  const columns = useMemo(
    (): readonly Column<LongTailRow>[] => [
      {
        id: 'setting',
        header: 'Setting',
        rowHeader: true,
        value: ({ setting }) => setting.label,
        cell: ({ setting }) => <span className={styles.setting}>{setting.label}</span>,
      },
      ...labels.map((header, group): Column<LongTailRow> => {
        const of = (row: LongTailRow) => groupSpreads(row, metric)[group] ?? { mean: null, sd: null };
        return {
          id: String(group),
          header,
          numeric: true,
          value: (row) => of(row).mean,
          cell: (row) => formatMeanSd(of(row).mean, of(row).sd),
        };
      }),
    ],
    [labels, metric],
  );
  const title = `${name}, by group`;
  return (
    <Panel
      title={title}
      note="in brackets: training interactions of the group’s items"
      actions={
        <PaperButtons
          title={title}
          paper={() => longTailPaper(rows, metric, name, dataset)}
          data={() => longTailTable(rows, cutoff)}
        />
      }
    >
      <DataTable label={title} columns={columns} rows={rows} rowId={({ key }) => key} />
    </Panel>
  );
}

const SHORT = ['top', 'popular', 'middle', 'rare', 'rarest'] as const;
