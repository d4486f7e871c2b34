import { memo, useMemo } from 'react';
import { formatMeanSd, formatP } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import type { Setting } from '../../domain/comparison';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import { shortMetric } from '../readings/curves';
import { RunLinks } from '../readings/RunLinks';
import { improvementText, type ResultCell, type ResultRow } from './resultRows';
import styles from './compare.module.css';

interface ResultsTableProps {
  readonly rows: readonly ResultRow[];
  readonly compared: MetricKey;
  readonly reference: Setting | undefined;
  /** Where a run is shown. */
  readonly addressOf: (run: RunSummary) => string;
}

/** One row per setting, then printed rows: best bold, second best underlined, † and ‡ where the difference to the reference is significant. */
export const ResultsTable = memo(function ResultsTable({ rows, compared, reference, addressOf }: ResultsTableProps) {
  const columns = useMemo((): readonly Column<ResultRow>[] => {
    const keys = rows[0]?.cells.map(({ key }) => key) ?? [];
    return [
      {
        id: 'setting',
        header: 'Setting',
        rowHeader: true,
        value: ({ label }) => label,
        cell: ({ label, note, setting }) => <SettingName label={label} note={note} printed={setting === null} />,
      },
      ...keys.map((key, column): Column<ResultRow> => ({
        id: key,
        header: shortMetric(key),
        numeric: true,
        value: ({ cells }) => cells[column]?.spread.mean ?? null,
        cell: ({ cells, setting }) => <Metric cell={cells[column]} printed={setting === null} />,
      })),
      {
        id: 'improvement',
        header: `Δ ${shortMetric(compared)}`,
        numeric: true,
        value: ({ improvement }) => improvement,
        cell: ({ setting, improvement }) =>
          setting !== null && setting === reference ? 'reference' : improvementText(improvement) || '–',
      },
      {
        id: 'runs',
        header: 'Seeds',
        sortable: false,
        value: () => null,
        cell: ({ setting }) => (setting ? <RunLinks runs={setting.runs} addressOf={addressOf} /> : 'printed'),
      },
    ];
  }, [rows, compared, reference, addressOf]);
  return (
    <DataTable
      label={`Results by setting; Δ ${metricLabel(compared)} is relative to the reference`}
      columns={columns}
      rows={rows}
      rowId={({ id }) => id}
      isCurrent={({ setting }) => setting !== null && setting === reference}
    />
  );
});

function Metric({ cell, printed }: { readonly cell: ResultCell | undefined; readonly printed: boolean }) {
  const { mean, sd } = cell?.spread ?? { mean: null, sd: null };
  const text = printed && mean === null ? 'n/a' : formatMeanSd(mean, sd);
  const marked = cell?.marked;
  return (
    <span className={printed ? styles.printed : undefined}>
      {cell?.place === 'best' ? (
        <strong title="best">{text}</strong>
      ) : cell?.place === 'second' ? (
        <u title="second best">{text}</u>
      ) : (
        text
      )}
      {marked && marked.mark !== '' && (
        <sup title={`after Holm: p = ${formatP(marked.users)} over users, ${formatP(marked.seeds)} over seeds`}>
          {marked.mark}
        </sup>
      )}
    </span>
  );
}

const SettingName = ({
  label,
  note,
  printed,
}: {
  readonly label: string;
  readonly note: string | null;
  readonly printed: boolean;
}) => (
  <span className={styles.setting}>
    {printed ? <span className={styles.printed}>{label}</span> : label}
    {note && <span className={styles.small}>⚠ {note}</span>}
  </span>
);
