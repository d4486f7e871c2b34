import * as tf from '@tensorflow/tfjs-core';
import { runOnDevice, type KernelPair } from '../kernelPair';
import { replaceOnSoftware } from '../replace';

/** `x [rows, n]` → `exp(x − max) / Σ exp(x − max)` of each row, an invocation for each row. */
export const softwareSoftmaxPair: KernelPair = {
  name: 'LodestoneSoftwareSoftmax',
  inputs: ['x'],
  outputShape: ([shape = []]) => [...shape],

  portable: ([x], output, [[rows = 0, n = 0] = []]) => {
    if (!x) throw new Error('A softmax has an operand.');
    for (let row = 0; row < rows; row++) {
      const first = row * n;
      let most = -Infinity;
      for (let c = 0; c < n; c++) most = Math.max(most, x[first + c]!);
      let sum = 0;
      for (let c = 0; c < n; c++) sum += output[first + c] = Math.exp(x[first + c]! - most);
      for (let c = 0; c < n; c++) output[first + c] = output[first + c]! / sum;
    }
  },

  wgsl: ([[rows = 0] = []]) => {
    const workgroupSize = 64;
    return {
      key: '',
      inputComponents: [1],
      outputComponent: 1,
      workgroupSize,
      workgroups: Math.ceil(rows / workgroupSize),
      code: `
        fn main(index : i32) {
          let n = uniforms.xShape[1];
          if (index >= uniforms.xShape[0] || uniforms.size < 0) { return; }
          let first = index * n;
          var most = x[first];
          for (var c = 1; c < n; c = c + 1) { most = max(most, x[first + c]); }
          var sum = 0.0;
          for (var c = 0; c < n; c = c + 1) {
            let value = exp(x[first + c] - most);
            result[first + c] = value;
            sum = sum + value;
          }
          for (var c = 0; c < n; c = c + 1) { result[first + c] = result[first + c] / sum; }
        }`,
    };
  },
};

/** The backend takes a workgroup with barriers for each row, however short. */
export function replaceSoftwareSoftmax(): void {
  replaceOnSoftware('Softmax', ({ inputs: { logits: x }, attrs: { dim }, backend }) => {
    if (x?.dtype !== 'float32' || x.shape.length === 0 || Number(dim) !== x.shape.length - 1 || x.shape.includes(0))
      return null;
    const n = x.shape.at(-1) ?? 1;
    return {
      ...runOnDevice(backend, softwareSoftmaxPair, [{ ...x, shape: [tf.util.sizeFromShape(x.shape) / n, n] }], {}),
      shape: x.shape,
    };
  });
}
