import { formatCount, formatReading } from '../ui/format';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { fileName, saveText } from './download';
import { toCsv, type Cell, type ChartTable } from './table';
import styles from './charts.module.css';

interface DataDialogProps {
  readonly title: string;
  readonly table: ChartTable;
  readonly onClose: () => void;
}

/** Rows shown at once; the file has them all. */
const SHOWN = 300;

/** The numbers behind a chart. */
export function DataDialog({ title, table, onClose }: DataDialogProps) {
  const shown = table.rows.slice(0, SHOWN);
  const count = `${formatCount(table.rows.length)} ${table.rows.length === 1 ? 'row' : 'rows'}`;
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title={`Data: ${title}`}
      description={
        table.rows.length > SHOWN
          ? `The first ${SHOWN} of ${count}; the file has all of them, in full precision.`
          : `${count}; the file has full precision.`
      }
      actions={
        <Button variant="primary" onClick={() => saveText(fileName(title, 'csv'), 'text/csv', toCsv(table))}>
          Download CSV
        </Button>
      }
    >
      <div className={styles.dataScroll} tabIndex={0} role="region" aria-label={`Numbers of ${title}`}>
        <table className={styles.dataTable}>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => (
              <tr key={i}>
                {row.map((cell, j) => (
                  <td key={j}>{shownCell(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}

function shownCell(cell: Cell): string {
  return typeof cell === 'number' ? formatReading(cell) : (cell ?? '–');
}
