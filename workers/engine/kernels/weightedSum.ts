import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { scalarOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Invocations that share the sum. */
const LANES = 256;

/** `values [k·n]`, `weights [n]` → `f Σ values · weights`, `[1]`, each weight at every n-th value; `f` is `factor`. */
export const weightedSumPair: KernelPair = {
  name: 'LodestoneWeightedSum',
  inputs: ['values', 'weights'],
  outputShape: () => [1],
  portable: ([values, weights], output, _, { factor = 1 }) => {
    if (!values || !weights) throw new Error('A weighted sum has values and weights.');
    let sum = 0;
    for (let place = 0; place < values.length; place++) sum += values[place]! * weights[place % weights.length]!;
    output[0] = factor * sum;
  },
  wgsl: (_, { factor = 1 }) => ({
    key: String(factor),
    inputComponents: [1, 1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: 1,
    code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      fn main(index : i32) {
        let lane = i32(localId.x);
        var sum = 0.0;
        for (var place = lane; place < uniforms.valuesShape; place = place + ${LANES}) {
          sum = sum + values[place] * weights[place % uniforms.weightsShape];
        }
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) { result[0] = f32(${factor}) * parts[0]; }
      }`,
  }),
};

/** `weights [n]`, `dy [1]` → `f ∂y · weights`, `repeats` times. */
export const weightedSumSlopePair: KernelPair = {
  name: 'LodestoneWeightedSumSlope',
  inputs: ['weights', 'dy'],
  outputShape: ([[length = 0] = []], { repeats = 1 }) => [repeats * length],
  portable: ([weights, dy], output, _, { factor = 1 }) => {
    if (!weights || !dy) throw new Error('A weighted sum has weights and a slope.');
    const slope = factor * dy[0]!;
    for (let place = 0; place < output.length; place++) output[place] = slope * weights[place % weights.length]!;
  },
  wgsl: (_, { factor = 1 }) => ({
    key: String(factor),
    inputComponents: [1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) { result[index] = f32(${factor}) * dy[0] * weights[index % uniforms.weightsShape]; }
      }`,
  }),
};

export const registerWeightedSum = (): void => [weightedSumPair, weightedSumSlopePair].forEach(registerPair);

/** `f Σ values · weights` of `values [k·n]`, where each of the `weights [n]` stands at every n-th; no gradient flows to the weights. */
export const weightedSum = (values: tf.Tensor1D, weights: tf.Tensor1D, factor = 1): tf.Scalar =>
  scalarOf(
    withGradient({
      inputs: [values],
      constants: [weights],
      forward: ([list]) => tf.reshape(runPair(weightedSumPair, [required(list), weights], { factor }), []),
      backward: (dy, _, [factors]) => {
        const repeats = values.size / weights.size;
        return [runPair(weightedSumSlopePair, [required(factors), tf.reshape(dy, [1])], { factor, repeats })];
      },
    }),
  );
