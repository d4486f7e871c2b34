import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';
import { columnSums } from './columnSums';

/**
 * Rows of complex numbers, `[n, 2f]`: the real parts, then the imaginary ones. `a`, `b`, of which b may have one row for all →
 * `a ⊙ b`, or `a ⊙ b̄` (`conjugate` 1).
 */
export const complexProductPair: KernelPair = {
  name: 'LodestoneComplexProduct',
  inputs: ['a', 'b'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([a, b], output, [[rows = 0, columns = 0] = [], [others = 0] = []], { conjugate = 0 }) => {
    if (!a || !b) throw new Error('A product has two factors.');
    const half = columns / 2;
    const sign = conjugate > 0 ? -1 : 1;
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      const other = others === 1 ? 0 : first;
      for (let k = 0; k < half; k++) {
        const [ar, ai] = [a[first + k]!, a[first + half + k]!];
        const [br, bi] = [b[other + k]!, sign * b[other + half + k]!];
        output[first + k] = ar * br - ai * bi;
        output[first + half + k] = ar * bi + ai * br;
      }
    }
  },
  wgsl: ([, [others = 0] = []], { conjugate = 0 }) => ({
    key: `${others === 1}_${conjugate}`,
    inputComponents: [1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let columns = uniforms.aShape[1];
          let half = columns / 2;
          let place = index % columns;
          let re = index - place + place % half;
          let other = ${others === 1 ? 'place % half' : 're'};
          let ar = a[re];
          let ai = a[re + half];
          let br = b[other];
          let bi = ${conjugate > 0 ? '-' : ''}b[other + half];
          result[index] = select(ar * br - ai * bi, ar * bi + ai * br, place >= half);
        }
      }`,
  }),
};

export const registerComplexProduct = (): void => registerPair(complexProductPair);

/** `a ⊙ b` of rows of complex numbers, `[n, 2f]` each, real parts before imaginary ones; `b` may be one row `[1, 2f]`. */
export const complexProduct = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [a, b],
      forward: (factors) => runPair(complexProductPair, factors),
      backward: (dy, [x, y]) => {
        const toB = runPair(complexProductPair, [dy, required(x)], { conjugate: 1 });
        return [
          runPair(complexProductPair, [dy, required(y)], { conjugate: 1 }),
          b.shape[0] === a.shape[0] ? toB : tf.reshape(columnSums(toB), [1, toB.shape[1] ?? 0]),
        ];
      },
    }),
  );
