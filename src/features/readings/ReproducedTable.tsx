import { useMemo } from 'react';
import { formatMeanSd, formatMetric, formatP } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import type { JudgedClaim, ReproducedRow } from '../../domain/reproduced';
import type { MetricKey } from '../../domain/metrics';
import { Icon, type IconName } from '../../ui/Icon';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { shortMetric } from './curves';
import { claimWords, signed, tauWords, tookWords, VERDICT_WORDS } from './reproduction';
import styles from './ReproducedTable.module.css';

interface ReproducedTableProps {
  readonly label: string;
  readonly rows: readonly ReproducedRow[];
  /** Why a row has no run; null where it has one. */
  readonly absence: (name: string) => string | null;
}

/** Printed figures with what was measured here above them. */
export function ReproducedTable({ label, rows, absence }: ReproducedTableProps) {
  const columns = useMemo(
    (): readonly Column<ReproducedRow>[] => [
      {
        id: 'row',
        header: 'Row',
        rowHeader: true,
        sortable: false,
        value: ({ name }) => name,
        cell: ({ name, runs }) => <RowName name={name} why={runs === 0 ? absence(name) : null} />,
      },
      ...(rows[0]?.cells ?? []).map(({ metric }, place): Column<ReproducedRow> => ({
        id: metric,
        header: shortMetric(metric),
        numeric: true,
        value: ({ cells }) => cells[place]?.here.mean ?? null,
        cell: ({ cells }) => <Figures cell={cells[place]} />,
      })),
      {
        id: 'seeds',
        header: 'Seeds',
        numeric: true,
        sortable: false,
        value: ({ done }) => done,
        cell: ({ done, runs }) => (runs === 0 ? '–' : `${done} / ${runs}`),
      },
      ...(rows.some(({ searched }) => searched !== null) ? [SEARCH_COLUMN] : []),
    ],
    [rows, absence],
  );
  return <DataTable label={label} columns={columns} rows={rows} rowId={({ name }) => name} />;
}

/** What the row's search took so far. */
const SEARCH_COLUMN: Column<ReproducedRow> = {
  id: 'search',
  header: 'Search took',
  numeric: true,
  value: ({ searched }) => searched?.epochs ?? null,
  cell: ({ searched }) => (searched ? tookWords(searched) : '–'),
};

function RowName({ name, why }: { readonly name: string; readonly why: string | null }) {
  return (
    <span className={styles.name}>
      {name}
      {why && <span className={styles.small}>{why}</span>}
    </span>
  );
}

function Figures({ cell }: { readonly cell: ReproducedRow['cells'][number] | undefined }) {
  if (!cell) return '–';
  const { printed, here, difference } = cell;
  return (
    <>
      {here.mean === null ? '–' : formatMeanSd(here.mean, here.sd)}
      <span className={styles.small}>
        {printed === null ? 'not printed' : `printed ${formatMetric(printed)}`}
        {difference !== null && ` (${signed(difference)})`}
      </span>
    </>
  );
}

/** How alike the printed and the measured figures order the rows. */
export function RowOrder({ rows }: { readonly rows: readonly ReproducedRow[] }) {
  return (
    <Panel title="Order of the rows" note="Kendall’s τ: 1 if the rows stand in the printed order">
      <StatList>
        {(rows[0]?.cells ?? []).map(({ metric }) => {
          const { value, note } = tauWords(rows, metric);
          return <Stat key={metric} label="τ" value={value} note={note} />;
        })}
      </StatList>
    </Panel>
  );
}

const ICONS: Readonly<Record<JudgedClaim['verdict'], IconName>> = {
  holds: 'check',
  withinError: 'info',
  fails: 'error',
  open: 'info',
};

interface ClaimsTableProps {
  readonly label: string;
  readonly claims: readonly JudgedClaim[];
}

/** What the printed table says of its rows, and whether it holds here. */
export function ClaimsTable({ label, claims }: ClaimsTableProps) {
  return (
    <DataTable
      label={label}
      columns={CLAIM_COLUMNS}
      rows={claims}
      rowId={({ better, worse }) => `${better} ${worse}`}
    />
  );
}

const CLAIM_COLUMNS: readonly Column<JudgedClaim>[] = [
  {
    id: 'claim',
    header: 'Printed claim',
    rowHeader: true,
    value: claimWords,
    cell: (claim) => <span className={styles.name}>{claimWords(claim)}</span>,
  },
  {
    id: 'verdict',
    header: 'Here',
    value: ({ verdict }) => VERDICT_WORDS[verdict],
    cell: ({ verdict }) => (
      <span className={styles.verdict} data-verdict={verdict}>
        <Icon name={ICONS[verdict]} />
        {VERDICT_WORDS[verdict]}
      </span>
    ),
  },
  {
    id: 'above',
    header: 'Above in',
    numeric: true,
    value: ({ above }) => above,
    cell: ({ above, metrics }) => (above === null ? '–' : `${above} of ${metrics.length}`),
  },
  {
    id: 'p',
    header: 'p, after Holm',
    sortable: false,
    value: () => null,
    cell: ({ metrics, p }) => (p.size === 0 ? '–' : pWords(metrics, p)),
  },
];

const pWords = (metrics: readonly MetricKey[], p: JudgedClaim['p']): string =>
  metrics.map((metric) => `${shortMetric(metric)} ${formatP(p.get(metric) ?? null)}`).join(', ');
