import type { Matrix } from '../formats/format';
import { baseName } from '../formats/source';
import { amount, count } from '../formats/words';
import type { Findings } from './findings';
import type { IdMapping, Numbering } from './ids';

/** A feature matrix that has been opened, but not read. */
export interface FeatureFile {
  readonly key: string;
  readonly scope: 'item' | 'user';
  readonly path: string;
  readonly matrix: Matrix;
  readonly storedBytes: number;
}

/** The interaction table, as far as messages name it. */
export interface TablePlace {
  readonly path: string;
  readonly lines: Int32Array;
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
  const tableName = baseName(table.path);
  const hint = 'Check that the feature file belongs to this interaction file.';
  const short = features.filter(({ matrix }) => matrix.rows < numbering.size);
  for (const { path, matrix } of short) {
    const at = numbering.indices.findIndex((index) => index >= matrix.rows);
    const line = table.lines[at] ?? null;
    const who =
      line === null
        ? `${tableName} has ${count(numbering.size)} ${scope}s`
        : `Row ${count(line)} of ${tableName} has ${scope} ${count(numbering.indices[at] ?? 0)}`;
    findings.error(
      'DATA_ROWS_MISMATCH',
      {
        rule: 'rows-mismatch',
        file: path,
        row: matrix.rows,
        message: `${who}, but ${baseName(path)} has rows 0–${count(matrix.rows - 1)}.`,
        hint,
      },
      { rows: matrix.rows, line },
    );
  }
  const rows = new Set(features.map(({ matrix }) => matrix.rows));
  const agreed = rows.size === 1 && short.length === 0 ? [...rows][0] : undefined;
  const mapped = mapping?.originals.length ?? null;
  if (agreed === undefined) {
    const target = rows.has(numbering.size) ? numbering.size : Math.max(...rows);
    for (const { path, matrix } of features.filter(
      (feature) => feature.matrix.rows > numbering.size && feature.matrix.rows !== target,
    )) {
      findings.error('DATA_ROWS_MISMATCH', {
        rule: 'rows-mismatch',
        file: path,
        row: numbering.size,
        message: `${baseName(path)} has rows 0–${count(matrix.rows - 1)}, but ${tableName} has ${scope}s 0–${count(numbering.size - 1)} and another feature file has ${count(target)} rows.`,
        hint,
      });
    }
    if (rows.size > 1 && short.length === 0 && !rows.has(numbering.size)) return Math.max(...rows);
    return Math.max(numbering.size, mapped ?? 0);
  }
  if (mapped !== null && mapped > agreed) {
    findings.error('DATA_ROWS_MISMATCH', {
      rule: 'rows-mismatch',
      file: features[0]?.path ?? table.path,
      row: agreed,
      message: `${mapping?.file ?? ''} has ${count(mapped)} ${scope}s, but ${baseName(features[0]?.path ?? '')} has rows 0–${count(agreed - 1)}.`,
      hint,
    });
  } else if (agreed > numbering.size && mapped !== agreed) {
    findings.warning({
      rule: 'rows-mismatch',
      file: features[0]?.path ?? table.path,
      row: numbering.size,
      message: `${baseName(features[0]?.path ?? '')} has rows 0–${count(agreed - 1)}, but ${tableName} has ${scope}s 0–${count(numbering.size - 1)}: the last ${amount(agreed - numbering.size, scope)} have features but no interactions.`,
      hint: `Accept if the files belong together. These ${scope}s are then candidates without interactions.`,
    });
  }
  return agreed;
}
