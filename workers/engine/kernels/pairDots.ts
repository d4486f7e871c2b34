import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { vectorOf } from '../tensors';

/** `x [n, d]`, `firsts`, `seconds [p]` int32 → the product of the two rows of each pair, `[p]`. */
export const pairDotsPair: KernelPair = {
  name: 'LodestonePairDots',
  inputs: ['x', 'firsts', 'seconds'],
  outputShape: ([, [pairs = 0] = []]) => [pairs],
  portable: ([x, firsts, seconds], output, [[, width = 0] = []]) => {
    for (let pair = 0; pair < output.length; pair++) {
      const [a, b] = [firsts![pair]! * width, seconds![pair]! * width];
      let sum = 0;
      for (let c = 0; c < width; c++) sum += x![a + c]! * x![b + c]!;
      output[pair] = sum;
    }
  },
  wgsl: ([[, width = 0] = []]) => {
    const component = width % 4 === 0 ? 4 : 1;
    const columns = width / component;
    const product = (a: string, b: string): string => (component === 4 ? `dot(${a}, ${b})` : `${a} * ${b}`);
    return {
      key: `${columns}_${component}`,
      inputComponents: [component, 1, 1],
      outputComponent: 1,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn main(pair : i32) {
        if (pair < uniforms.size) {
          let a = firsts[pair] * ${columns};
          let b = seconds[pair] * ${columns};
          var sum = 0.0;
          for (var c = 0; c < ${columns}; c = c + 1) { sum = sum + ${product('x[a + c]', 'x[b + c]')}; }
          result[pair] = sum;
        }
      }`,
    };
  },
};

export const registerPairDots = (): void => registerPair(pairDotsPair);

/** Products of rows of `x [n, d]`, pair by pair, `[p]`; carries no gradient. */
export const pairDots = (x: tf.Tensor2D, firsts: tf.Tensor1D, seconds: tf.Tensor1D): tf.Tensor1D =>
  vectorOf(runPair(pairDotsPair, [x, firsts, seconds]));
