import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair } from '../kernelPair';
import { scalarOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Invocations that share a block: number `i` of it goes to the `i mod SHARES`-th. */
const SHARES = 4096;
const LANES = 256;

/** How many of a block's `size` numbers a share has. */
const countOf = (share: number, size: number): number => Math.ceil(Math.max(0, size - share) / SHARES);
const WGSL_COUNT = `fn countOf(share : i32, size : i32) -> i32 { return (max(size - share, 0) + ${SHARES - 1}) / ${SHARES}; }`;

/** `x [blocks · n, d]` → of each block's shares their mean and `Σ (x − mean)²`, `[blocks, SHARES, 2]`. */
export const momentSharesPair: KernelPair = {
  name: 'LodestoneMomentShares',
  inputs: ['x'],
  outputShape: (_, { blocks = 1 }) => [blocks, SHARES, 2],
  portable: ([x], output, _, { blocks = 1 }) => {
    if (!x) throw new Error('There is nothing to average.');
    const size = x.length / blocks;
    const means = new Float64Array(SHARES);
    const squares = new Float64Array(SHARES);
    // Number after number, as they lie.
    for (let block = 0; block < blocks; block++) {
      const end = (block + 1) * size;
      means.fill(0);
      for (let first = block * size; first < end; first += SHARES)
        for (let share = 0; share < Math.min(SHARES, end - first); share++) means[share]! += x[first + share]!;
      for (let share = 0; share < SHARES; share++) means[share]! /= Math.max(1, countOf(share, size));
      squares.fill(0);
      for (let first = block * size; first < end; first += SHARES)
        for (let share = 0; share < Math.min(SHARES, end - first); share++) {
          const off = x[first + share]! - means[share]!;
          squares[share]! += off * off;
        }
      for (let share = 0; share < SHARES; share++) {
        output[2 * (block * SHARES + share)] = means[share]!;
        output[2 * (block * SHARES + share) + 1] = squares[share]!;
      }
    }
  },
  wgsl: (_, { blocks = 1 }) => ({
    key: String(blocks),
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: (blocks * SHARES) / 64,
    code: `
      ${WGSL_COUNT}
      fn main(index : i32) {
        if (index >= ${blocks * SHARES}) { return; }
        let size = uniforms.xShape[0] * uniforms.xShape[1] / ${blocks};
        let first = (index / ${SHARES}) * size;
        let share = index % ${SHARES};
        var sum = 0.0;
        for (var place = share; place < size; place = place + ${SHARES}) { sum = sum + x[first + place]; }
        let mean = sum / f32(max(1, countOf(share, size)));
        var squares = 0.0;
        for (var place = share; place < size; place = place + ${SHARES}) {
          let off = x[first + place] - mean;
          squares = squares + off * off;
        }
        result[2 * index] = mean;
        result[2 * index + 1] = squares;
      }`,
  }),
};

/** `shares` of blocks of `size` numbers → each block's mean and unbiased variance, `[blocks, 2]`. */
export const momentsPair: KernelPair = {
  name: 'LodestoneMoments',
  inputs: ['shares'],
  outputShape: ([[blocks = 0] = []]) => [blocks, 2],
  portable: ([shares], output, [[blocks = 0] = []], { size = 1 }) => {
    if (!shares) throw new Error('There are no shares.');
    for (let block = 0; block < blocks; block++) {
      const first = 2 * block * SHARES;
      let mean = 0;
      for (let s = 0; s < SHARES; s++) mean += (countOf(s, size) * shares[first + 2 * s]!) / size;
      let squares = 0;
      for (let s = 0; s < SHARES; s++)
        squares += shares[first + 2 * s + 1]! + countOf(s, size) * (shares[first + 2 * s]! - mean) ** 2;
      output[2 * block] = mean;
      output[2 * block + 1] = squares / (size - 1);
    }
  },
  wgsl: ([[blocks = 0] = []], { size = 1 }) => {
    const sum = `
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }`;
    return {
      key: `${blocks}_${size}`,
      inputComponents: [1],
      outputComponent: 1,
      workgroupSize: LANES,
      workgroups: blocks,
      code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      ${WGSL_COUNT}
      fn main(index : i32) {
        let block = min(index / ${LANES}, uniforms.sharesShape[0] - 1);
        let lane = i32(localId.x);
        let first = 2 * block * ${SHARES};
        var sum = 0.0;
        for (var s = lane; s < ${SHARES}; s = s + ${LANES}) {
          sum = sum + f32(countOf(s, ${size})) * shares[first + 2 * s];
        }
        parts[lane] = sum;
        ${sum}
        let mean = parts[0] / ${size}.0;
        workgroupBarrier();
        sum = 0.0;
        for (var s = lane; s < ${SHARES}; s = s + ${LANES}) {
          let off = shares[first + 2 * s] - mean;
          sum = sum + shares[first + 2 * s + 1] + f32(countOf(s, ${size})) * off * off;
        }
        parts[lane] = sum;
        ${sum}
        if (lane == 0) {
          result[2 * block] = mean;
          result[2 * block + 1] = parts[0] / ${size - 1}.0;
        }
      }`,
    };
  },
};

/** `moments [blocks, 2]` → `Σ |var − var'| + |mean − mean'|` over pairs of blocks, `[1]`. */
export const momentDifferencesPair: KernelPair = {
  name: 'LodestoneMomentDifferences',
  inputs: ['moments'],
  outputShape: () => [1],
  portable: ([moments], output, [[blocks = 0] = []]) => {
    let sum = 0;
    for (let a = 0; a < blocks; a++)
      for (let b = a + 1; b < blocks; b++)
        for (let k = 0; k < 2; k++) sum += Math.abs(moments![2 * a + k]! - moments![2 * b + k]!);
    output[0] = sum;
  },
  wgsl: () => ({
    key: '',
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 1,
    workgroups: 1,
    code: `
      fn main(index : i32) {
        if (index > 0) { return; }
        let count = 2 * uniforms.momentsShape[0];
        var sum = 0.0;
        for (var a = 0; a < count; a = a + 1) {
          for (var b = a + 2; b < count; b = b + 2) { sum = sum + abs(moments[a] - moments[b]); }
        }
        result[0] = sum;
      }`,
  }),
};

/** Of how many of a block's `moments` (`of`: 0 means, 1 variances) it is above, less of how many below. */
function rankOf(moments: HostArray, block: number, of: number): number {
  let sum = 0;
  for (let place = of; place < moments.length; place += 2) sum += Math.sign(moments[2 * block + of]! - moments[place]!);
  return sum;
}

/** `x`, `moments`, `dy [1]` → `∂y (r_mean/N + r_var 2 (x − mean)/(N − 1))`, `r` the sum of signs of a block's differences from the others. */
export const momentsSlopePair: KernelPair = {
  name: 'LodestoneMomentsSlope',
  inputs: ['x', 'moments', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, moments, dy], output) => {
    if (!x || !moments || !dy) throw new Error('Moments have numbers and a slope.');
    const blocks = moments.length / 2;
    const size = x.length / blocks;
    for (let block = 0; block < blocks; block++) {
      const mean = moments[2 * block]!;
      const level = (dy[0]! * rankOf(moments, block, 0)) / size;
      const slope = (dy[0]! * rankOf(moments, block, 1) * 2) / (size - 1);
      for (let place = block * size; place < (block + 1) * size; place++)
        output[place] = level + slope * (x[place]! - mean);
    }
  },
  wgsl: (_, { size = 1 }) => ({
    key: String(size),
    inputComponents: [1, 1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn rankOf(own : i32, kind : i32) -> f32 {
        var sum = 0.0;
        for (var place = kind; place < 2 * uniforms.momentsShape[0]; place = place + 2) {
          sum = sum + sign(moments[own] - moments[place]);
        }
        return sum;
      }
      fn main(index : i32) {
        if (index < uniforms.size) {
          let own = 2 * (index / ${size});
          let slope = rankOf(own + 1, 1) * 2.0 / ${size - 1}.0;
          result[index] = dy[0] * (rankOf(own, 0) / ${size}.0 + slope * (x[index] - moments[own]));
        }
      }`,
  }),
};

export const MOMENT_PAIRS: readonly KernelPair[] = [
  momentSharesPair,
  momentsPair,
  momentDifferencesPair,
  momentsSlopePair,
];

export const registerMoments = (): void => MOMENT_PAIRS.forEach(registerPair);

/** Over pairs of the blocks of `x [blocks · n, d]`, `|var − var'| + |mean − mean'|` of all their numbers, the variance unbiased. */
export const momentDifferences = (x: tf.Tensor2D, blocks: number): tf.Scalar => {
  const size = x.size / blocks;
  return scalarOf(
    withGradient({
      inputs: [x],
      forward: ([all], keep) => {
        const moments = runPair(momentsPair, [runPair(momentSharesPair, [required(all)], { blocks })], { size });
        keep(moments);
        return tf.reshape(runPair(momentDifferencesPair, [moments]), []);
      },
      backward: (dy, [all], _, [moments]) => [
        runPair(momentsSlopePair, [required(all), required(moments), tf.reshape(dy, [1])], { size }),
      ],
    }),
  );
};
