import { grouped } from './grouped';
import { FILE_ROLES, type FileRole, type FileTaken, type TablePreview } from '../../src/domain/reading';
import { columnKind } from './sample';
import { readingOfEntry, type Entry } from './entries';

/** Rows of a table that a person is shown. */
const SHOWN_ROWS = 6;
const SHOWN_COLUMNS = 60;
const LONGEST_CELL = 80;

/** What an entry can be told to be. */
function rolesOf({ content }: Entry): readonly FileRole[] {
  switch (content.kind) {
    case 'table':
      return FILE_ROLES;
    case 'sparse':
      return ['interactions', 'train', 'valid', 'test', 'features', 'unused'];
    case 'matrix':
    case 'folder':
      return ['features', 'unused'];
    case 'vector':
      return content.ids ? ['itemIds', 'userIds', 'unused'] : ['unused'];
    case 'unread':
      return ['unused'];
  }
}

/** Every file as it was taken, those that are used first; unused ones of a kind in one line. */
export function filesTaken(entries: readonly Entry[]): FileTaken[] {
  const used = entries.filter((entry) => entry.role !== 'unused' || entry.question !== null);
  const unused = entries.filter((entry) => !used.includes(entry));
  const folded = grouped(unused, (entry) => `${folderOf(entry.path)}\n${endingOf(entry.path)}\n${entry.why}`);
  return [
    ...[...used].sort((a, b) => FILE_ROLES.indexOf(a.role) - FILE_ROLES.indexOf(b.role)).map(fileTaken),
    ...[...folded.values()].flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      if (group.length <= MOST_OF_A_KIND) return group.map((entry) => fileTaken(entry));
      return [
        {
          ...fileTaken(first),
          path: `${folderOf(first.path)}*${endingOf(first.path)}`,
          files: group.length,
          preview: null,
        },
      ];
    }),
  ];
}

const MOST_OF_A_KIND = 3;
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
const endingOf = (path: string): string => /\.\w+$/.exec(path)?.[0] ?? '';

export function fileTaken(entry: Entry): FileTaken {
  const { path, files, what, question, why } = entry;
  return {
    path,
    files,
    what,
    reading: readingOfEntry(entry),
    roles: rolesOf(entry),
    why,
    question,
    preview: previewOf(entry),
  };
}

function previewOf({ content, headerInDoubt }: Entry): TablePreview | null {
  if (content.kind !== 'table') return null;
  const { table, sample } = content;
  const cut = (cells: readonly string[]): string[] =>
    cells
      .slice(0, SHOWN_COLUMNS)
      .map((cell) => (cell.length > LONGEST_CELL ? `${cell.slice(0, LONGEST_CELL)}…` : cell));
  const values: Record<number, readonly string[]> = {};
  for (const column of table.columns.slice(0, SHOWN_COLUMNS).keys()) {
    const found = [...columnKind(sample.rows, column).values];
    if (found.length > 1 && found.length <= 20 && found.every((value) => value.length <= 40))
      values[column] = found.sort();
  }
  return {
    columns: cut(table.columns),
    rows: sample.rows.slice(0, SHOWN_ROWS).map(cut),
    headerInDoubt: headerInDoubt || table.headerLine !== null,
    values,
  };
}
