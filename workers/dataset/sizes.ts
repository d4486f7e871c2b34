import { alike, SPELL_ALIKE } from './alike';
import type { Matrix } from '../formats/format';
import { amount, count } from '../formats/words';
import type { Findings } from './findings';
import type { VectorFolder } from './entries';
import type { IdMapping } from './idList';
import type { Numbering } from './ids';
import type { Places } from './places';

/** A feature matrix that has been opened, but not read. */
export interface FeatureFile {
  readonly key: string;
  readonly scope: 'item' | 'user';
  readonly path: string;
  /** How messages call it. */
  readonly name: string;
  readonly matrix: Matrix;
  /** The original id of each row; null where row i belongs to index i. */
  readonly rowIds: readonly string[] | null;
  /** The files of its rows, where each has one. */
  readonly folder: VectorFolder | null;
  readonly storedBytes: number;
}

/** The interaction table, as far as messages name it. */
export interface TablePlace {
  readonly places: Places;
  readonly lines: Int32Array;
  /** How many users and items the table has. */
  readonly sizes: { readonly user: number; readonly item: number };
  /** How many different ones come in its rows. */
  readonly distinct: { readonly user: number; readonly item: number };
}

/**
 * How many items (users) there are: the largest index + 1, or more when every feature file (and the mapping) agrees on more rows.
 * A feature file with another number of rows is an error, because its rows would belong to other items.
 */
export function agreeOnSize(
  scope: 'item' | 'user',
  numbering: Numbering,
  features: readonly FeatureFile[],
  mapping: IdMapping | null,
  table: TablePlace,
  findings: Findings,
): number {
  const tableName = table.places.name;
  const hint = 'Check that the feature file belongs to this interaction file.';
  const short = features.filter(({ matrix }) => matrix.rows < numbering.size);
  for (const { path, name, matrix } of short) {
    const at = numbering.indices.findIndex((index) => index >= matrix.rows);
    const number = table.lines[at];
    const place = number === undefined ? null : table.places.place(number);
    const line = place?.line ?? null;
    const who = place
      ? `Row ${count(place.line)} of ${place.file} has ${scope} ${count(numbering.indices[at] ?? 0)}`
      : `${tableName} has ${count(numbering.size)} ${scope}s`;
    findings.error(
      'DATA_ROWS_MISMATCH',
      {
        rule: 'rows-mismatch',
        file: path,
        row: matrix.rows,
        message: `${who}, but ${name} has rows 0–${count(matrix.rows - 1)}.`,
        hint: whoseRows(scope, matrix, table) ?? hint,
      },
      { rows: matrix.rows, line },
    );
  }
  const rows = new Set(features.map(({ matrix }) => matrix.rows));
  const agreed = rows.size === 1 && short.length === 0 ? [...rows][0] : undefined;
  const mapped = mapping?.originals.length ?? null;
  if (agreed === undefined) {
    const target = rows.has(numbering.size) ? numbering.size : Math.max(...rows);
    for (const { path, name, matrix } of features.filter(
      (feature) => feature.matrix.rows > numbering.size && feature.matrix.rows !== target,
    )) {
      findings.error('DATA_ROWS_MISMATCH', {
        rule: 'rows-mismatch',
        file: path,
        row: numbering.size,
        message: `${name} has rows 0–${count(matrix.rows - 1)}, but ${tableName} has ${scope}s 0–${count(numbering.size - 1)} and another feature file has ${count(target)} rows.`,
        hint: whoseRows(scope, matrix, table) ?? hint,
      });
    }
    if (rows.size > 1 && short.length === 0 && !rows.has(numbering.size)) return Math.max(...rows);
    return Math.max(numbering.size, mapped ?? 0);
  }
  if (mapped !== null && mapped > agreed) {
    findings.error('DATA_ROWS_MISMATCH', {
      rule: 'rows-mismatch',
      file: features[0]?.path ?? table.places.path,
      row: agreed,
      message: `${mapping?.file ?? ''} has ${count(mapped)} ${scope}s, but ${features[0]?.name ?? ''} has rows 0–${count(agreed - 1)}.`,
      hint,
    });
  } else if (agreed > numbering.size && mapped !== agreed) {
    findings.warning({
      rule: 'rows-mismatch',
      file: features[0]?.path ?? table.places.path,
      row: numbering.size,
      message: `${features[0]?.name ?? ''} has rows 0–${count(agreed - 1)}, but ${tableName} has ${scope}s 0–${count(numbering.size - 1)}: the last ${amount(agreed - numbering.size, scope)} have features but no interactions.`,
      hint: [
        features[0] && whoseRows(scope, features[0].matrix, table),
        `Accept if the files belong together. These ${scope}s are then candidates without interactions.`,
      ]
        .filter(Boolean)
        .join(' '),
    });
  }
  return agreed;
}

