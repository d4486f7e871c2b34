import { formatCount, formatNumber, formatPercent } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { SPLIT_LABELS, SPLIT_RULE_LABELS } from '../../ui/words';
import { PaperButtons } from '../../charts/PaperButtons';
import { SPLIT_NAMES, type DatasetDocument, type DatasetStatistics, type SplitName } from '../../domain/dataset';
import { datasetPaper, datasetsTable } from './datasetPaper';

/** The row of a paper's dataset table. */
export function DatasetNumbers({ dataset }: { readonly dataset: DatasetDocument }) {
  const { statistics: s } = dataset;
  return (
    <Panel
      title="Interactions"
      actions={
        <PaperButtons title="Statistics" paper={() => datasetPaper([dataset])} data={() => datasetsTable([dataset])} />
      }
    >
      <StatList>
        <Stat label="Users" value={formatCount(s.users)} />
        <Stat label="Items" value={formatCount(s.items)} />
        <Stat label="Interactions" value={formatCount(s.interactions)} />
        <Stat label="Density" value={formatPercent(s.density)} note={`sparsity ${sparsity(s.density)}`} />
        <Stat label="Mean per user" value={formatNumber(s.meanActionsPerUser, 3)} />
        <Stat label="Mean per item" value={formatNumber(s.meanActionsPerItem, 3)} />
        <Stat label="Head share" value={formatPercent(s.headShare)} note="of the most popular 20 % of items" />
        <Stat label="Cold users" value={formatCount(s.coldUsers)} note="without training interactions" />
        <Stat label="Cold items" value={formatCount(s.coldItems)} note="without training interactions" />
      </StatList>
    </Panel>
  );
}

interface SplitRow {
  readonly name: SplitName;
  readonly interactions: number;
  readonly users: number;
  readonly items: number;
  readonly share: number;
}

const SPLIT_COLUMNS: readonly Column<SplitRow>[] = [
  { id: 'name', header: 'Split', rowHeader: true, sortable: false, value: ({ name }) => SPLIT_LABELS[name] },
  {
    id: 'interactions',
    header: 'Interactions',
    numeric: true,
    sortable: false,
    value: ({ interactions }) => formatCount(interactions),
  },
  { id: 'share', header: 'Share', numeric: true, sortable: false, value: ({ share }) => formatPercent(share) },
  { id: 'users', header: 'Users', numeric: true, sortable: false, value: ({ users }) => formatCount(users) },
  { id: 'items', header: 'Items', numeric: true, sortable: false, value: ({ items }) => formatCount(items) },
];

interface SplitTableProps {
  readonly statistics: DatasetStatistics;
  readonly split: DatasetDocument['split'];
}

export function SplitTable({ statistics, split }: SplitTableProps) {
  const rows = SPLIT_NAMES.map((name): SplitRow => {
    const counts = statistics.splits[name];
    return { name, ...counts, share: counts.interactions / Math.max(1, statistics.interactions) };
  });
  const note =
    split.seed === null ? SPLIT_RULE_LABELS[split.rule] : `${SPLIT_RULE_LABELS[split.rule]}, seed ${split.seed}`;
  return (
    <Panel title="Split" note={note}>
      <DataTable label="Split sizes" columns={SPLIT_COLUMNS} rows={rows} rowId={({ name }) => name} />
    </Panel>
  );
}

/** `99.88 %`: two decimals, as dataset tables print it, and never rounded up to 100. */
function sparsity(density: number): string {
  const percent = Math.floor((1 - density) * 1e4) / 100;
  return `${percent.toFixed(2)} %`;
}
