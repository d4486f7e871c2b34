import { useState } from 'react';
import { useParams } from 'react-router';
import {
  claimsOf,
  meaningOf,
  PAPER_TABLES,
  printsNumbers,
  tableTitle,
  type PaperTable,
} from '../../domain/paperTables';
import { modelTable } from '../../domain/models/catalogue';
import { printedOnly } from '../../domain/printedOnly';
import { publishedDataset } from '../../domain/published';
import { PUBLISHED_DATASETS, type PublishedTable } from '../../domain/publishedTables';
import { bestTwo } from '../../domain/comparison';
import { useDatasets } from '../../state/datasets';
import { Button, ButtonLink } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { Choice } from '../../ui/Field';
import { formatCount, formatMetric } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { shortMetric } from '../readings/curves';
import { claimWords } from '../readings/reproduction';
import { RunTableDialog } from './RunTableDialog';
import styles from './tables.module.css';

/** One table as its paper prints it, and the button that runs it. */
export function TablePage() {
  const { id = '' } = useParams();
  const table = PAPER_TABLES.find((one) => one.id === id);
  if (table) return <Known key={id} table={table} />;
  return (
    <Page title="Table not found">
      <Notice
        tone="warning"
        title={`There is no printed table ${id}.`}
        actions={<ButtonLink to="/tables">All tables</ButtonLink>}
      >
        The address may be of another version of Lodestone.
      </Notice>
    </Page>
  );
}

function Known({ table }: { readonly table: PaperTable }) {
  const dataset = useDatasets((state) => state.datasets.find(({ id }) => id === state.currentId) ?? null);
  const [asking, setAsking] = useState(false);
  const known = dataset && publishedDataset(dataset.name, dataset.statistics);
  const [chosen, setChosen] = useState<string | null>(null);
  const part =
    table.parts.find((one) => one.dataset === chosen) ??
    table.parts.find((one) => one.dataset === known) ??
    table.parts[0];
  if (!part) return null;
  const counts = PUBLISHED_DATASETS[part.dataset];
  return (
    <Page
      title={tableTitle(table)}
      subtitle={
        printsNumbers(part)
          ? 'As printed. Figures are of the paper’s own splits, seeds and code.'
          : 'The paper draws it without numbers. Its rows can be run; there is nothing to hold them against but each other.'
      }
      actions={
        <Button variant="primary" disabled={!dataset} onClick={() => setAsking(true)}>
          Run it here…
        </Button>
      }
    >
      {table.parts.length > 1 && (
        <Choice
          segments
          label="Dataset of the paper"
          value={part.dataset}
          options={table.parts.map((one) => ({ value: one.dataset, label: one.dataset }))}
          onValueChange={setChosen}
        />
      )}
      <Panel
        title={part.dataset}
        {...(counts && {
          note: `${formatCount(counts.users)} users, ${formatCount(counts.items)} items, ${formatCount(counts.interactions)} interactions`,
        })}
      >
        <DataTable
          label={`${tableTitle(table)}, ${part.dataset}`}
          columns={columnsOf(part)}
          rows={Object.keys(part.rows)}
          rowId={(name) => name}
        />
      </Panel>
      <Panel title="What it claims" note="each is tested when the table is run">
        <ul className={styles.column}>
          {claimsOf(part).map((claim) => (
            <li key={`${claim.better} ${claim.worse}`}>{claimWords(claim)}.</li>
          ))}
        </ul>
      </Panel>
      {asking && dataset && (
        <RunTableDialog table={table} part={part} dataset={dataset} onClose={() => setAsking(false)} />
      )}
    </Page>
  );
}

function columnsOf(part: PublishedTable): Column<string>[] {
  const names = Object.keys(part.rows);
  return [
    { id: 'row', header: 'Row', rowHeader: true, sortable: false, value: (name) => name },
    ...part.metrics.map((metric, place): Column<string> => {
      const { best, second } = bestTwo(names.map((name) => part.rows[name]?.[place] ?? null));
      return {
        id: metric,
        header: shortMetric(metric),
        numeric: true,
        value: (name) => part.rows[name]?.[place] ?? null,
        cell: (name) => {
          const value = part.rows[name]?.[place] ?? null;
          const text = value === null ? '–' : formatMetric(value);
          if (best.includes(names.indexOf(name))) return <strong title="best">{text}</strong>;
          return second.includes(names.indexOf(name)) ? <u title="second best">{text}</u> : text;
        },
      };
    }),
    {
      id: 'here',
      header: 'In Lodestone',
      sortable: false,
      value: (name) => hereWords(part, name),
      cell: (name) => <span className={styles.words}>{hereWords(part, name)}</span>,
    },
  ];
}

function hereWords(part: PublishedTable, name: string): string {
  const meaning = meaningOf(part, name);
  if (!meaning) return printedOnly(name) ? 'printed results only' : 'not there';
  const changes = Object.entries(meaning.changes).map(([key, value]) => `${key}=${value}`);
  return [modelTable(meaning.model).name, ...changes].join(', ');
}
