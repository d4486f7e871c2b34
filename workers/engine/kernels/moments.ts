import { entry, required } from '../../../src/domain/at';
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

/** Where a block of `size` numbers begins in a table of `columns`, of whose blocks `across` lie side by side, and the next as many below them. */
const firstOf = (block: number, size: number, columns: number, across: number): number =>
  Math.floor(block / across) * size * across + ((block % across) * columns) / across;

/** Where number `place` of a block lies. */
const wgslAddress = (across: number): string => `
      fn addressOf(block : i32, place : i32, size : i32) -> i32 {
        ${
          across === 1
            ? 'return block * size + place;'
            : `let columns = uniforms.xShape[1];
        let width = columns / ${across};
        let first = (block / ${across}) * size * ${across} + (block % ${across}) * width;
        return first + (place / width) * columns + place % width;`
        }
      }`;

/** `x` of as many blocks → of each block's shares their mean and `Σ (x − mean)²`, `[blocks, SHARES, 2]`. */
export const momentSharesPair: KernelPair = {
  name: 'LodestoneMomentShares',
  inputs: ['x'],
  outputShape: (_, { blocks = 1 }) => [blocks, SHARES, 2],
  portable: ([x], output, [[, columns = 1] = []], { blocks = 1, across = 1 }) => {
    if (!x) throw new Error('There is nothing to average.');
    const size = x.length / blocks;
    const width = columns / across;
    const means = new Float64Array(SHARES);
    const squares = new Float64Array(SHARES);
    for (let block = 0; block < blocks; block++) {
      const first = firstOf(block, size, columns, across);
      const end = first + (size / width) * columns;
      means.fill(0);
      for (let row = first, share = 0; row < end; row += columns)
        for (let place = row; place < row + width; place++) {
          means[share]! += x[place]!;
          share = share + 1 < SHARES ? share + 1 : 0;
        }
      for (let share = 0; share < SHARES; share++) means[share]! /= Math.max(1, countOf(share, size));
      squares.fill(0);
      for (let row = first, share = 0; row < end; row += columns)
        for (let place = row; place < row + width; place++) {
          const off = x[place]! - means[share]!;
          squares[share]! += off * off;
          share = share + 1 < SHARES ? share + 1 : 0;
        }
      for (let share = 0; share < SHARES; share++) {
        output[2 * (block * SHARES + share)] = means[share]!;
        output[2 * (block * SHARES + share) + 1] = squares[share]!;
      }
    }
  },
  wgsl: (_, { blocks = 1, across = 1 }) => ({
    key: `${blocks}_${across}`,
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: (blocks * SHARES) / 64,
    code: `
      ${WGSL_COUNT}
      ${wgslAddress(across)}
      fn main(index : i32) {
        if (index >= ${blocks * SHARES}) { return; }
        let size = uniforms.xShape[0] * uniforms.xShape[1] / ${blocks};
        let block = index / ${SHARES};
        let share = index % ${SHARES};
        var sum = 0.0;
        for (var place = share; place < size; place = place + ${SHARES}) { sum = sum + x[addressOf(block, place, size)]; }
        let mean = sum / f32(max(1, countOf(share, size)));
        var squares = 0.0;
        for (var place = share; place < size; place = place + ${SHARES}) {
          let off = x[addressOf(block, place, size)] - mean;
          squares = squares + off * off;
        }
        result[2 * index] = mean;
        result[2 * index + 1] = squares;
      }`,
  }),
};

