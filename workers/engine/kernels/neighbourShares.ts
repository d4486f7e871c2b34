import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Invocations that share a row. */
const LANES = 64;
/** Inside the logarithm, as TMLP has it. */
const LEAST = 1e-8;

/** The weights of one row's neighbours, and 0 for all other items, put into `found` and taken out again. */
function withWeights(
  found: Float64Array,
  places: HostArray,
  weights: HostArray,
  first: number,
  end: number,
  use: () => void,
): void {
  for (let k = first; k < end; k++) if (places[k]! >= 0) found[places[k]!] = weights[k]!;
  use();
  for (let k = first; k < end; k++) if (places[k]! >= 0) found[places[k]!] = 0;
}

/**
 * Products `x [n, n]` of rows that belong to `items [n]`, of which those count that `mask [n]` says, and each item's neighbours at `places [I, K]` int32
 * (−1 where there is none) with `weights [I, K]` → `Σ_s A_rs e^(scale x_rs)`, `Σ_s e^(scale x_rs)`, and `−ln` of the ratio + 1e-8, `[3, n]`. A row's
 * own product counts as 0.
 */
export const neighbourSharesPair: KernelPair = {
  name: 'LodestoneNeighbourShares',
  inputs: ['x', 'items', 'mask', 'places', 'weights'],
  outputShape: ([[rows = 0] = []]) => [3, rows],
  portable: ([x, items, mask, places, weights], output, shapes, { scale = 1 }) => {
    if (!x || !items || !mask || !places || !weights) throw new Error('Shares have products and neighbours.');
    const rows = items.length;
    const [known = 0, most = 0] = shapes[3] ?? [];
    const found = new Float64Array(known);
    for (let row = 0; row < rows; row++) {
      let [near, all] = [0, 0];
      const first = items[row]! * most;
      withWeights(found, places, weights, first, first + most, () => {
        for (let s = 0; s < rows; s++) {
          if (!(mask[s]! > 0)) continue;
          const value = s === row ? 1 : Math.exp(scale * x[row * rows + s]!);
          all += value;
          near += found[items[s]!]! * value;
        }
      });
      output[row] = near;
      output[rows + row] = all;
      output[2 * rows + row] = -Math.log(near / all + LEAST);
    }
  },
  simd: {
    scratch: ({ known = 0 }) => known,
    run: (
      kernels,
      { inputs: [x = 0, items = 0, mask = 0, places = 0, weights = 0], output, scratch },
      [[rows = 0] = [], , , [, most = 0] = []],
      { scale = 1, known = 0 },
    ) => kernels.neighbourShares(x, items, mask, places, weights, scratch, output, rows, known, most, scale, 0, rows),
  },
  wgsl: ([[rows = 0] = []], { scale = 1 }) => ({
    key: `${rows}_${scale}`,
    inputComponents: [1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: rows,
    code: `
      var<workgroup> nearParts : array<f32, ${LANES}>;
      var<workgroup> allParts : array<f32, ${LANES}>;
      fn main(index : i32) {
        let row = min(index / ${LANES}, ${rows - 1});
        let lane = i32(localId.x);
        let most = uniforms.placesShape[1];
        let first = items[row] * most;
        var near = 0.0;
        var all = 0.0;
        for (var s = lane; s < ${rows}; s = s + ${LANES}) {
          if (mask[s] > 0.0) {
            let value = select(exp(f32(${scale}) * x[row * ${rows} + s]), 1.0, s == row);
            all = all + value;
            for (var k = first; k < first + most; k = k + 1) {
              if (places[k] == items[s]) { near = near + weights[k] * value; }
            }
          }
        }
        nearParts[lane] = near;
        allParts[lane] = all;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) {
            nearParts[lane] = nearParts[lane] + nearParts[lane + half];
            allParts[lane] = allParts[lane] + allParts[lane + half];
          }
          workgroupBarrier();
        }
        if (lane == 0) {
          result[row] = nearParts[0];
          result[${rows} + row] = allParts[0];
          result[${2 * rows} + row] = -log(nearParts[0] / allParts[0] + ${LEAST});
        }
      }`,
  }),
};

/** The same, the `sums [3, n]`, and `dy [n]` of the logarithms → the slope with respect to `x`, `[n, n]`. */
export const neighbourSharesSlopePair: KernelPair = {
  name: 'LodestoneNeighbourSharesSlope',
  inputs: ['x', 'items', 'mask', 'places', 'weights', 'sums', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, items, mask, places, weights, sums, dy], output, shapes, { scale = 1 }) => {
    if (!x || !items || !mask || !places || !weights || !sums || !dy) throw new Error('A slope has sums and slopes.');
    const rows = items.length;
    const [known = 0, most = 0] = shapes[3] ?? [];
    const found = new Float64Array(known);
    for (let row = 0; row < rows; row++) {
      const [near, all] = [sums[row]!, sums[rows + row]!];
      const factor = (-dy[row]! * scale) / (near / all + LEAST) / all;
      const first = items[row]! * most;
      withWeights(found, places, weights, first, first + most, () => {
        for (let s = 0; s < rows; s++) {
          const counts = mask[s]! > 0 && s !== row;
          const value = counts ? Math.exp(scale * x[row * rows + s]!) : 0;
          output[row * rows + s] = factor * value * (found[items[s]!]! - near / all);
        }
      });
    }
  },
  simd: {
    scratch: ({ known = 0 }) => known,
    run: (
      kernels,
      { inputs: [x = 0, items = 0, mask = 0, places = 0, weights = 0, sums = 0, dy = 0], output, scratch },
      [[n = 0] = [], , , [, most = 0] = []],
      { scale = 1, known = 0 },
    ) =>
      kernels.neighbourSharesSlope(
        x,
        items,
        mask,
        places,
        weights,
        sums,
        dy,
        scratch,
        output,
        n,
        known,
        most,
        scale,
        0,
        n,
      ),
  },
  wgsl: ([[rows = 0] = []], { scale = 1 }) => ({
    key: `${rows}_${scale}`,
    inputComponents: [1, 1, 1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let row = index / ${rows};
          let s = index % ${rows};
          var slope = 0.0;
          if (mask[s] > 0.0 && s != row) {
            let most = uniforms.placesShape[1];
            let first = items[row] * most;
            var weight = 0.0;
            for (var k = first; k < first + most; k = k + 1) {
              if (places[k] == items[s]) { weight = weights[k]; }
            }
            let all = sums[${rows} + row];
            let share = sums[row] / all;
            let factor = -dy[row] * f32(${scale}) / (share + ${LEAST}) / all;
            slope = factor * exp(f32(${scale}) * x[index]) * (weight - share);
          }
          result[index] = slope;
        }
      }`,
  }),
};

export const NEIGHBOUR_PAIRS: readonly KernelPair[] = [neighbourSharesPair, neighbourSharesSlopePair];

export const registerNeighbourShares = (): void => NEIGHBOUR_PAIRS.forEach(registerPair);

/** Each item's neighbours, itself among them: `places [I, K]` int32, −1 where there are fewer, and `weights [I, K]`. */
export interface NeighbourTable {
  readonly places: tf.Tensor2D;
  readonly weights: tf.Tensor2D;
}

/**
 * `−ln( Σ_s A_rs e^(scale x_r · x_s) / Σ_s e^(scale x_r · x_s) + 1e-8 )`, `[n]`, of unit rows `x [n, d]` that belong to `items [n]`; `s` runs over the rows of
 * `mask`, `A` are the weights of neighbours, and a row's own product counts as 0. The `n × n` products are kept.
 */
export const neighbourLosses = (
  x: tf.Tensor2D,
  items: tf.Tensor1D,
  mask: tf.Tensor1D,
  { places, weights }: NeighbourTable,
  scale: number,
): tf.Tensor1D => {
  // As many items as there are; compiled loops keep a weight for each.
  const attributes = { scale, known: places.shape[0] };
  return vectorOf(
    withGradient({
      inputs: [x],
      constants: [items, mask, places, weights],
      forward: ([rows], keep) => {
        const table = matrixOf(required(rows));
        const products = tf.matMul(table, table, false, true);
        const sums = matrixOf(runPair(neighbourSharesPair, [products, items, mask, places, weights], attributes));
        keep(products);
        keep(sums);
        return tf.reshape(tf.slice(sums, [2, 0], [1, -1]), [-1]);
      },
      backward: (dy, [rows], constants, [products, sums]) => {
        const inputs = [required(products), ...constants, required(sums), dy];
        const slope = matrixOf(runPair(neighbourSharesSlopePair, inputs, attributes));
        const table = matrixOf(required(rows));
        return [tf.add(tf.matMul(slope, table), tf.matMul(slope, table, true))];
      },
    }),
  );
};
