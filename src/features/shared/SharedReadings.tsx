import type { SharedReading } from '../../domain/shared';
import { DataTable, type Column } from '../../ui/DataTable';
import { Panel } from '../../ui/Panel';

/** Tables as whoever shared them saw them. */
export function SharedReadings({ readings }: { readonly readings: readonly SharedReading[] }) {
  return readings.map((reading, place) => <Reading key={place} reading={reading} />);
}

function Reading({ reading: { caption, columns, rows, notes } }: { readonly reading: SharedReading }) {
  return (
    <Panel title={caption} note="as it was shared; a link does not hold what it was computed from">
      <DataTable
        label={caption}
        columns={columns.map((header, place): Column<readonly string[]> => ({
          id: String(place),
          header,
          sortable: false,
          ...(place === 0 ? { rowHeader: true } : { numeric: true }),
          value: (row) => row[place] ?? '',
        }))}
        rows={rows}
        rowId={(row) => String(rows.indexOf(row))}
      />
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </Panel>
  );
}
