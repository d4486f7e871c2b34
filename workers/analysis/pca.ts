import { leadingEigenpairs } from './leading';

export interface Components {
  /** Coordinates of each row along the first and the second component. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Their shares of the variance. */
  readonly explained: readonly [number, number];
}

/**
 * The first two principal components of `values [rows, columns]`: `X_c v_k` with the leading eigenvectors `v_k` of
 * `X_cᵀX_c`. A component's sign is the one that makes its largest loading positive (the first of equally large ones).
 */
export function principalComponents(values: Float32Array, rows: number, columns: number): Components {
  const centred = centredRows(values, rows, columns);
  const project = (direction: Float64Array): Float64Array => {
    const out = new Float64Array(rows);
    for (let row = 0, at = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < columns; column++) sum += (centred[at++] ?? 0) * (direction[column] ?? 0);
      out[row] = sum;
    }
    return out;
  };
  const scatter = (direction: Float64Array): Float64Array => {
    const along = project(direction);
    const out = new Float64Array(columns);
    for (let row = 0, at = 0; row < rows; row++) {
      const weight = along[row] ?? 0;
      for (let column = 0; column < columns; column++) out[column] = (out[column] ?? 0) + weight * (centred[at++] ?? 0);
    }
    return out;
  };
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const pairs = leadingEigenpairs(scatter, columns, 2);
  const [first, second] = [pairs[0], pairs[1]].map((pair) =>
    pair ? { coordinates: project(signed(pair.vector)), share: total > 0 ? pair.value / total : 0 } : null,
  );
  return {
    x: first?.coordinates ?? new Float64Array(rows),
    y: second?.coordinates ?? new Float64Array(rows),
    explained: [first?.share ?? 0, second?.share ?? 0],
  };
}

function centredRows(values: Float32Array, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) means[column] = (means[column] ?? 0) + (values[at++] ?? 0) / rows;
  const centred = new Float64Array(rows * columns);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) centred[at] = (values[at] ?? 0) - (means[column] ?? 0);
  return centred;
}

function signed(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}
