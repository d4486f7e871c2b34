import { at } from '../../../src/domain/at';
import { normaliseRows } from '../../engine/nearest';

/** Columns with mean 0 and population standard deviation 1; a constant column becomes 0. */
export function standardisedColumns(values: Float32Array, rows: number, columns: number): Float32Array {
  const mean = new Float64Array(columns);
  const square = new Float64Array(columns);
  const add = (sums: Float64Array, c: number, value: number): void => void (sums[c] = at(sums, c) + value / rows);
  values.forEach((value, place) => add(mean, place % columns, value));
  values.forEach((value, place) => add(square, place % columns, (value - at(mean, place % columns)) ** 2));
  const result = new Float32Array(values.length);
  for (let c = 0; c < columns; c++) {
    // Rounding leaves a constant column a trace of deviation.
    const scale = at(square, c) > 1e-14 * at(mean, c) ** 2 ? 1 / Math.sqrt(at(square, c)) : 0;
    for (let r = 0; r < rows; r++) result[r * columns + c] = (at(values, r * columns + c) - at(mean, c)) * scale;
  }
  return result;
}

/** Standardised columns, then rows of unit length. */
export const standardisedUnitRows = (values: Float32Array, rows: number, columns: number): Float32Array =>
  normaliseRows(standardisedColumns(values, rows, columns), rows, columns);
