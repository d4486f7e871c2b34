import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type Attributes, type KernelPair } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';
import type { CsrTensors } from './csrProduct';

/**
 * `spread [rows · 2C, P]` as a sparse matrix, all critics' weights one behind the other `[P]`, and their factors κ `[C]` → the matrix `[rows, 2C]` whose columns take parts
 * to `|κ_c| p_c` of all critics and then to `|κ_c| q_c`.
 */
export const criticMatrixPair: KernelPair = {
  name: 'LodestoneCriticMatrix',
  inputs: ['rowPointers', 'columns', 'shares', 'weights', 'factors'],
  outputShape: ([[pointers = 1] = [], , , , [count = 1] = []]) => [(pointers - 1) / (2 * count), 2 * count],
  portable: ([rowPointers, columns, shares, weights, factors], output) => {
    if (!rowPointers || !columns || !shares || !weights || !factors)
      throw new Error('Critics have weights and factors.');
    const count = factors.length;
    for (let place = 0; place < output.length; place++) {
      let sum = 0;
      for (let k = rowPointers[place]!; k < rowPointers[place + 1]!; k++) sum += shares[k]! * weights[columns[k]!]!;
      output[place] = Math.abs(factors[place % count]!) * sum;
    }
  },
  wgsl: ([, , , , [count = 1] = []]) => ({
    key: String(count),
    inputComponents: [1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        var sum = 0.0;
        for (var k = rowPointers[index]; k < rowPointers[index + 1]; k = k + 1) { sum = sum + shares[k] * weights[columns[k]]; }
        result[index] = abs(factors[index % ${count}]) * sum;
      }`,
  }),
};

/** Biases β `[C]` and factors κ `[C]` → what is added to `|κ_c| p_c` and to `|κ_c| q_c`: `|κ_c| β_c`, and 0, `[2C]`. */
export const criticBiasesPair: KernelPair = {
  name: 'LodestoneCriticBiases',
  inputs: ['biases', 'factors'],
  outputShape: ([[count = 0] = []]) => [2 * count],
  portable: ([biases, factors], output) => {
    if (!biases || !factors) throw new Error('Critics have biases and factors.');
    output.fill(0);
    for (let of = 0; of < biases.length; of++) output[of] = Math.abs(factors[of]!) * biases[of]!;
  },
  wgsl: ([[count = 0] = []]) => ({
    key: String(count),
    inputComponents: [1, 1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let critic = index % ${count};
        result[index] = select(0.0, abs(factors[critic]) * biases[critic], index < uniforms.biasesShape);
      }`,
  }),
};

const endsOf = (attributes: Attributes, count: number): number[] =>
  Array.from({ length: count }, (_, of) => attributes[`end${of}`] ?? 0);

/**
 * `slopes [P]` of the weights before |κ|, `sums [2C]` of the slopes of p and q, and the critics' weights, biases and factors → the slopes of all weights, then of all biases, then of all
 * factors, `[P + 2C]`. The weights of critic `c` end at `end<c>`.
 */
export const criticSlopesPair: KernelPair = {
  name: 'LodestoneCriticSlopes',
  inputs: ['slopes', 'sums', 'weights', 'biases', 'factors'],
  outputShape: ([[length = 0] = [], , , [count = 0] = []]) => [length + 2 * count],
  portable: ([slopes, sums, weights, biases, factors], output, _, attributes) => {
    if (!slopes || !sums || !weights || !biases || !factors)
      throw new Error('Critics have weights, biases and factors.');
    const [length, count] = [slopes.length, factors.length];
    let first = 0;
    endsOf(attributes, count).forEach((end, of) => {
      const size = Math.abs(factors[of]!);
      let along = sums[of]! * biases[of]!;
      for (let place = first; place < end; place++) {
        output[place] = size * slopes[place]!;
        along += weights[place]! * slopes[place]!;
      }
      output[length + of] = size * sums[of]!;
      output[length + count + of] = Math.sign(factors[of]!) * along;
      first = end;
    });
  },
  wgsl: ([[length = 0] = [], , , [count = 0] = []], attributes) => {
    const ends = endsOf(attributes, count);
    return {
      key: [length, ...ends].join('_'),
      inputComponents: [1, 1, 1, 1, 1],
      outputComponent: 1,
      workgroupSize: 64,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let ends = array<i32, ${count + 1}>(0, ${ends.join(', ')});
        if (index < ${length}) {
          var critic = 0;
          while (index >= ends[critic + 1]) { critic = critic + 1; }
          result[index] = abs(factors[critic]) * slopes[index];
          return;
        }
        let critic = (index - ${length}) % ${count};
        if (index < ${length + count}) {
          result[index] = abs(factors[critic]) * sums[critic];
          return;
        }
        var along = sums[critic] * biases[critic];
        for (var place = ends[critic]; place < ends[critic + 1]; place = place + 1) {
          along = along + weights[place] * slopes[place];
        }
        result[index] = sign(factors[critic]) * along;
      }`,
    };
  },
};

export const CRITIC_WEIGHT_PAIRS: readonly KernelPair[] = [criticMatrixPair, criticBiasesPair, criticSlopesPair];

export const registerCriticWeights = (): void => CRITIC_WEIGHT_PAIRS.forEach(registerPair);

/** What critics learn, each list one critic behind the other: weights `[P]`, biases and factors `[C]`. */
export interface CriticLists {
  readonly weights: tf.Tensor1D;
  readonly biases: tf.Tensor1D;
  readonly factors: tf.Tensor1D;
}

/** As `criticMatrixPair`; carries no gradient. */
export function criticMatrix({ rowPointers, columnIndices, values }: CsrTensors, lists: CriticLists): tf.Tensor2D {
  if (!values) throw new Error('The places of weights have shares.');
  return matrixOf(runPair(criticMatrixPair, [rowPointers, columnIndices, values, lists.weights, lists.factors]));
}

/** As `criticBiasesPair`; carries no gradient. */
export const criticBiases = ({ biases, factors }: Omit<CriticLists, 'weights'>): tf.Tensor1D =>
  vectorOf(runPair(criticBiasesPair, [biases, factors]));

/** As `criticSlopesPair`, critic `c` with weights up to `ends_c`. */
export const criticSlopes = (
  slopes: tf.Tensor,
  sums: tf.Tensor,
  { weights, biases, factors }: CriticLists,
  ends: readonly number[],
): tf.Tensor1D => {
  const attributes = Object.fromEntries(ends.map((end, of) => [`end${of}`, end]));
  return vectorOf(runPair(criticSlopesPair, [slopes, sums, weights, biases, factors], attributes));
};
