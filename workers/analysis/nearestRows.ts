import { entry } from '../../src/domain/at';

/** Tells how far a long computation is; awaiting it lets messages through. */
export type Phase = (text: string, fraction: number | null) => Promise<void>;

/** The `k` nearest rows of each row by cosine distance `1 − cos`: itself first, then by distance, ties by index. */
export interface NearestRows {
  readonly indices: number[][];
  readonly distances: number[][];
}

/** Rows whose neighbours are found between two reports. */
const BLOCK = 64;

/** Exact, of `values [rows, columns]`; a row of zeros is as far from everything as an orthogonal one. */
export async function nearestRows(
  values: Float32Array,
  rows: number,
  columns: number,
  k: number,
  phase: Phase,
): Promise<NearestRows> {
  const unit = unitRows(values, rows, columns);
  const indices: number[][] = [];
  const distances: number[][] = [];
  const cosines = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    if (row % BLOCK === 0) await phase('finding nearest neighbours', row / rows);
    for (let other = 0, at = 0; other < rows; other++) {
      let sum = 0;
      for (let column = 0, own = row * columns; column < columns; column++)
        sum += (unit[own++] ?? 0) * (unit[at++] ?? 0);
      cosines[other] = sum;
    }
    cosines[row] = Infinity;
    const best = highest(cosines, k);
    indices.push(best);
    distances.push(best.map((other) => (other === row ? 0 : Math.max(0, 1 - (cosines[other] ?? 0)))));
  }
  return { indices, distances };
}

function unitRows(values: Float32Array, rows: number, columns: number): Float64Array {
  const unit = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * columns, (row + 1) * columns);
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) own.forEach((value, column) => (unit[row * columns + column] = value / length));
  }
  return unit;
}

/** Places of the `k` largest values, largest first, by insertion into a short list. */
function highest(values: Float64Array, k: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (best.length === k && value <= (values[entry(best, k - 1)] ?? 0)) continue;
    let place = Math.min(best.length, k - 1);
    while (place > 0 && value > (values[entry(best, place - 1)] ?? 0)) {
      best[place] = entry(best, place - 1);
      place -= 1;
    }
    best[place] = i;
  }
  return best;
}
