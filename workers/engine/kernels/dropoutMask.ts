import { required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Uniform draws → what each number is multiplied by: 0 below `rate`, else 1/(1 − rate). */
export const dropoutMaskPair: KernelPair = {
  name: 'LodestoneDropoutMask',
  inputs: ['draws'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([draws], output, _, { rate = 0 }) => {
    if (!draws) throw new Error('A mask is made of draws.');
    const [least, kept] = [Math.fround(rate), Math.fround(1 / (1 - rate))];
    for (let place = 0; place < output.length; place++) output[place] = draws[place]! >= least ? kept : 0;
  },
  wgsl: (_, { rate = 0 }) => ({
    key: String(rate),
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          result[index] = select(0.0, f32(${1 / (1 - rate)}), draws[index] >= f32(${rate}));
        }
      }`,
  }),
};

/** `x [n, d]` and draws of its shape → x with 0 in the place of what is below `rate`, the rest times 1/(1 − rate). */
export const droppedPair: KernelPair = {
  name: 'LodestoneDropped',
  inputs: ['x', 'draws'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, draws], output, _, { rate = 0 }) => {
    if (!x || !draws) throw new Error('Numbers are dropped by draws.');
    const [least, kept] = [Math.fround(rate), Math.fround(1 / (1 - rate))];
    for (let place = 0; place < output.length; place++) output[place] = draws[place]! >= least ? kept * x[place]! : 0;
  },
  wgsl: (_, { rate = 0 }) => ({
    key: String(rate),
    inputComponents: [1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          result[index] = select(0.0, f32(${1 / (1 - rate)}) * x[index], draws[index] >= f32(${rate}));
        }
      }`,
  }),
};

export const registerDropoutMask = (): void => [dropoutMaskPair, droppedPair].forEach(registerPair);

/** Of draws `[n, columns]`; carries no gradient. */
export const maskOf = (draws: tf.Tensor2D, rate: number): tf.Tensor2D =>
  matrixOf(runPair(dropoutMaskPair, [draws], { rate }));

/** `x [n, d]` without what draws of its shape drop; its gradient is dropped in the same places. */
export const dropped = (x: tf.Tensor2D, draws: tf.Tensor2D, rate: number): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [x],
      constants: [draws],
      forward: ([table]) => runPair(droppedPair, [required(table), draws], { rate }),
      backward: (dy, _, [drawn]) => [runPair(droppedPair, [dy, required(drawn)], { rate })],
    }),
  );
