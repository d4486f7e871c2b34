import { useMemo } from 'react';
import { formatCount, formatNumber, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { Select } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import type { HeatMapCell } from '../../charts/HeatMap';
import type { DatasetLabels } from '../../domain/dataset';
import { entityLabel } from '../../domain/entityNames';
import type { RoutedPairs, RunRouting } from '../../domain/routes';
import type { RouterShape } from '../../domain/models/table';
import { FAMILY_NAMES, groupName } from '../readings/expertNames';
import styles from './routing.module.css';

interface PairListProps {
  readonly routing: RunRouting;
  readonly shape: RouterShape;
  readonly labels: DatasetLabels | null;
  readonly selected: HeatMapCell | null;
  readonly onSelect: (cell: HeatMapCell | null) => void;
  readonly shown: { readonly user: number; readonly item: number };
  readonly onShow: (pair: { readonly user: number; readonly item: number }) => void;
}

interface Row {
  readonly user: number;
  readonly item: number;
  readonly split: number;
  readonly expert: string;
  readonly probability: number;
}

/** Pairs listed at a time. */
const LISTED = 12;

/** The held-out pairs whose first choice is an expert of the selected cell, the surest first. */
export function PairList({ routing, shape, labels, selected, onSelect, shown, onShow }: PairListProps) {
  const { rows, count } = useMemo(() => chosenPairs(routing, shape, selected), [routing, shape, selected]);
  const columns = useMemo(() => columnsOf(labels, onShow), [labels, onShow]);
  const cells = [
    { value: 'all', label: 'all experts' },
    ...shape.groups.flatMap((group, row) =>
      shape.families.map((family, column) => ({
        value: `${row} ${column}`,
        label: `${FAMILY_NAMES[family]} · ${groupName(group)}`,
      })),
    ),
  ];
  const choose = (value: string): void => {
    const [row, column] = value.split(' ').map(Number);
    onSelect(row === undefined || column === undefined ? null : { row, column });
  };
  return (
    <Panel
      title="Pairs that choose an expert first"
      note={`${plural(count, 'validation or test pair')} of ${formatCount(routing.pairs.users.length)} with this first choice`}
      actions={
        <Select
          aria-label="Expert"
          value={selected ? `${selected.row} ${selected.column}` : 'all'}
          options={cells}
          onValueChange={choose}
        />
      }
    >
      <DataTable
        label="Pairs of the selected expert"
        columns={columns}
        rows={rows}
        rowId={({ user, item, split }) => `${user} ${item} ${split}`}
        isCurrent={({ user, item }) => user === shown.user && item === shown.item}
        empty="This expert is not the first choice of any held-out pair."
      />
      {count > rows.length && (
        <p className={styles.note}>
          The {LISTED} with the highest probability; choose a cell of the heat map for another expert.
        </p>
      )}
    </Panel>
  );
}

function chosenPairs(
  { pairs, experts }: RunRouting,
  { families }: RouterShape,
  selected: HeatMapCell | null,
): { readonly rows: readonly Row[]; readonly count: number } {
  const wanted = experts.map(
    ({ anchor, family }) => selected === null || (anchor === selected.row && family === families[selected.column]),
  );
  const places = Array.from(pairs.first.keys()).filter((place) => wanted[pairs.first[place] ?? 0]);
  places.sort((a, b) => (pairs.probability[b] ?? 0) - (pairs.probability[a] ?? 0) || a - b);
  return {
    count: places.length,
    rows: places.slice(0, LISTED).map((place) => rowOf(pairs, place, experts[pairs.first[place] ?? 0]?.name ?? '')),
  };
}

const rowOf = (pairs: RoutedPairs, place: number, expert: string): Row => ({
  user: pairs.users[place] ?? 0,
  item: pairs.items[place] ?? 0,
  split: pairs.split[place] ?? 0,
  expert,
  probability: pairs.probability[place] ?? 0,
});

function columnsOf(labels: DatasetLabels | null, onShow: PairListProps['onShow']): readonly Column<Row>[] {
  return [
    {
      id: 'user',
      header: 'User',
      rowHeader: true,
      value: ({ user }) => user,
      cell: ({ user }) => <EntityName labels={labels} scope="user" index={user} />,
    },
    {
      id: 'item',
      header: 'Item',
      value: ({ item }) => entityLabel(labels, 'item', item),
      cell: ({ item }) => <EntityName labels={labels} scope="item" index={item} />,
    },
    { id: 'split', header: 'Split', wideOnly: true, value: ({ split }) => (split === 1 ? 'validation' : 'test') },
    { id: 'expert', header: 'First choice', value: ({ expert }) => expert },
    {
      id: 'probability',
      header: 'π',
      numeric: true,
      value: ({ probability }) => probability,
      cell: ({ probability }) => formatNumber(probability, 3),
    },
    {
      id: 'look',
      header: 'Look inside',
      hideHeader: true,
      sortable: false,
      value: () => null,
      cell: ({ user, item }) => (
        <Button
          small
          variant="quiet"
          aria-label={`Look inside ${entityLabel(labels, 'user', user)}, ${entityLabel(labels, 'item', item)}`}
          onClick={() => onShow({ user, item })}
        >
          Look inside
        </Button>
      ),
    },
  ];
}
