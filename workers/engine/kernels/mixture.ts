import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair, type WgslSource } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';
import { withGradient } from '../withGradient';
import { columnSums } from './columnSums';

/** `softmax` of the logits from `first` on, of those that the mask counts; `shares` has as many places as there are. */
function sharesOf(logits: HostArray, mask: HostArray | undefined, first: number, shares: Float64Array): Float64Array {
  let greatest = -Infinity;
  for (let e = 0; e < shares.length; e++)
    if (!mask || mask[first + e]! > 0) greatest = Math.max(greatest, logits[first + e]!);
  let sum = 0;
  for (let e = 0; e < shares.length; e++)
    sum += shares[e] = !mask || mask[first + e]! > 0 ? Math.exp(logits[first + e]! - greatest) : 0;
  for (let e = 0; e < shares.length; e++) shares[e]! /= sum;
  return shares;
}

/** A shader whose invocation has a row of logits to itself: `greatest`, `total` and `shareOf(place)` are known. */
function logitsSource(
  inputs: number,
  shape: readonly number[],
  masked: boolean,
  key: string,
  body: string,
): WgslSource {
  const counted = masked ? 'mask[place] > 0.0' : 'true';
  return {
    key: `${masked}_${key}`,
    inputComponents: Array.from({ length: inputs }, () => 1),
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: Math.ceil((shape[0] ?? 0) / 64),
    code: `
      fn powerOf(place : i32, greatest : f32) -> f32 { return select(0.0, exp(logits[place] - greatest), ${counted}); }
      fn main(row : i32) {
        if (row >= uniforms.logitsShape[0]) { return; }
        let count = uniforms.logitsShape[1];
        let first = row * count;
        var greatest = -3.0e38;
        for (var place = first; place < first + count; place = place + 1) {
          greatest = select(greatest, max(greatest, logits[place]), ${counted});
        }
        var total = 0.0;
        for (var place = first; place < first + count; place = place + 1) { total = total + powerOf(place, greatest); }
        ${body}
      }`,
  };
}

const WGSL_MEAN = (of: string): string => `
        var mean = 0.0;
        for (var place = first; place < first + count; place = place + 1) {
          mean = mean + powerOf(place, greatest) / total * ${of};
        }`;

/** `logits`, `values` `[n, E]`, with a `mask` of 0 and 1 where there is one → `Σ_e p_e v_e`, `p` the softmax over those that count, `[n]`. */
export const mixturePair: KernelPair = {
  name: 'LodestoneMixture',
  inputs: ['logits', 'values', 'mask'],
  outputShape: ([[rows = 0] = []]) => [rows],
  portable: ([logits, values, mask], output, [[rows = 0, count = 0] = []]) => {
    const shares = new Float64Array(count);
    for (let row = 0; row < rows; row++) {
      sharesOf(logits!, mask, row * count, shares);
      let sum = 0;
      for (let e = 0; e < count; e++) sum += shares[e]! * values![row * count + e]!;
      output[row] = sum;
    }
  },
  wgsl: (shapes) =>
    logitsSource(
      shapes.length,
      shapes[0] ?? [],
      shapes.length > 2,
      '',
      `${WGSL_MEAN('values[place]')} result[row] = mean;`,
    ),
};

