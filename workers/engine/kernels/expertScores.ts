import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/** How pairs are scored; part of the shader. */
export interface ExpertShape {
  /** E */
  readonly experts: number;
  /** d */
  readonly width: number;
  /** K */
  readonly top: number;
  /** 0: ⟨P, Q⟩; 1: v · ReLU(P + Q). */
  readonly mlp: 0 | 1;
  /** Width of the router's hidden layer; 0 for a linear router. */
  readonly hidden: number;
}

/**
 * MAGNET's score of every user row with every item: route the pair (softmax of the logits, the `K` most probable experts,
 * renormalised; ties: the lower expert), then `Σ_{e∈Γ} π̃_e · ⟨P_u^e, Q_i^e⟩` (or `v · ReLU(P_u^e + Q_i^e)`). A row holds
 * `E · d` numbers and then its part of the logits (of the hidden layer). One pass over tiles: the numbers of a pair's experts are
 * never stored.
 */
export const expertScoresPair: KernelPair = {
  name: 'LodestoneExpertScores',
  inputs: ['users', 'items', 'output', 'hiddenWeights', 'hiddenBias'],
  outputShape: (shapes) => [shapes[0]?.[0] ?? 0, shapes[1]?.[0] ?? 0],

  portable: (
    [users, items, output, hiddenWeights, hiddenBias],
    result,
    shapes,
    { experts = 1, width = 1, top = 1, mlp = 0, hidden = 0 },
  ) => {
    if (!users || !items || !output || !hiddenWeights || !hiddenBias)
      throw new Error('Expert scores need users, items and a router.');
    const rows = shapes[0]?.[0] ?? 0;
    const columns = shapes[1]?.[0] ?? 0;
    const stride = shapes[0]?.[1] ?? 0;
    const split = experts * width;
    const logits = new Float64Array(experts);
    const inner = new Float64Array(hidden);
    // A block of items stays in the processor's cache while all users pass.
    for (let first = 0; first < columns; first += ITEM_BLOCK) {
      const last = Math.min(columns, first + ITEM_BLOCK);
      for (let row = 0; row < rows; row++) {
        const u = row * stride;
        for (let column = first; column < last; column++) {
          const i = column * stride;
          if (hidden === 0) {
            for (let e = 0; e < experts; e++) logits[e] = users[u + split + e]! + items[i + split + e]!;
          } else {
            for (let h = 0; h < hidden; h++) inner[h] = Math.max(0, users[u + split + h]! + items[i + split + h]!);
            for (let e = 0; e < experts; e++) {
              let sum = hiddenBias[e]!;
              for (let h = 0; h < hidden; h++) sum += inner[h]! * hiddenWeights[h * experts + e]!;
              logits[e] = sum;
            }
          }
          let greatest = 0;
          let total = 0;
          let score = 0;
          // The softmax's own sum cancels in the renormalisation over the selected experts.
          for (let rank = 0; rank < top; rank++) {
            let best = 0;
            let logit = logits[0]!;
            for (let e = 1; e < experts; e++) {
              if (logits[e]! <= logit) continue;
              logit = logits[e]!;
              best = e;
            }
            logits[best] = -Infinity;
            if (rank === 0) greatest = logit;
            const share = Math.exp(logit - greatest);
            total += share;
            const p = u + best * width;
            const q = i + best * width;
            score +=
              share *
              (mlp === 0 ? innerProduct(users, p, items, q, width) : readReLU(users, p, items, q, output, width));
          }
          result[row * columns + column] = score / total;
        }
      }
    }
  },

  simd: {
    scratch: ({ experts = 1, hidden = 0 }) => experts + hidden,
    run: (
      kernels,
      { inputs: [users = 0, items = 0, v = 0, hiddenWeights = 0, hiddenBias = 0], output, scratch },
      shapes,
      { experts = 1, width = 1, top = 1, mlp = 0, hidden = 0 },
    ) => {
      const columns = shapes[1]?.[0] ?? 0;
      // Many short calls: an engine replaces its first, quickly compiled version only between calls.
      for (let first = 0; first < columns; first += ITEM_BLOCK) {
        kernels.expertScores(
          users,
          items,
          v,
          hiddenWeights,
          hiddenBias,
          output,
          scratch,
          shapes[0]?.[0] ?? 0,
          columns,
          first,
          Math.min(columns, first + ITEM_BLOCK),
          experts,
          width,
          top,
          mlp,
          hidden,
        );
      }
    },
  },

  wgsl: (shapes, { experts = 1, width = 1, top = 1, mlp = 0, hidden = 0 }) => {
    const stride = shapes[0]?.[1] ?? 0;
    const split = experts * width;
    const linear = `
          for (var e = 0; e < ${experts}; e = e + 1) { logits[e] = users[u + ${split} + e] + items[i + ${split} + e]; }`;
    const deep = `
          var inner : array<f32, ${Math.max(1, hidden)}>;
          for (var h = 0; h < ${hidden}; h = h + 1) { inner[h] = max(0.0, users[u + ${split} + h] + items[i + ${split} + h]); }
          for (var e = 0; e < ${experts}; e = e + 1) {
            var sum = hiddenBias[e];
            for (var h = 0; h < ${hidden}; h = h + 1) { sum = sum + inner[h] * hiddenWeights[h * ${experts} + e]; }
            logits[e] = sum;
          }`;
    return {
      key: `${experts}_${width}_${top}_${mlp}_${hidden}_${stride}`,
      inputComponents: [1, 1, 1, 1, 1],
      outputComponent: 1,
      workgroupSize: 64,
      workgroups: null,
      code: `
        const lowest = -3.4028234e38;
        fn main(index : i32) {
          // What a shape does not read must still be there: the layout is made of what is used.
          _ = &output; _ = &hiddenWeights; _ = &hiddenBias;
          if (index < uniforms.size) {
            let columns = uniforms.outShape[1];
            let u = (index / columns) * ${stride};
            let i = (index % columns) * ${stride};
            var logits : array<f32, ${experts}>;
            ${hidden === 0 ? linear : deep}
            var greatest = 0.0;
            var total = 0.0;
            var score = 0.0;
            for (var rank = 0; rank < ${top}; rank = rank + 1) {
              var best = 0;
              for (var e = 1; e < ${experts}; e = e + 1) { if (logits[e] > logits[best]) { best = e; } }
              let logit = logits[best];
              logits[best] = lowest;
              if (rank == 0) { greatest = logit; }
              let share = exp(logit - greatest);
              total = total + share;
              var value = 0.0;
              let p = u + best * ${width};
              let q = i + best * ${width};
              for (var c = 0; c < ${width}; c = c + 1) {
                ${mlp === 0 ? 'value = value + users[p + c] * items[q + c];' : 'value = value + output[c] * max(0.0, users[p + c] + items[q + c]);'}
              }
              score = score + share * value;
            }
            result[index] = score / total;
          }
        }`,
    };
  },
};

