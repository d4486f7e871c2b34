import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { vectorOf } from '../tensors';

/** Rounding must not lose a row. */
const NEARLY = 1e-4;

/** How many of `rows` are kept when a `share` is. */
const keptOf = (rows: number, share: number): number => Math.max(1, Math.floor(share * rows + NEARLY));

/**
 * `losses [n·k]`, row after row, and `mask [n]` → for each of the `k` columns its own weights: 1/m for the `m = max(1, ⌊share · rows⌋)` largest (or, with
 * `sign` −1, smallest) losses of the rows that count, ties to the lower row; 0 for all others, and for columns outside of `first … end − 1`.
 */
export const keptRowsPair: KernelPair = {
  name: 'LodestoneKeptRows',
  inputs: ['losses', 'mask'],
  outputShape: ([[length = 0] = []]) => [length],
  portable: ([losses, mask], output, _, { share = 1, sign = 1, first = 0, end = 1 }) => {
    if (!losses || !mask) throw new Error('There are no losses.');
    const rows = mask.length;
    const columns = losses.length / rows;
    let real = 0;
    for (let row = 0; row < rows; row++) real += mask[row]! > 0 ? 1 : 0;
    const most = keptOf(real, share);
    for (let place = 0; place < losses.length; place++) {
      const column = place % columns;
      output[place] = 0;
      if (!(mask[Math.floor(place / columns)]! > 0) || column < first || column >= end) continue;
      const own = sign * losses[place]!;
      let before = 0;
      for (let row = 0; row < rows; row++) {
        const other = sign * losses[row * columns + column]!;
        if (mask[row]! > 0 && (other > own || (other === own && row * columns + column < place))) before++;
      }
      output[place] = before < most ? 1 / most : 0;
    }
  },
  wgsl: ([[length = 0] = [], [rows = 1] = []], { share = 1, sign = 1, first = 0, end = 1 }) => {
    const columns = length / rows;
    return {
      key: [rows, columns, share, sign, first, end].join('_'),
      inputComponents: [1, 1],
      outputComponent: 1,
      workgroupSize: 64,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let column = index % ${columns};
          var weight = 0.0;
          if (mask[index / ${columns}] > 0.0 && column >= ${first} && column < ${end}) {
            let own = f32(${sign}) * losses[index];
            var before = 0;
            var real = 0.0;
            for (var row = 0; row < ${rows}; row = row + 1) {
              if (mask[row] > 0.0) {
                let place = row * ${columns} + column;
                let other = f32(${sign}) * losses[place];
                real = real + 1.0;
                if (other > own || (other == own && place < index)) { before = before + 1; }
              }
            }
            let most = max(1.0, floor(f32(${share}) * real + ${NEARLY}));
            if (f32(before) < most) { weight = 1.0 / most; }
          }
          result[index] = weight;
        }
      }`,
    };
  },
};

export const registerKeptRows = (): void => registerPair(keptRowsPair);

/** Which rows of a loss are averaged. */
export interface Kept {
  /** Share of the rows that count, at least one row. */
  readonly share: number;
  readonly which: 'largest' | 'smallest';
  /** Columns `first … end − 1` of those of `losses`; the one there is by default. */
  readonly columns?: readonly [first: number, end: number];
}

/** Weights of `losses [n·k]`, of the rows that `mask [n]` counts; each column's sum to 1. They carry no gradient. */
export const keptRows = (
  losses: tf.Tensor1D,
  mask: tf.Tensor1D,
  { share, which, columns: [first, end] = [0, 1] }: Kept,
): tf.Tensor1D =>
  vectorOf(runPair(keptRowsPair, [losses, mask], { share, sign: which === 'largest' ? 1 : -1, first, end }));
