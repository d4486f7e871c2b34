import {
  getCoreRowModel,
  getExpandedRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type ExpandedState,
  type SortingState,
} from '@tanstack/react-table';
import { memo, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
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
  readonly cell?: (row: Row, current: boolean) => ReactNode;
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
  /** The rows that a row stands for while it is folded; none for one that stands for itself. Its cells are those of `columns`. */
  readonly subRows?: (row: Row) => readonly Row[];
  /** Stands before all others, however the table is sorted. */
  readonly first?: (row: Row) => boolean;
  /** Scrolls inside its own frame, with its head in view. */
  readonly tall?: boolean;
}

/** Rows that are drawn at once; more come as they are scrolled to. */
const ROWS_AT_ONCE = 60;

/** A sortable table. Scrolls sideways inside its own frame when the page is narrow. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowId,
  isCurrent,
  initialSort,
  empty,
  subRows,
  first,
  tall = false,
}: DataTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>(
    initialSort ? [{ id: initialSort.id, desc: initialSort.descending }] : [],
  );
  const [expanded, setExpanded] = useState<ExpandedState>({});
  const [limit, setLimit] = useState(ROWS_AT_ONCE);
  const definitions = useMemo(() => columns.map(definitionOf), [columns]);
  const data = useMemo(() => [...rows], [rows]);
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of the table leaves this component
  const table = useReactTable({
    data,
    columns: definitions,
    state: { sorting, expanded },
    onSortingChange: setSorting,
    onExpandedChange: setExpanded,
    getRowId: rowId,
    ...(subRows && { getSubRows: (row: Row) => [...subRows(row)], getExpandedRowModel: getExpandedRowModel() }),
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });

  const sorted = table.getRowModel().rows;
  const all = first
    ? [...sorted.filter(({ original }) => first(original)), ...sorted.filter(({ original }) => !first(original))]
    : sorted;
  const more = useMore(useCallback(() => setLimit((now) => now + ROWS_AT_ONCE), []));
  const toggle = useCallback(
    (id: string) => setExpanded((now) => (now === true ? {} : { ...now, [id]: !now[id] })),
    [setExpanded],
  );
  return (
    <div className={classNames(styles.frame, tall && styles.tall)} tabIndex={0} role="group" aria-label={label}>
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
          {all.slice(0, limit).map((row) => {
            const current = isCurrent?.(row.original) ?? false;
            const open = row.getCanExpand() ? row.getIsExpanded() : null;
            return (
              <Line
                key={row.id}
                original={row.original}
                columns={columns}
                current={current}
                inner={row.depth > 0}
                open={open}
              >
                {() => (
                  <Cells
                    row={row.original}
                    columns={columns}
                    current={current}
                    open={open}
                    onToggle={() => toggle(row.id)}
                  />
                )}
              </Line>
            );
          })}
          {all.length > limit && (
            <tr ref={more}>
              <td colSpan={columns.length} className={styles.empty}>
                {all.length - limit} more
              </td>
            </tr>
          )}
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

interface LineProps {
  /** What the line is of, and how it is drawn: while these are the same, so is the line. */
  readonly original: unknown;
  readonly columns: unknown;
  readonly current: boolean;
  readonly inner: boolean;
  /** Whether its rows are shown; null where it has none. */
  readonly open: boolean | null;
  readonly children: () => ReactNode;
}

/** A list of hundreds is redrawn where something changed, not as a whole. */
const Line = memo(
  function Line({ current, inner, children }: LineProps) {
    return (
      <tr data-current={current} {...(inner && { 'data-inner': true })}>
        {children()}
      </tr>
    );
  },
  (a, b) =>
    a.original === b.original &&
    a.columns === b.columns &&
    a.current === b.current &&
    a.inner === b.inner &&
    a.open === b.open,
);

interface CellsProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly current: boolean;
  readonly open: boolean | null;
  readonly onToggle: () => void;
}

function Cells<Row>({ row, columns, current, open, onToggle }: CellsProps<Row>) {
  return columns.map((column) => {
    const content = column.cell ? column.cell(row, current) : column.value(row);
    return column.rowHeader ? (
      <th key={column.id} scope="row" className={cellClass(column)}>
        {open !== null && (
          <button
            type="button"
            className={styles.fold}
            aria-expanded={open}
            aria-label={`Rows of ${String(column.value(row))}`}
            onClick={onToggle}
          >
            <Icon name="chevron" />
          </button>
        )}
        {content}
      </th>
    ) : (
      <td key={column.id} className={cellClass(column)}>
        {content}
      </td>
    );
  });
}

/** A ref for what asks for more when it comes near the window. */
function useMore(onNear: () => void): (element: Element | null) => void {
  const observer = useRef<IntersectionObserver | null>(null);
  return useCallback(
    (element) => {
      observer.current?.disconnect();
      if (!element) return;
      observer.current = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && onNear(), {
        rootMargin: '600px',
      });
      observer.current.observe(element);
    },
    [onNear],
  );
}

function definitionOf<Row>(column: Column<Row>): ColumnDef<Row> {
  return {
    id: column.id,
    // TanStack sorts `undefined`, not `null`, to the end.
    accessorFn: (row) => column.value(row) ?? undefined,
    sortUndefined: 'last',
    enableSorting: column.sortable ?? true,
  };
}

function cellClass<Row>(column: Column<Row> | undefined): string {
  return classNames(column?.numeric && styles.numeric, column?.wideOnly && styles.wideOnly);
}
