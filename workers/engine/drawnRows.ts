import * as tf from '@tensorflow/tfjs-core';
import { rowPlaces } from './kernels/rowPlaces';
import { drawnRowsOf } from './kernels/uniformDraws';
import type { RowIndex } from './rows';
import { floats } from './tensors';

/** Rows that a key `[2]` draws, `count` for each of `n` entities from a table of `rows`. They are the loss's: what needs them for a gradient has to save them. */
export function drawnRows(
  key: tf.Tensor1D,
  { n, count, rows }: { readonly n: number; readonly count: number; readonly rows: number },
): RowIndex {
  const indices = drawnRowsOf(key, { n, width: count, rows });
  return { length: n * count, indices, places: rowPlaces(indices, rows) };
}

/** `⌊u · rows⌋` for numbers `u` in [0, 1), and where each row was taken. */
export function rowsOfDraws(draws: ArrayLike<number>, rows: number): RowIndex {
  const indices = floats(Float32Array.from(draws, (draw) => Math.min(rows - 1, Math.floor(draw * rows))));
  return { length: draws.length, indices, places: rowPlaces(indices, rows) };
}
