import {
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type SortingState,
} from '@tanstack/react-table';
import { useMemo, useState, type ReactNode } from 'react';
import { classNames } from './classNames';
import { Icon } from './Icon';
import styles from './DataTable.module.css';

export interface Column<Row> {
  readonly id: string;
  /** Column head; with `hideHeader` only read out (a column of buttons). */
  readonly header: string;
  readonly hideHeader?: boolean;
  /** What is sorted by and, without `cell`, shown. `null` sorts last. */
  readonly value: (row: Row) => string | number | boolean | null;
  readonly cell?: (row: Row) => ReactNode;
  /** Right-aligned. */
  readonly numeric?: boolean;
  /** Default true. */
  readonly sortable?: boolean;
  /** This cell names the row. */
  readonly rowHeader?: boolean;
  /** Left out below 640 px. */
  readonly wideOnly?: boolean;
}

interface DataTableProps<Row> {
  /** What the table lists, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  readonly isCurrent?: (row: Row) => boolean;
  readonly initialSort?: { readonly id: string; readonly descending: boolean };
  /** Shown in place of rows when there are none. */
  readonly empty?: ReactNode;
}

/** A sortable table. Scrolls sideways inside its own frame when the page is narrow. */
export function DataTable<Row>({ label, columns, rows, rowId, isCurrent, initialSort, empty }: DataTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>(
    initialSort ? [{ id: initialSort.id, desc: initialSort.descending }] : [],
  );
  const definitions = useMemo(() => columns.map(definitionOf), [columns]);
  const data = useMemo(() => [...rows], [rows]);
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of the table leaves this component
  const table = useReactTable({
    data,
    columns: definitions,
    state: { sorting },
    onSortingChange: setSorting,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });

  return (
    <div className={styles.frame} tabIndex={0} role="group" aria-label={label}>
      <table className={styles.table}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map(({ id, column }) => {
                const spec = byId.get(id);
                const sorted = column.getIsSorted();
                const content = spec?.hideHeader ? (
                  <span className="visually-hidden">{spec.header}</span>
                ) : (
                  spec?.header
                );
                return (
                  <th
                    key={id}
                    scope="col"
                    className={cellClass(spec)}
                    {...(sorted && { 'aria-sort': sorted === 'asc' ? 'ascending' : 'descending' })}
                  >
                    {column.getCanSort() ? (
                      <button
                        type="button"
                        className={styles.sort}
                        data-sorted={sorted}
                        onClick={column.getToggleSortingHandler()}
                      >
                        {content}
                        <Icon name="sort" />
                      </button>
                    ) : (
                      content
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} data-current={isCurrent?.(row.original) ?? false}>
              {row.getVisibleCells().map((cell) => {
                const spec = byId.get(cell.column.id);
                const content = flexRender(cell.column.columnDef.cell, cell.getContext());
                return spec?.rowHeader ? (
                  <th key={cell.id} scope="row" className={cellClass(spec)}>
                    {content}
                  </th>
                ) : (
                  <td key={cell.id} className={cellClass(spec)}>
                    {content}
                  </td>
                );
              })}
            </tr>
          ))}
          {rows.length === 0 && empty && (
            <tr>
              <td colSpan={columns.length} className={styles.empty}>
                {empty}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function definitionOf<Row>(column: Column<Row>): ColumnDef<Row> {
  return {
    id: column.id,
    // TanStack sorts `undefined`, not `null`, to the end.
    accessorFn: (row) => column.value(row) ?? undefined,
    sortUndefined: 'last',
    enableSorting: column.sortable ?? true,
    cell: ({ row }) => (column.cell ? column.cell(row.original) : column.value(row.original)),
  };
}

function cellClass<Row>(column: Column<Row> | undefined): string {
  return classNames(column?.numeric && styles.numeric, column?.wideOnly && styles.wideOnly);
}