/** With `dy [n]`: `∂v_e = ∂y p_e` (`of` 0), or `∂l_e = ∂y p_e (v_e − Σ p v)` (`of` 1), `[n, E]`. */
export const mixtureSlopePair: KernelPair = {
  name: 'LodestoneMixtureSlope',
  inputs: ['logits', 'values', 'dy', 'mask'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([logits, values, dy, mask], output, [[rows = 0, count = 0] = []], { of = 0 }) => {
    const shares = new Float64Array(count);
    for (let row = 0; row < rows; row++) {
      const first = row * count;
      sharesOf(logits!, mask, first, shares);
      let mean = 0;
      for (let e = 0; e < count; e++) mean += shares[e]! * values![first + e]!;
      for (let e = 0; e < count; e++)
        output[first + e] = dy![row]! * shares[e]! * (of === 0 ? 1 : values![first + e]! - mean);
    }
  },
  wgsl: (shapes, { of = 0 }) =>
    logitsSource(
      shapes.length,
      shapes[0] ?? [],
      shapes.length > 3,
      String(of),
      `${of === 0 ? '_ = values[first];' : WGSL_MEAN('values[place]')}
        for (var place = first; place < first + count; place = place + 1) {
          result[place] = dy[row] * powerOf(place, greatest) / total${of === 0 ? '' : ' * (values[place] - mean)'};
        }`,
    ),
};

/** `logits [n, E]` → `−Σ_e p_e ln p_e` of each row, `[n]`. */
export const rowEntropiesPair: KernelPair = {
  name: 'LodestoneRowEntropies',
  inputs: ['logits'],
  outputShape: ([[rows = 0] = []]) => [rows],
  portable: ([logits], output, [[rows = 0, count = 0] = []]) => {
    const shares = new Float64Array(count);
    for (let row = 0; row < rows; row++) output[row] = entropyOf(sharesOf(logits!, undefined, row * count, shares));
  },
  wgsl: (shapes) =>
    logitsSource(
      1,
      shapes[0] ?? [],
      false,
      '',
      `${WGSL_MEAN('(logits[place] - greatest)')} result[row] = log(total) - mean;`,
    ),
};

function entropyOf(shares: Float64Array): number {
  let sum = 0;
  for (const share of shares) if (share > 0) sum -= share * Math.log(share);
  return sum;
}

/** With `dy [n]`: `−∂y p_e (ln p_e + H)`, `[n, E]`. */
export const rowEntropiesSlopePair: KernelPair = {
  name: 'LodestoneRowEntropiesSlope',
  inputs: ['logits', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([logits, dy], output, [[rows = 0, count = 0] = []]) => {
    const shares = new Float64Array(count);
    for (let row = 0; row < rows; row++) {
      const entropy = entropyOf(sharesOf(logits!, undefined, row * count, shares));
      for (let e = 0; e < count; e++) {
        const share = shares[e]!;
        output[row * count + e] = share > 0 ? -dy![row]! * share * (Math.log(share) + entropy) : 0;
      }
    }
  },
  wgsl: (shapes) =>
    logitsSource(
      2,
      shapes[0] ?? [],
      false,
      '',
      `${WGSL_MEAN('(logits[place] - greatest)')}
        for (var place = first; place < first + count; place = place + 1) {
          result[place] = -dy[row] * powerOf(place, greatest) / total * (logits[place] - greatest - mean);
        }`,
    ),
};

/** `logits [n, E]`, `weights [n]`, `dy [E]` → `w_r p_re (∂y_e − Σ_k p_rk ∂y_k)`: the slope of `Σ_r w_r p_re`. */
export const meanSharesSlopePair: KernelPair = {
  name: 'LodestoneMeanSharesSlope',
  inputs: ['logits', 'weights', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([logits, weights, dy], output, [[rows = 0, count = 0] = []]) => {
    const shares = new Float64Array(count);
    for (let row = 0; row < rows; row++) {
      sharesOf(logits!, undefined, row * count, shares);
      let mean = 0;
      for (let e = 0; e < count; e++) mean += shares[e]! * dy![e]!;
      for (let e = 0; e < count; e++) output[row * count + e] = weights![row]! * shares[e]! * (dy![e]! - mean);
    }
  },
  wgsl: (shapes) =>
    logitsSource(
      3,
      shapes[0] ?? [],
      false,
      '',
      `${WGSL_MEAN('dy[place - first]')}
        for (var place = first; place < first + count; place = place + 1) {
          result[place] = weights[row] * powerOf(place, greatest) / total * (dy[place - first] - mean);
        }`,
    ),
};

export const MIXTURE_PAIRS: readonly KernelPair[] = [
  mixturePair,
  mixtureSlopePair,
  rowEntropiesPair,
  rowEntropiesSlopePair,
  meanSharesSlopePair,
];

export const registerMixture = (): void => MIXTURE_PAIRS.forEach(registerPair);

/** `Σ_e p_e v_e` with `p` the softmax of `logits [n, E]` over what `mask` counts, or over all; `[n]`. No gradient flows to the mask. */
export function mixture(logits: tf.Tensor2D, values: tf.Tensor2D, mask: tf.Tensor2D | null): tf.Tensor1D {
  const chosen = mask ? [mask] : [];
  return vectorOf(
    withGradient({
      inputs: [logits, values],
      constants: chosen,
      forward: (tables) => runPair(mixturePair, [...tables, ...chosen]),
      backward: (dy, tables, constants) =>
        [1, 0].map((of) => runPair(mixtureSlopePair, [...tables, dy, ...constants], { of })),
    }),
  );
}

/** `−Σ_e p_e ln p_e` of the softmax of each row, `[n]`. */
export const rowEntropies = (logits: tf.Tensor2D): tf.Tensor1D =>
  vectorOf(
    withGradient({
      inputs: [logits],
      forward: (tables) => runPair(rowEntropiesPair, tables),
      backward: (dy, [table]) => [runPair(rowEntropiesSlopePair, [required(table), dy])],
    }),
  );

/** `Σ_r w_r softmax(l_r)`, `[E]`, of `logits [n, E]` and `weights [n]`; no gradient flows to the weights. */
export const meanShares = (logits: tf.Tensor2D, weights: tf.Tensor1D): tf.Tensor1D =>
  vectorOf(
    withGradient({
      inputs: [logits],
      constants: [weights],
      forward: ([table]) => columnSums(tf.softmax(matrixOf(required(table))), weights),
      backward: (dy, [table], [factors]) => [runPair(meanSharesSlopePair, [required(table), required(factors), dy])],
    }),
  );