/** Items of a block: they stay in the processor's cache while all users pass. */
const ITEM_BLOCK = 32;

/** `⟨a[p…], b[q…]⟩` in four sums, which the processor adds side by side. */
function innerProduct(a: HostArray, p: number, b: HostArray, q: number, width: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const whole = width - (width % 4);
  for (let c = 0; c < whole; c += 4) {
    s0 += a[p + c]! * b[q + c]!;
    s1 += a[p + c + 1]! * b[q + c + 1]!;
    s2 += a[p + c + 2]! * b[q + c + 2]!;
    s3 += a[p + c + 3]! * b[q + c + 3]!;
  }
  for (let c = whole; c < width; c++) s0 += a[p + c]! * b[q + c]!;
  return s0 + s1 + s2 + s3;
}

/** `Σ_c v_c max(0, a_c + b_c)` */
function readReLU(a: HostArray, p: number, b: HostArray, q: number, v: HostArray, width: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += v[c]! * Math.max(0, a[p + c]! + b[q + c]!);
  return sum;
}

export const registerExpertScores = (): void => registerPair(expertScoresPair);

/**
 * Scores `[n, I]`. `users [n, E·d + r]`, `items [I, E·d + r]`, r = E for a linear router, else its hidden width; `output [d]` (v,
 * read by the MLP head), `hiddenWeights [hidden, E]` and `hiddenBias [E]` (read by a router with a hidden layer).
 */
export function expertScores(
  users: tf.Tensor2D,
  items: tf.Tensor2D,
  output: tf.Tensor,
  hiddenWeights: tf.Tensor,
  hiddenBias: tf.Tensor,
  shape: ExpertShape,
): tf.Tensor2D {
  return matrixOf(runPair(expertScoresPair, [users, items, output, hiddenWeights, hiddenBias], { ...shape }));
}
