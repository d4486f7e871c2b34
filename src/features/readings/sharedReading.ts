import type { PaperTable } from '../../charts/paperTable';
import type { SharedReading } from '../../domain/shared';

/** A table for a paper, as a link carries it. */
export const sharedReading = ({ caption, columns, rows, notes = [] }: PaperTable): SharedReading => ({
  caption,
  columns,
  rows: rows.map((cells) => cells.map(({ text, mark = '' }) => `${text}${mark}`)),
  notes,
});
