import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { scalarOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Invocations that share the sum. */
const LANES = 256;

/** `values [n]`, `weights [n]` → `Σ values · weights`, `[1]`. */
export const weightedSumPair: KernelPair = {
  name: 'LodestoneWeightedSum',
  inputs: ['values', 'weights'],
  outputShape: () => [1],
  portable: ([values, weights], output) => {
    if (!values || !weights) throw new Error('A weighted sum has values and weights.');
    let sum = 0;
    for (let place = 0; place < values.length; place++) sum += values[place]! * weights[place]!;
    output[0] = sum;
  },
  wgsl: () => ({
    key: '',
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
          sum = sum + values[place] * weights[place];
        }
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) { result[0] = parts[0]; }
      }`,
  }),
};

export const registerWeightedSum = (): void => registerPair(weightedSumPair);

/** `Σ values · weights` of two lists `[n]`; no gradient flows to the weights. */
export const weightedSum = (values: tf.Tensor1D, weights: tf.Tensor1D): tf.Scalar =>
  scalarOf(
    withGradient({
      inputs: [values],
      constants: [weights],
      forward: ([list]) => tf.reshape(runPair(weightedSumPair, [required(list), weights]), []),
      backward: (dy, _, [factors]) => [tf.mul(required(factors), dy)],
    }),
  );
