import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/** `x [rows, n]` → 1 where a number is among its row's `top` greatest (ties: the lower place), else 0. */
export const topMaskPair: KernelPair = {
  name: 'LodestoneTopMask',
  inputs: ['x'],
  outputShape: ([[rows = 0, columns = 0] = []]) => [rows, columns],

  portable: ([x], output, [[rows = 0, columns = 0] = []], { top = 1 }) => {
    if (!x) throw new Error('A mask needs its numbers.');
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      for (let own = 0; own < columns; own++) {
        const value = x[first + own]!;
        let before = 0;
        for (let other = 0; other < columns; other++) {
          const beside = x[first + other]!;
          if (beside > value || (beside === value && other < own)) before++;
        }
        output[first + own] = before < top ? 1 : 0;
      }
    }
  },

  wgsl: (_, { top = 1 }) => ({
    key: String(top),
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let columns = uniforms.xShape[1];
          let own = index % columns;
          let first = index - own;
          let value = x[index];
          var before = 0;
          for (var other = 0; other < columns; other = other + 1) {
            let beside = x[first + other];
            if (beside > value || (beside == value && other < own)) { before = before + 1; }
          }
          result[index] = select(0.0, 1.0, before < ${top});
        }
      }`,
  }),
};

export const registerTopMask = (): void => registerPair(topMaskPair);

/** `[rows, n]` of 0 and 1; carries no gradient. */
export const topMask = (x: tf.Tensor2D, top: number): tf.Tensor2D => matrixOf(runPair(topMaskPair, [x], { top }));
