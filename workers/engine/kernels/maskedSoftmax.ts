import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { vectorOf } from '../tensors';

const LANES = 256;

/** `x [n]`, `mask [n]` of 0 and 1 → `mask_i e^(s x_i) / Σ_j mask_j e^(s x_j)`, `[n]`; `s` is `scale`. At least one place must count. */
export const maskedSoftmaxPair: KernelPair = {
  name: 'LodestoneMaskedSoftmax',
  inputs: ['x', 'mask'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, mask], output, _, { scale = 1 }) => {
    if (!x || !mask) throw new Error('A masked softmax has numbers and a mask.');
    let greatest = -Infinity;
    for (let place = 0; place < x.length; place++)
      if (mask[place]! > 0) greatest = Math.max(greatest, scale * x[place]!);
    let sum = 0;
    for (let place = 0; place < x.length; place++) {
      const share = mask[place]! > 0 ? Math.exp(scale * x[place]! - greatest) : 0;
      output[place] = share;
      sum += share;
    }
    for (let place = 0; place < x.length; place++) output[place]! /= sum;
  },
  wgsl: (_, { scale = 1 }) => {
    const reduced = (combined: string): string => `
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = ${combined}; }
          workgroupBarrier();
        }`;
    return {
      key: String(scale),
      inputComponents: [1, 1],
      outputComponent: 1,
      workgroupSize: LANES,
      workgroups: 1,
      code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      fn main(index : i32) {
        let lane = i32(localId.x);
        let count = uniforms.xShape;
        var greatest = -3.0e38;
        for (var place = lane; place < count; place = place + ${LANES}) {
          greatest = select(greatest, max(greatest, f32(${scale}) * x[place]), mask[place] > 0.0);
        }
        parts[lane] = greatest;
        ${reduced('max(parts[lane], parts[lane + half])')}
        greatest = parts[0];
        workgroupBarrier();
        var sum = 0.0;
        for (var place = lane; place < count; place = place + ${LANES}) {
          sum = sum + select(0.0, exp(f32(${scale}) * x[place] - greatest), mask[place] > 0.0);
        }
        parts[lane] = sum;
        ${reduced('parts[lane] + parts[lane + half]')}
        let total = parts[0];
        for (var place = lane; place < count; place = place + ${LANES}) {
          result[place] = select(0.0, exp(f32(${scale}) * x[place] - greatest), mask[place] > 0.0) / total;
        }
      }`,
    };
  },
};

export const registerMaskedSoftmax = (): void => registerPair(maskedSoftmaxPair);

/** `softmax(s x)` over the places that `mask` counts, 0 elsewhere, `[n]`; carries no gradient. */
export const maskedSoftmax = (x: tf.Tensor1D, mask: tf.Tensor1D, scale: number): tf.Tensor1D =>
  vectorOf(runPair(maskedSoftmaxPair, [x, mask], { scale }));
