import { useMemo } from 'react';
import { formatCount, formatNumber, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { Select } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import { useRevealed } from '../../ui/useRevealed';
import type { HeatMapCell } from '../../charts/gridKeys';
import type { DatasetLabels } from '../../domain/dataset';
import { entityLabel } from '../../domain/entityNames';
import type { RunRouting } from '../../domain/routes';
import type { RouterShape } from '../../domain/models/table';
import { FAMILY_NAMES, groupName } from '../readings/expertNames';
import { pairRows, type PairRow } from './pairRows';
import styles from './routing.module.css';

interface PairListProps {
  readonly routing: RunRouting;
  readonly shape: RouterShape;
  readonly labels: DatasetLabels | null;
  readonly selected: HeatMapCell | null;
  readonly onSelect: (cell: HeatMapCell | null) => void;
  /** Grows each time a cell of the map is chosen, which brings the list into view. */
  readonly calls: number;
  readonly shown: { readonly user: number; readonly item: number };
  readonly onShow: (pair: { readonly user: number; readonly item: number }) => void;
}

/** The held-out pairs that give the expert of the selected cell the highest probability, whether or not it is their first choice. */
export function PairList({ routing, shape, labels, selected, onSelect, calls, shown, onShow }: PairListProps) {
  const heading = useRevealed(calls);
  const { rows, count } = useMemo(() => pairRows(routing, selected), [routing, selected]);
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
  const cell = selected && cells.find(({ value }) => value === `${selected.row} ${selected.column}`);
  const choose = (value: string): void => {
    const [row, column] = value.split(' ').map(Number);
    onSelect(row === undefined || column === undefined ? null : { row, column });
  };
  return (
    <Panel
      title={cell ? `Pairs of ${cell.label}` : 'Pairs with the surest first choice'}
      headingRef={heading}
      note={
        <span role="status">
          {cell
            ? `first choice of ${formatCount(count)} of ${plural(routing.pairs.users.length, 'held-out pair')}`
            : `${plural(count, 'held-out pair')}, validation and test`}
        </span>
      }
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
        empty="The dataset holds no pairs out."
      />
      <p className={styles.note}>
        {cell
          ? `The pairs to which ${cell.label} gives most${count === 0 ? ', though it is the first choice of none' : ''}; π is its probability.`
          : 'π is the probability of the first choice. Choose a cell of the heat map for the pairs of one expert.'}
      </p>
    </Panel>
  );
}

function columnsOf(labels: DatasetLabels | null, onShow: PairListProps['onShow']): readonly Column<PairRow>[] {
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
    {
      id: 'probability',
      header: 'π',
      numeric: true,
      value: ({ probability }) => probability,
      cell: ({ probability }) => formatNumber(probability, 3),
    },
    { id: 'first', header: 'First choice', value: ({ first }) => first },
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
          Show
        </Button>
      ),
    },
  ];
}
