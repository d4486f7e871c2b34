import { memo, useMemo } from 'react';
import { formatCount, formatMetric } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { PaperButtons } from '../../charts/PaperButtons';
import type { GroupGain } from '../../domain/gains';
import { differenceText, groupsPaper, groupsTable, type GroupTableWords } from './gainRows';
import styles from './compare.module.css';

interface GroupGainsTableProps {
  readonly title: string;
  readonly rows: readonly GroupGain[];
  readonly words: GroupTableWords;
}

/** Both settings on each group of users, with the difference ± its standard error. */
export const GroupGainsTable = memo(function GroupGainsTable({ title, rows, words }: GroupGainsTableProps) {
  const { holds, setting, reference } = words;
  const columns = useMemo(
    (): readonly Column<GroupGain>[] => [
      { id: 'group', header: 'Users', rowHeader: true, sortable: false, value: ({ name }) => name },
      { id: 'holds', header: holds, numeric: true, sortable: false, value: (row) => row.holds },
      {
        id: 'users',
        header: 'How many',
        numeric: true,
        value: ({ rows: { length } }) => length,
        cell: ({ rows: { length } }) => formatCount(length),
      },
      { id: 'mine', header: setting, numeric: true, value: ({ mine }) => mine, cell: ({ mine }) => formatMetric(mine) },
      {
        id: 'theirs',
        header: reference,
        numeric: true,
        value: ({ theirs }) => theirs,
        cell: ({ theirs }) => formatMetric(theirs),
      },
      {
        id: 'difference',
        header: 'Difference',
        numeric: true,
        value: ({ difference }) => difference,
        cell: differenceText,
      },
    ],
    [holds, setting, reference],
  );
  return (
    <>
      <div className={styles.tableTools}>
        <PaperButtons title={title} paper={() => groupsPaper(rows, words)} data={() => groupsTable(rows, words)} />
      </div>
      <DataTable label={title} columns={columns} rows={rows} rowId={({ name }) => name} />
      <p className={styles.note}>Difference ± standard error over users.</p>
    </>
  );
});
