/** A cell of RFC 4180: in quotes where it has a comma, a quote or a line break. */
const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What a spreadsheet would take for a formula, and what would be mistaken for a guarded one. */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const GUARDED = /^'+[=+\-@\t\r\n]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?( ?%)?$/i;

/**
 * A cell with text. What a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, a tab or a line break in front, and no number) gets
 * an apostrophe in front. One that has apostrophes there already gets another, so that taking one away gives the text back: `unguarded`.
 */
export const csvText = (text: string): string => csvCell(guarded(text));

/** The same without quotes, for other separators. */
export const guarded = (text: string): string => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

/** A cell of a CSV file: numbers in full precision, nothing for null. */
export const csvValue = (value: string | number | null): string =>
  value === null ? '' : typeof value === 'number' ? String(value) : csvText(value);

/** The text of which `csvText` made a cell, quotes aside. */
export const unguarded = (cell: string): string => (GUARDED.test(cell) ? cell.slice(1) : cell);

export const ID_TABLE_HEADER = ['index', 'id', 'name'];
export const RECOMMENDATIONS_HEADER = ['user', 'rank', 'item', 'score', 'user_index', 'item_index'];
const MAPPING_COLUMN = 'original';
export const mappingHeader = (scope: 'user' | 'item'): readonly string[] => [MAPPING_COLUMN, `${scope}ID`];

const WRITTEN_HERE = [ID_TABLE_HEADER, RECOMMENDATIONS_HEADER, mappingHeader('user'), mappingHeader('item')].map(
  String,
);

/** Whether a table with this header was written here, so that its cells are guarded. */
export const isGuarded = (header: readonly string[]): boolean => WRITTEN_HERE.includes(String(header));
