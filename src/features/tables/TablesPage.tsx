import { Link } from 'react-router';
import { isModelId } from '../../domain/models/catalogue';
import { meaningOf, PAPER_TABLES, tableTitle, type PaperTable } from '../../domain/paperTables';
import { PRINTED_ONLY, type PrintedOnly } from '../../domain/printedOnly';
import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { DataTable, type Column } from '../../ui/DataTable';
import { formatDateTime, plural } from '../../ui/format';
import { Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { progressWords } from '../groups/progress';
import styles from './tables.module.css';

/** The tables that the papers print, what of them can be run, and what has been. */
export function TablesPage() {
  const runs = useRuns((state) => state.runs);
  const here = reproductionsOf(runs);
  return (
    <Page
      title="Papers’ tables"
      subtitle="Tables as printed. Run one on your dataset, and see which of its claims hold there."
    >
      {here.length > 0 && (
        <Panel title="Run here">
          <DataTable label="Tables run here" columns={HERE_COLUMNS} rows={here} rowId={({ id }) => id} />
        </Panel>
      )}
      <Panel title="Printed">
        <DataTable label="Printed tables" columns={TABLE_COLUMNS} rows={PAPER_TABLES} rowId={({ id }) => id} />
      </Panel>
      <Panel title="Printed results only" note="systems that cannot be run">
        <DataTable label="Printed results only" columns={ONLY_COLUMNS} rows={PRINTED_ONLY} rowId={({ name }) => name} />
      </Panel>
    </Page>
  );
}

interface Here {
  readonly id: string;
  readonly name: string;
  readonly dataset: string;
  readonly queued: string;
  readonly progress: string;
}

/** Sets of runs that are held against a printed table, newest first. */
function reproductionsOf(runs: readonly RunSummary[]): Here[] {
  const ids = [...new Set(runs.flatMap(({ group }) => (group?.table ? [group.id] : [])))];
  return ids.reverse().flatMap((id): Here[] => {
    const own = runs.filter(({ group }) => group?.id === id);
    const [first] = own;
    if (!first?.group) return [];
    return [
      {
        id,
        name: first.group.name,
        dataset: first.experiment.dataset.name,
        queued: first.createdAt,
        progress: progressWords(own),
      },
    ];
  });
}

const HERE_COLUMNS: readonly Column<Here>[] = [
  {
    id: 'name',
    header: 'Table',
    rowHeader: true,
    value: ({ name }) => name,
    cell: ({ id, name }) => <Link to={`/tables/here/${id}`}>{name}</Link>,
  },
  { id: 'dataset', header: 'Dataset', value: ({ dataset }) => dataset },
  { id: 'progress', header: 'Runs', sortable: false, value: ({ progress }) => progress },
  { id: 'queued', header: 'Queued', value: ({ queued }) => queued, cell: ({ queued }) => formatDateTime(queued) },
];

const ABOUT_WORDS: Readonly<Record<PaperTable['about'], string>> = {
  overall: 'systems compared',
  ablation: 'the paper’s model without its parts',
  transfer: 'a component put into other models',
};

const rowsOf = ({ parts }: PaperTable): string[] => [...new Set(parts.flatMap(({ rows }) => Object.keys(rows)))];

/** How many of the rows there is a model for. */
function runnable(table: PaperTable): { readonly can: number; readonly of: number } {
  const names = rowsOf(table);
  const can = names.filter((name) => {
    const meaning = meaningOf(table, name);
    return meaning !== null && isModelId(meaning.model);
  });
  return { can: can.length, of: names.length };
}

const TABLE_COLUMNS: readonly Column<PaperTable>[] = [
  {
    id: 'table',
    header: 'Table',
    rowHeader: true,
    value: tableTitle,
    cell: (table) => <Link to={`/tables/${table.id}`}>{tableTitle(table)}</Link>,
  },
  { id: 'about', header: 'What it shows', value: ({ about }) => ABOUT_WORDS[about] },
  {
    id: 'datasets',
    header: 'Datasets',
    sortable: false,
    value: ({ parts }) => parts.map(({ dataset }) => dataset).join(', '),
    cell: ({ parts }) => <span className={styles.words}>{parts.map(({ dataset }) => dataset).join(', ')}</span>,
  },
  {
    id: 'rows',
    header: 'Can be run',
    numeric: true,
    value: (table) => runnable(table).can,
    cell: (table) => `${runnable(table).can} of ${plural(runnable(table).of, 'row')}`,
  },
];

const ONLY_COLUMNS: readonly Column<PrintedOnly>[] = [
  {
    id: 'name',
    header: 'System',
    rowHeader: true,
    value: ({ name }) => name,
    cell: ({ name, title }) => (
      <span className={styles.words}>
        {name}
        <span className={styles.small}>{title}</span>
      </span>
    ),
  },
  {
    id: 'why',
    header: 'Why it cannot be run',
    sortable: false,
    value: ({ why }) => why,
    cell: ({ why }) => <span className={styles.words}>{why}</span>,
  },
  {
    id: 'needed',
    header: 'What it would take',
    sortable: false,
    value: ({ needed }) => needed,
    cell: ({ needed }) => <span className={styles.words}>{needed}</span>,
  },
];
