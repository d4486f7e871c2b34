import { normaliseRows } from '../../engine/nearest';

/** Columns with mean 0 and population standard deviation 1; a constant column becomes 0. */
export function standardisedColumns(values: Float32Array, rows: number, columns: number): Float32Array {
  const mean = new Float64Array(columns);
  const square = new Float64Array(columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) mean[c]! += (values[r * columns + c] ?? 0) / rows;
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) square[c]! += ((values[r * columns + c] ?? 0) - mean[c]!) ** 2 / rows;
  const result = new Float32Array(values.length);
  for (let c = 0; c < columns; c++) {
    // Rounding leaves a constant column a trace of deviation.
    const scale = (square[c] ?? 0) > 1e-14 * (mean[c] ?? 0) ** 2 ? 1 / Math.sqrt(square[c] ?? 1) : 0;
    for (let r = 0; r < rows; r++) result[r * columns + c] = ((values[r * columns + c] ?? 0) - (mean[c] ?? 0)) * scale;
  }
  return result;
}

/** Standardised columns, then rows of unit length. */
export const standardisedUnitRows = (values: Float32Array, rows: number, columns: number): Float32Array =>
  normaliseRows(standardisedColumns(values, rows, columns), rows, columns);
