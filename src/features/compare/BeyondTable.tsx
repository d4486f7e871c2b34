import { useMemo } from 'react';
import { PaperButtons } from '../../charts/PaperButtons';
import type { PaperTable } from '../../charts/paperTable';
import type { ChartTable } from '../../charts/table';
import type { Setting } from '../../domain/comparison';
import type { BeyondReport } from '../../domain/beyondAccuracy';
import type { Cutoff } from '../../domain/metrics';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import { spread } from '../../domain/spread';
import { beyondAccuracyOf } from '../../state/analysis';
import { useAnswer } from '../../state/useAsked';
import { DataTable, type Column } from '../../ui/DataTable';
import { formatCount } from '../../ui/format';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { metricsOf, type BeyondMetric } from '../readings/beyond';
import { comparedRuns } from './useTests';
import styles from './compare.module.css';

interface BeyondTableProps {
  /** On one dataset. */
  readonly settings: readonly Setting[];
  readonly cutoff: Cutoff;
}

interface Row {
  readonly key: string;
  readonly label: string;
  /** Means over the runs, and as text, metric by metric. */
  readonly means: readonly (number | null)[];
  readonly texts: readonly string[];
}

/** What the settings' lists are like besides being right: means over their runs. */
export function BeyondTable({ settings, cutoff }: BeyondTableProps) {
  const [first] = settings;
  const command = useMemo(
    (): Extract<AnalysisCommand, { type: 'beyondAccuracy' }> | null =>
      first
        ? { type: 'beyondAccuracy', settings: settings.map(comparedRuns), datasetId: first.dataset.id, cutoff }
        : null,
    [first, settings, cutoff],
  );
  const { value, fault, phase } = useAnswer(command, beyondAccuracyOf);
  const { metrics, rows } = useMemo(() => rowsOf(settings, value), [settings, value]);
  const columns = useMemo(() => columnsOf(metrics), [metrics]);
  const title = `Beyond accuracy on ${first?.dataset.name ?? ''}`;
  return (
    <Panel
      title="Beyond accuracy"
      note={`the first ${cutoff} places of the test users’ lists; means over seeds`}
      actions={
        rows.length > 0 && (
          <PaperButtons
            title={title}
            paper={() => paperOf(`${title}, first ${cutoff} places; means over seeds.`, metrics, rows)}
            data={() => dataOf(cutoff, metrics, rows)}
          />
        )
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {!value && !fault && <p role="status">{phase?.text ?? 'reading the lists'} …</p>}
      {rows.length > 0 && <DataTable label={title} columns={columns} rows={rows} rowId={({ key }) => key} />}
      {value && (
        <p className={styles.small}>
          Similarity: {formatCount(value.similarityUsers)} users, evenly among all. What each number says stands in a
          run’s <em>Long tail</em> tab.
        </p>
      )}
    </Panel>
  );
}

function rowsOf(
  settings: readonly Setting[],
  report: BeyondReport | null,
): { readonly metrics: readonly BeyondMetric[]; readonly rows: readonly Row[] } {
  const found = report?.settings.filter(({ runs }) => runs.length > 0) ?? [];
  const metrics = metricsOf(found.flatMap(({ runs }) => runs.map(({ values }) => values)));
  const rows = found.map(({ key, runs }): Row => {
    const means = metrics.map(({ value }) => spread(runs.flatMap(({ values }) => value(values) ?? [])).mean);
    return {
      key,
      label: settings.find((setting) => setting.key === key)?.label ?? key,
      means,
      texts: metrics.map(({ format }, place) => format(means[place] ?? null)),
    };
  });
  return { metrics, rows };
}

const columnsOf = (metrics: readonly BeyondMetric[]): readonly Column<Row>[] => [
  { id: 'setting', header: 'Setting', rowHeader: true, value: ({ label }) => label },
  ...metrics.map(({ key, label }, place): Column<Row> => ({
    id: key,
    header: label,
    numeric: true,
    value: ({ means }) => means[place] ?? null,
    cell: ({ texts }) => texts[place],
  })),
];

const paperOf = (caption: string, metrics: readonly BeyondMetric[], rows: readonly Row[]): PaperTable => ({
  caption,
  columns: ['Model', ...metrics.map(({ label }) => label)],
  rows: rows.map(({ label, texts }) => [{ text: label }, ...texts.map((text) => ({ text }))]),
});

const dataOf = (cutoff: Cutoff, metrics: readonly BeyondMetric[], rows: readonly Row[]): ChartTable => ({
  columns: ['setting', ...metrics.map(({ key }) => `${key}@${cutoff}`)],
  rows: rows.map(({ label, means }) => [label, ...means]),
});
