import { useMemo } from 'react';
import type { Contribution, Contributions } from '../../domain/contributions';
import type { DatasetLabels } from '../../domain/dataset';
import { entityLabel } from '../../domain/entityNames';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { formatCount, formatNumber } from '../../ui/format';
import { contributionWords } from './useContributions';

interface ContributionsTableProps {
  readonly contributions: Contributions;
  readonly labels: DatasetLabels | null;
}

/** The items of a history, by what they add to one recommendation. */
export function ContributionsTable({ contributions, labels }: ContributionsTableProps) {
  const { item, how, rank, history } = contributions;
  const columns = useMemo(() => columnsOf(labels, how), [labels, how]);
  const name = entityLabel(labels, 'item', item);
  return (
    <>
      <p>
        {name}
        {rank === null ? '' : `, rank ${formatCount(rank)}`}. {contributionWords(contributions)}
      </p>
      <DataTable
        label={`Items of the history that brought ${name}`}
        columns={columns}
        rows={history}
        rowId={(one) => String(one.item)}
      />
    </>
  );
}

function columnsOf(labels: DatasetLabels | null, how: Contributions['how']): readonly Column<Contribution>[] {
  const exact = how === 'exact';
  return [
    {
      id: 'item',
      header: 'Item of the history',
      rowHeader: true,
      value: ({ item }) => entityLabel(labels, 'item', item),
      cell: ({ item }) => <EntityName labels={labels} scope="item" index={item} />,
    },
    {
      id: 'part',
      header: exact ? 'Part of the score' : 'Fall of the score without it',
      numeric: true,
      value: ({ part }) => part,
      cell: ({ part }) => formatNumber(part, 4),
    },
    ...(exact
      ? []
      : [
          {
            id: 'rank',
            header: 'Rank without it',
            numeric: true,
            value: ({ rank }: Contribution) => rank,
            cell: ({ rank }: Contribution) => (rank === null ? '–' : formatCount(rank)),
          },
        ]),
  ];
}
