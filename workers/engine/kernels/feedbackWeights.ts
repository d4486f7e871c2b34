import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const clipped = (x: number): number => Math.min(1, Math.max(0, x));

/** Numbers of column `place` of `x [G, n]`, through σ. */
const likely = (x: HostArray, groups: number, place: number): number[] =>
  Array.from({ length: groups }, (_, of) => sigmoid(x[of * (x.length / groups) + place]!));

const SIGMOID = 'fn likely(value : f32) -> f32 { return 1.0 / (1.0 + exp(-value)); }';

/** `x [G, n]` → `mean_g σ(x_g)`, `[n]`. */
export const meanLikelihoodPair: KernelPair = {
  name: 'LodestoneMeanLikelihood',
  inputs: ['x'],
  outputShape: ([[, places = 0] = []]) => [places],
  portable: ([x], output, [[groups = 0] = []]) => {
    if (!x) throw new Error('There are no logits.');
    for (let place = 0; place < output.length; place++)
      output[place] = likely(x, groups, place).reduce((sum, value) => sum + value, 0) / groups;
  },
  wgsl: ([[groups = 0] = []]) => ({
    key: `${groups}`,
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: null,
    code: `
      ${SIGMOID}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        var sum = 0.0;
        for (var group = 0; group < ${groups}; group = group + 1) { sum = sum + likely(x[group * uniforms.size + index]); }
        result[index] = sum / ${groups}.0;
      }`,
  }),
};

/**
 * `x [G, n]`, `other [1]`, `weights [n]` → `w w⁻`, and then `w (w⁺ + w⁻)`, `[2, n]`: `w⁺ = μ e^(−2 s²)` and `w⁻ = max_g p_g − other` where `μ < other`, else 0, both between 0 and 1,
 * of `p_g = σ(x_g)` with mean μ and unbiased variance s².
 */
export const feedbackPair: KernelPair = {
  name: 'LodestoneFeedback',
  inputs: ['x', 'other', 'weights'],
  outputShape: ([[, places = 0] = []]) => [2, places],
  portable: ([x, other, weights], output, [[groups = 0, places = 0] = []]) => {
    if (!x || !other || !weights) throw new Error('Feedback has logits, a threshold and weights.');
    for (let place = 0; place < places; place++) {
      const all = likely(x, groups, place);
      const mean = all.reduce((sum, value) => sum + value, 0) / groups;
      const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (groups - 1);
      const doubted = mean < other[0]! ? clipped(Math.max(...all) - other[0]!) : 0;
      output[place] = weights[place]! * doubted;
      output[places + place] = weights[place]! * (doubted + clipped(mean * Math.exp(-2 * variance)));
    }
  },
  wgsl: ([[groups = 0] = []]) => ({
    key: `${groups}`,
    inputComponents: [1, 1, 1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: null,
    code: `
      ${SIGMOID}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let places = uniforms.weightsShape;
        let place = index % places;
        var sum = 0.0;
        var greatest = 0.0;
        for (var group = 0; group < ${groups}; group = group + 1) {
          let p = likely(x[group * places + place]);
          sum = sum + p;
          greatest = max(greatest, p);
        }
        let mean = sum / ${groups}.0;
        var apart = 0.0;
        for (var group = 0; group < ${groups}; group = group + 1) {
          let p = likely(x[group * places + place]) - mean;
          apart = apart + p * p;
        }
        let doubted = select(0.0, clamp(greatest - other[0], 0.0, 1.0), mean < other[0]);
        let liked = clamp(mean * exp(-2.0 * apart / ${groups - 1}.0), 0.0, 1.0);
        result[index] = weights[place] * select(doubted, doubted + liked, index >= places);
      }`,
  }),
};

export const FEEDBACK_PAIRS: readonly KernelPair[] = [meanLikelihoodPair, feedbackPair];

export const registerFeedback = (): void => FEEDBACK_PAIRS.forEach(registerPair);

/** `mean_g σ(x_g)` of logits `[G, n]`, `[n]`; carries no gradient. */
export const meanLikelihood = (logits: tf.Tensor2D): tf.Tensor1D => vectorOf(runPair(meanLikelihoodPair, [logits]));

/** `w w⁻` and `w (w⁺ + w⁻)` as the pair has them, `[2, n]`; carries no gradient. */
export const feedback = (logits: tf.Tensor2D, other: tf.Tensor1D, weights: tf.Tensor1D): tf.Tensor2D =>
  matrixOf(runPair(feedbackPair, [logits, other, weights]));
