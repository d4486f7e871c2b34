import type { Histogram } from '../../src/domain/dataset';
import { throwIfCancelled, type Watch } from '../formats/source';
import { histogram } from './featureStatistics';

const LARGEST_SAMPLE = 1000;
/** Multiplications spent on one feature: about half a second. */
const BUDGET = 1e9;
/** A histogram of fewer rows would say nothing; a matrix so large that even these take over ten seconds goes without. */
const SMALLEST_SAMPLE = 32;
const LIMIT = 1.2e10;

/**
 * Cosine of evenly spaced rows to their nearest other row, 40 bins over [−1, 1]. `chunks` gives all rows, `[rows, columns]`, each
 * time it is called. Null for fewer than two rows or when it would take too long.
 */
export async function nearestNeighbours(
  rows: number,
  columns: number,
  chunks: () => AsyncIterable<{ readonly firstRow: number; readonly values: Float32Array }>,
  watch: Watch,
): Promise<Histogram | null> {
  const size = Math.min(rows, LARGEST_SAMPLE, Math.max(SMALLEST_SAMPLE, Math.floor(BUDGET / (rows * columns))));
  if (rows < 2 || size * rows * columns > LIMIT) return null;
  const chosen = Int32Array.from({ length: size }, (_, i) => Math.floor((i * rows) / size));
  const sample = new Float32Array(size * columns);
  for await (const { firstRow, values } of chunks()) {
    chosen.forEach((row, i) => {
      const at = (row - firstRow) * columns;
      if (at < 0 || at >= values.length) return;
      const vector = values.subarray(at, at + columns);
      const scale = 1 / Math.max(1e-12, norm(vector));
      for (let c = 0; c < columns; c++) sample[i * columns + c] = (vector[c] ?? 0) * scale;
    });
    throwIfCancelled(watch.signal);
  }
  const best = new Float64Array(size).fill(-Infinity);
  for await (const { firstRow, values } of chunks()) {
    for (let start = 0; start < values.length; start += columns) {
      const row = firstRow + start / columns;
      compare(values.subarray(start, start + columns), row, sample, chosen, best);
    }
    throwIfCancelled(watch.signal);
    // Lets the message arrive that would cancel this.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return histogram([...best], -1, 1, 40);
}

/** Raises `best` where `row` is nearer; four products at a time. */
function compare(
  vector: Float32Array,
  row: number,
  sample: Float32Array,
  chosen: Int32Array,
  best: Float64Array,
): void {
  const columns = vector.length;
  const scale = 1 / Math.max(1e-12, norm(vector));
  for (let i = 0; i < best.length; i++) {
    if (chosen[i] === row) continue;
    const offset = i * columns;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let k = 0;
    for (; k + 3 < columns; k += 4) {
      a += (vector[k] ?? 0) * (sample[offset + k] ?? 0);
      b += (vector[k + 1] ?? 0) * (sample[offset + k + 1] ?? 0);
      c += (vector[k + 2] ?? 0) * (sample[offset + k + 2] ?? 0);
      d += (vector[k + 3] ?? 0) * (sample[offset + k + 3] ?? 0);
    }
    for (; k < columns; k++) a += (vector[k] ?? 0) * (sample[offset + k] ?? 0);
    const cosine = (a + b + c + d) * scale;
    if (cosine > (best[i] ?? 0)) best[i] = cosine;
  }
}

function norm(vector: Float32Array): number {
  let square = 0;
  for (let i = 0; i < vector.length; i++) square += (vector[i] ?? 0) ** 2;
  return Math.sqrt(square);
}