/** What a matrix with another number of rows perhaps is; null when its shape says nothing. */
function whoseRows(
  scope: 'item' | 'user',
  { rows, columns }: Matrix,
  { lines, sizes, distinct }: TablePlace,
): string | null {
  const other = scope === 'item' ? 'user' : 'item';
  if (rows === lines.length)
    return `It has as many rows as there are interactions; features need one row per ${scope}, e.g. the mean over its interactions.`;
  if (rows === sizes[other])
    return `It has as many rows as there are ${other}s; ${scope === 'item' ? 'features of users begin with “user_” in their names' : 'features of items have no “user” in their names'}.`;
  if (rows === distinct[scope] && rows < sizes[scope])
    return `It has as many rows as there are different ${scope}s. List the ids in the order of its rows in ${scope}_ids.txt.`;
  if (columns === sizes[scope])
    return `It has as many columns as there are ${scope}s: if rows and columns are swapped, save features.T.`;
  return null;
}

/**
 * For each item (user) the row of a feature file whose rows have ids, −1 where it has none; only those that filters kept. Items without a
 * row and rows without an item are said.
 */
export function orderOf(
  feature: FeatureFile,
  rowIds: readonly string[],
  size: number,
  originals: readonly string[] | null,
  kept: Int32Array | null,
  findings: Findings,
): Int32Array {
  const rows = new Map(rowIds.map((id, row) => [plain(id), row]));
  const all = Int32Array.from(
    { length: size },
    (_, index) => rows.get(plain(originals?.[index] ?? String(index))) ?? -1,
  );
  const { scope, name, path } = feature;
  const missing = all.reduce((sum, row) => sum + (row < 0 ? 1 : 0), 0);
  if (missing === size) {
    const first = rowIds[0] ?? '';
    const other = alike(first, originals ?? []);
    findings.error('DATA_ROWS_MISMATCH', {
      rule: 'rows-mismatch',
      file: path,
      row: null,
      message: `None of the ${amount(rowIds.length, 'id')} of ${name} is ${scope === 'item' ? 'an item' : 'a user'} of the interactions; its first is “${first.slice(0, 40)}”.`,
      hint:
        other === null
          ? 'Check that the features belong to this interaction file.'
          : `The interactions have “${other.slice(0, 40)}”. ${SPELL_ALIKE}`,
    });
  } else if (missing > 0) {
    const first = all.indexOf(-1);
    findings.warning({
      rule: 'rows-mismatch',
      file: path,
      row: null,
      message: `${amount(missing, scope)} ${missing === 1 ? 'has' : 'have'} no row in ${name}, ${originals?.[first] ?? String(first)} first; their features are zeros.`,
      hint: `Their similarity to every other ${scope} counts as 0.`,
    });
  }
  const again = rowIds.length - rows.size;
  if (again > 0) {
    const first = rowIds.findIndex((id, row) => rows.get(plain(id)) !== row);
    findings.warning({
      rule: 'rows-mismatch',
      file: path,
      row: first,
      message: `${amount(again, 'row')} of ${name} ${again === 1 ? 'has' : 'have'} an id that comes again, “${rowIds[first] ?? ''}” first; the last row of each id counts.`,
      hint: 'Accept if the rows of an id are the same; else keep one of them, or their mean.',
    });
  }
  const unused = rows.size - (size - missing);
  if (unused > 0 && missing < size) {
    findings.note({
      rule: 'rows-mismatch',
      file: path,
      row: null,
      message: `${amount(unused, 'row')} of ${name} ${unused === 1 ? 'belongs' : 'belong'} to no ${scope} of the interactions and ${unused === 1 ? 'is' : 'are'} not used.`,
      hint: 'Usual when the interactions were filtered after the features were made.',
    });
  }
  return kept ? Int32Array.from(kept, (index) => all[index] ?? -1) : all;
}

/** `3.0` and `3` are one id, as in tables. */
const plain = (id: string): string => id.trim().replace(/^(\d+)\.0+$/, '$1');
