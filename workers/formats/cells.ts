/** A quoted cell that had not closed when its line ended. */
export interface OpenCell {
  /** The cells before it. */
  readonly cells: readonly string[];
  /** Its text so far. */
  readonly text: string;
}

export type Scanned = { readonly cells: string[] } | { readonly open: OpenCell } | 'stray';

/** The cells of a line by its separator alone: quotes are text. */
export function plainCells(line: string, separator: string): string[] {
  if (separator !== ' ') return line.split(separator);
  return line.trim().split(/[ \t]+/);
}

/**
 * The cells of a line. A cell that begins with a quotation mark is quoted if the mark closes right before a separator or the end of the
 * line (`""` and `\"` inside it stand for one mark); otherwise the mark is text. `open` when it has not closed by the end of the line.
 */
export function scanCells(line: string, separator: string): Scanned {
  if (!line.includes('"')) return { cells: plainCells(line, separator) };
  return scan(line, separator === ' ' ? line.length - line.trimStart().length : 0, separator, []);
}

/** Goes on in the next line. `stray`: a mark inside the cell is followed by text, so the first one did not open a quoted cell. */
export function continueCells(open: OpenCell, line: string, separator: string): Scanned {
  const closed = closing(line, 0, separator);
  if (closed === 'stray') return 'stray';
  if (closed === null) return { open: { cells: open.cells, text: `${open.text}\n${line}` } };
  const cells = [...open.cells, unescaped(`${open.text}\n${line.slice(0, closed)}`)];
  return afterCell(line, closed + 1, separator, cells);
}

function scan(line: string, start: number, separator: string, cells: string[]): Scanned {
  for (let at = start; ;) {
    if (line[at] === '"') {
      const closed = closing(line, at + 1, separator);
      if (closed === null) return { open: { cells, text: line.slice(at + 1) } };
      if (closed !== 'stray') {
        cells.push(unescaped(line.slice(at + 1, closed)));
        const next = skip(line, closed + 1, separator);
        if (next === null) return { cells };
        at = next;
        continue;
      }
    }
    const end = line.indexOf(separator, at);
    cells.push(end < 0 ? line.slice(at) : line.slice(at, end));
    const next = end < 0 ? null : skip(line, end, separator);
    if (next === null) return { cells };
    at = next;
  }
}

function afterCell(line: string, end: number, separator: string, cells: string[]): Scanned {
  const next = skip(line, end, separator);
  return next === null ? { cells } : scan(line, next, separator, cells);
}

/** Where the next cell begins; null at the end of the line. */
function skip(line: string, end: number, separator: string): number | null {
  if (end >= line.length) return null;
  let next = end + separator.length;
  if (separator === ' ') while (line[next] === ' ') next++;
  return separator === ' ' && next >= line.length ? null : next;
}

/** Where the mark that closes a cell stands; null when there is none in this line. */
function closing(line: string, from: number, separator: string): number | 'stray' | null {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at)) {
    if (line[at + 1] === '"') at += 2;
    else if (at + 1 === line.length || line.startsWith(separator, at + 1)) return at;
    else if (line[at - 1] === '\\') at += 1;
    else return 'stray';
  }
  return null;
}

const unescaped = (text: string): string => text.replaceAll(/""|\\"/g, '"');