/** `shares` of blocks of `size` numbers, each counted `copies` times → each block's mean and unbiased variance, `[blocks, 2]`. */
export const momentsPair: KernelPair = {
  name: 'LodestoneMoments',
  inputs: ['shares'],
  outputShape: ([[blocks = 0] = []]) => [blocks, 2],
  portable: ([shares], output, [[blocks = 0] = []], { size = 1, copies = 1 }) => {
    if (!shares) throw new Error('There are no shares.');
    for (let block = 0; block < blocks; block++) {
      const first = 2 * block * SHARES;
      let mean = 0;
      for (let s = 0; s < SHARES; s++) mean += (countOf(s, size) * shares[first + 2 * s]!) / size;
      let squares = 0;
      for (let s = 0; s < SHARES; s++)
        squares += shares[first + 2 * s + 1]! + countOf(s, size) * (shares[first + 2 * s]! - mean) ** 2;
      output[2 * block] = mean;
      output[2 * block + 1] = (copies * squares) / (copies * size - 1);
    }
  },
  wgsl: ([[blocks = 0] = []], { size = 1, copies = 1 }) => {
    const sum = `
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }`;
    return {
      key: `${blocks}_${size}_${copies}`,
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
          result[2 * block + 1] = parts[0] * f32(${copies / (copies * size - 1)});
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

/**
 * `x`, the `moments` of blocks of several tables, those of `x` from block `first` on, `dy [1]` → `∂y (r_mean/N + r_var 2 c (x − mean)/(c N − 1))`, `r`
 * the sum of signs of a block's differences from the others, `c` the `copies`.
 */
export const momentsSlopePair: KernelPair = {
  name: 'LodestoneMomentsSlope',
  inputs: ['x', 'moments', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: (inputs, output, [[, columns = 1] = []], { size = 1, copies = 1, across = 1, first = 0 }) => {
    const [x, moments, dy] = inputs;
    if (!x || !moments || !dy) throw new Error('Moments have numbers and a slope.');
    for (let block = 0; block < x.length / size; block++) {
      const own = first + block;
      const mean = moments[2 * own]!;
      const level = (dy[0]! * rankOf(moments, own, 0)) / size;
      const slope = (dy[0]! * rankOf(moments, own, 1) * 2 * copies) / (copies * size - 1);
      const width = columns / across;
      const start = firstOf(block, size, columns, across);
      for (let row = start; row < start + (size / width) * columns; row += columns)
        for (let place = row; place < row + width; place++) output[place] = level + slope * (x[place]! - mean);
    }
  },
  wgsl: (_, { size = 1, copies = 1, across = 1, first = 0 }) => ({
    key: `${size}_${copies}_${across}_${first}`,
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
          let width = uniforms.xShape[1] / ${across};
          let block = (index / ${size * across}) * ${across}${across === 1 ? '' : ` + (index / width) % ${across}`};
          let own = 2 * (${first} + block);
          let slope = rankOf(own + 1, 1) * f32(${(2 * copies) / (copies * size - 1)});
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

/** A table of blocks of equal shape. */
export interface MomentTable {
  readonly x: tf.Tensor2D;
  readonly blocks: number;
  /** How many blocks lie side by side; 1 where each is below the one before it, as by default. */
  readonly across?: number;
  /** How often each number counts, 1 by default. */
  readonly copies?: number;
}

/** Over pairs of the blocks of all tables, `|var − var'| + |mean − mean'|` of all their numbers, the variance unbiased. */
export const momentDifferences = (tables: readonly MomentTable[]): tf.Scalar => {
  const settings = tables.map(({ x, blocks, across = 1, copies = 1 }, place) => ({
    blocks,
    across,
    size: x.size / blocks,
    copies,
    first: tables.slice(0, place).reduce((sum, before) => sum + before.blocks, 0),
  }));
  return scalarOf(
    withGradient({
      inputs: tables.map(({ x }) => x),
      forward: (all, keep) => {
        const each = all.map((x, place) => {
          const attributes = entry(settings, place);
          return runPair(momentsPair, [runPair(momentSharesPair, [x], attributes)], attributes);
        });
        const moments = each.length === 1 ? entry(each, 0) : tf.concat(each, 0);
        keep(moments);
        return tf.reshape(runPair(momentDifferencesPair, [moments]), []);
      },
      backward: (dy, all, _, [moments]) =>
        all.map((x, place) =>
          runPair(momentsSlopePair, [x, required(moments), tf.reshape(dy, [1])], entry(settings, place)),
        ),
    }),
  );
};
