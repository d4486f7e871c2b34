import { entry, required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { scalarOf } from '../tensors';
import { withGradient } from '../withGradient';
import { rowSource } from './rowKernels';

/** As many tables as are summed at once. */
const MOST = 3;
const NAMES = Array.from({ length: MOST }, (_, of) => [`x${of}`, `weights${of}`] as const);

/** Up to three tables `x_k [n_k, d]` with `weights_k [n_k]` → `f w_kr ‖x_kr‖²`, table after table, `[Σ n_k]`; `f` is `factor`. */
export const weightedSquaresPair: KernelPair = {
  name: 'LodestoneWeightedSquares',
  inputs: NAMES.flat(),
  outputShape: (shapes) => [shapes.reduce((sum, [rows = 0], place) => sum + (place % 2 === 0 ? rows : 0), 0)],
  portable: (inputs, output, shapes, { factor = 1 }) => {
    let to = 0;
    for (let of = 0; of < inputs.length; of += 2) {
      const [x, weights] = [entry(inputs, of), entry(inputs, of + 1)];
      const columns = shapes[of]?.[1] ?? 0;
      for (let row = 0; row < weights.length; row++) {
        let sum = 0;
        for (let c = row * columns; c < (row + 1) * columns; c++) sum += x[c]! * x[c]!;
        output[to++] = factor * weights[row]! * sum;
      }
    }
  },
  wgsl: (shapes, { factor = 1 }) => {
    const columns = shapes[0]?.[1] ?? 0;
    const component = columns % 4 === 0 ? 4 : 1;
    const square = (x: string): string => (component === 4 ? `dot(${x}[c], ${x}[c])` : `${x}[c] * ${x}[c]`);
    return {
      key: `${component}_${factor}`,
      inputComponents: shapes.map((_, place) => (place % 2 === 0 ? component : 1)),
      outputComponent: 1,
      workgroupSize: 64,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let width = uniforms.x0Shape[1] / ${component};
        var row = index;
        ${NAMES.slice(0, shapes.length / 2)
          .map(
            ([x, weights]) => `
        if (row >= 0 && row < uniforms.${x}Shape[0]) {
          var sum = 0.0;
          for (var c = row * width; c < (row + 1) * width; c = c + 1) { sum = sum + ${square(x)}; }
          result[index] = f32(${factor}) * ${weights}[row] * sum;
        }
        row = row - uniforms.${x}Shape[0];`,
          )
          .join('')}
      }`,
    };
  },
};

/** `x [n, d]`, `weights [n]`, `dy [1]` → `2 f ∂y w_r x_r`. */
export const weightedSquaresSlopePair: KernelPair = {
  name: 'LodestoneWeightedSquaresSlope',
  inputs: ['x', 'weights', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, weights, dy], output, [[rows = 0, columns = 0] = []], { factor = 1 }) => {
    if (!x || !weights || !dy) throw new Error('Squares have a table, weights and a slope.');
    for (let row = 0; row < rows; row++) {
      const slope = 2 * factor * dy[0]! * weights[row]!;
      for (let c = row * columns; c < (row + 1) * columns; c++) output[c] = slope * x[c]!;
    }
  },
  wgsl: (shapes, { factor = 1 }) =>
    rowSource(
      { tables: ['x'], lists: ['weights', 'dy'], makes: 'table' },
      shapes,
      String(factor),
      () => `
        let slope = f32(${2 * factor}) * dy[0] * weights[row];
        for (var c = first; c < first + width; c = c + 1) { result[c] = slope * x[c]; }`,
    ),
};

export const WEIGHTED_SQUARES_PAIRS: readonly KernelPair[] = [weightedSquaresPair, weightedSquaresSlopePair];

export const registerWeightedSquares = (): void => WEIGHTED_SQUARES_PAIRS.forEach(registerPair);

/** `f Σ_k Σ_r w_kr ‖x_kr‖²` over up to three tables `x_k [n_k, d]` with `w_k [n_k]`; no gradient flows to the weights. */
export const weightedSquares = (
  terms: readonly (readonly [x: tf.Tensor2D, weights: tf.Tensor1D])[],
  factor: number,
): tf.Scalar =>
  scalarOf(
    withGradient({
      inputs: terms.map(([x]) => x),
      constants: terms.map(([, weights]) => weights),
      forward: (tables) => {
        const inputs = terms.flatMap(([, weights], of) => [required(tables[of]), weights]);
        return tf.sum(runPair(weightedSquaresPair, inputs, { factor }));
      },
      backward: (dy, tables, weights) =>
        tables.map((x, of) =>
          runPair(weightedSquaresSlopePair, [x, entry(weights, of), tf.reshape(dy, [1])], { factor }),
        ),
    }),
  );
