import { memo, useMemo } from 'react';
import { Link } from 'react-router';
import { formatMeanSd } from '../../app/format';
import { DataTable, type Column } from '../../app/primitives/DataTable';
import type { Setting } from '../../domain/comparison';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import { shortMetric } from '../runs/curves';
import { improvementText, type ResultRow } from './resultRows';
import styles from './compare.module.css';

interface ResultsTableProps {
  readonly rows: readonly ResultRow[];
  readonly compared: MetricKey;
  readonly reference: Setting | undefined;
}

/** One row per setting: best bold, second best underlined. */
export const ResultsTable = memo(function ResultsTable({ rows, compared, reference }: ResultsTableProps) {
  const columns = useMemo((): readonly Column<ResultRow>[] => {
    const keys = rows[0]?.cells.map(({ key }) => key) ?? [];
    return [
      { id: 'setting', header: 'Setting', rowHeader: true, value: ({ setting }) => setting.label, cell: ({ setting, note }) => <SettingName label={setting.label} note={note} /> },
      ...keys.map((key, column): Column<ResultRow> => ({
        id: key, header: shortMetric(key), numeric: true,
        value: ({ cells }) => cells[column]?.spread.mean ?? null,
        cell: ({ cells }) => {
          const cell = cells[column];
          const text = formatMeanSd(cell?.spread.mean ?? null, cell?.spread.sd ?? null);
          return cell?.place === 'best' ? <strong title="best">{text}</strong> : cell?.place === 'second' ? <u title="second best">{text}</u> : text;
        },
      })),
      {
        id: 'improvement', header: `Δ ${shortMetric(compared)}`, numeric: true, value: ({ improvement }) => improvement,
        cell: ({ setting, improvement }) => (setting === reference ? 'reference' : improvementText(improvement) || '–'),
      },
      { id: 'runs', header: 'Seeds', sortable: false, value: () => null, cell: ({ setting }) => <Seeds setting={setting} /> },
    ];
  }, [rows, compared, reference]);
  return <DataTable label={`Results by setting; Δ ${metricLabel(compared)} is relative to the reference`} columns={columns} rows={rows} rowId={({ setting }) => setting.key} isCurrent={({ setting }) => setting === reference} />;
});

const SettingName = ({ label, note }: { readonly label: string; readonly note: string | null }) => (
  <span className={styles.setting}>
    {label}
    {note && <span className={styles.small}>⚠ {note}</span>}
  </span>
);

function Seeds({ setting }: { readonly setting: Setting }) {
  return (
    <span className={styles.seeds}>
      {setting.runs.map(({ id, name, experiment }) => (
        <Link key={id} to={`/runs/${id}`} title={name}>
          {experiment.seed}
        </Link>
      ))}
    </span>
  );
}
