import { entry, required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair, type WgslSource } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';

/** WGSL that makes each number of a table by itself, in fours where rows of `columns` divide by four. */
function numberSource(
  tables: readonly string[],
  lists: readonly string[],
  columns: number,
  key: string,
  body: string,
): WgslSource {
  const component = columns % 4 === 0 ? 4 : 1;
  return {
    key: `${key}_${component}`,
    inputComponents: [...tables.map(() => component), ...lists.map(() => 1)],
    outputComponent: component,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let width = ${columns / component};
        ${body}
      }`,
  };
}

/** `views V_m [M·n, d]` one under the other, `joint S [n, d]` → `V_m − S` side by side, and then S, `[n, (M + 1)·d]`. */
export const viewPartsPair: KernelPair = {
  name: 'LodestoneViewParts',
  inputs: ['views', 'joint'],
  outputShape: ([[stacked = 0] = [], [rows = 0, columns = 0] = []]) => [rows, (stacked / rows + 1) * columns],
  portable: ([views, joint], output, [[stacked = 0] = [], [rows = 0, columns = 0] = []]) => {
    if (!views || !joint) throw new Error('Parts are made of views and of what they share.');
    const count = stacked / rows;
    for (let row = 0, to = 0; row < rows; row++)
      for (let m = 0; m <= count; m++)
        for (let c = 0; c < columns; c++, to++) {
          const own = joint[row * columns + c]!;
          output[to] = m === count ? own : views[(m * rows + row) * columns + c]! - own;
        }
  },
  wgsl: ([[stacked = 0] = [], [rows = 0, columns = 0] = []]) =>
    numberSource(
      ['views', 'joint'],
      [],
      columns,
      `${stacked}_${rows}`,
      `
        let count = ${stacked / rows};
        let row = index / ((count + 1) * width);
        let m = index / width % (count + 1);
        let own = joint[row * width + index % width];
        if (m == count) { result[index] = own; } else { result[index] = views[(m * ${rows} + row) * width + index % width] - own; }`,
    ),
};

/** `dy [n, (M + 1)·d]` of those → the slope of the views, `[M·n, d]`. */
export const viewPartsSlopePair: KernelPair = {
  name: 'LodestoneViewPartsSlope',
  inputs: ['dy'],
  outputShape: ([[rows = 0, columns = 0] = []], { count = 1 }) => [count * rows, columns / (count + 1)],
  portable: ([dy], output, [[rows = 0, columns = 0] = []], { count = 1 }) => {
    const width = columns / (count + 1);
    for (let m = 0, to = 0; m < count; m++)
      for (let row = 0; row < rows; row++)
        for (let c = 0; c < width; c++, to++) output[to] = required(dy)[row * columns + m * width + c]!;
  },
  wgsl: ([[rows = 0, columns = 0] = []], { count = 1 }) =>
    numberSource(
      ['dy'],
      [],
      columns / (count + 1),
      `${count}_${rows}`,
      `
        let m = index / (${rows} * width);
        let row = index / width % ${rows};
        result[index] = dy[(row * ${count + 1} + m) * width + index % width];`,
    ),
};

/** The same → the slope of what is shared, `[n, d]`. */
export const sharedOfPartsSlopePair: KernelPair = {
  name: 'LodestoneSharedOfPartsSlope',
  inputs: ['dy'],
  outputShape: ([[rows = 0, columns = 0] = []], { count = 1 }) => [rows, columns / (count + 1)],
  portable: ([dy], output, [[rows = 0, columns = 0] = []], { count = 1 }) => {
    const width = columns / (count + 1);
    for (let row = 0, to = 0; row < rows; row++)
      for (let c = 0; c < width; c++, to++) {
        const first = row * columns + c;
        let sum = required(dy)[first + count * width]!;
        for (let m = 0; m < count; m++) sum -= dy![first + m * width]!;
        output[to] = sum;
      }
  },
  wgsl: ([[rows = 0, columns = 0] = []], { count = 1 }) =>
    numberSource(
      ['dy'],
      [],
      columns / (count + 1),
      `${count}_${rows}`,
      `
        let first = index / width * ${count + 1} * width + index % width;
        var sum = dy[first + ${count} * width];
        for (var m = 0; m < ${count}; m = m + 1) { sum = sum - dy[first + m * width]; }
        result[index] = sum;`,
    ),
};

/** `gates`, `parts` `[n, K·d]`, `shares [K]` → `Σ_k s_k G_k ⊙ P_k`, `[n, d]`. */
export const gatedSumPair: KernelPair = {
  name: 'LodestoneGatedSum',
  inputs: ['gates', 'parts', 'shares'],
  outputShape: ([[rows = 0, columns = 0] = [], , [count = 1] = []]) => [rows, columns / count],
  portable: ([gates, parts, shares], output, [[rows = 0, columns = 0] = [], , [count = 1] = []]) => {
    if (!gates || !parts || !shares) throw new Error('A gated sum has gates, parts and shares.');
    const width = columns / count;
    for (let row = 0, to = 0; row < rows; row++)
      for (let c = 0; c < width; c++, to++) {
        let sum = 0;
        for (let k = 0; k < count; k++) {
          const place = row * columns + k * width + c;
          sum += shares[k]! * gates[place]! * parts[place]!;
        }
        output[to] = sum;
      }
  },
  wgsl: ([[, columns = 0] = [], , [count = 1] = []]) =>
    numberSource(
      ['gates', 'parts'],
      ['shares'],
      columns / count,
      String(count),
      `
        let first = index / width * ${count} * width + index % width;
        var sum = gates[first] * parts[first] * shares[0];
        for (var k = 1; k < ${count}; k = k + 1) { sum = sum + gates[first + k * width] * parts[first + k * width] * shares[k]; }
        result[index] = sum;`,
    ),
};

/** `dy [n, d]` of that, the `other` factor `[n, K·d]` and `shares [K]` → the slope of one factor, `[n, K·d]`. */
export const gatedSumSlopePair: KernelPair = {
  name: 'LodestoneGatedSumSlope',
  inputs: ['other', 'dy', 'shares'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([other, dy, shares], output, [[rows = 0, columns = 0] = [], [, width = 1] = []]) => {
    if (!other || !dy || !shares) throw new Error('A gated sum has a slope.');
    for (let row = 0, to = 0; row < rows; row++)
      for (let c = 0; c < columns; c++, to++)
        output[to] = entry(shares, Math.floor(c / width)) * dy[row * width + (c % width)]! * other[to]!;
  },
  wgsl: ([, [, columns = 0] = [], [count = 1] = []]) =>
    numberSource(
      ['other', 'dy'],
      ['shares'],
      columns,
      String(count),
      `
        let row = index / (${count} * width);
        result[index] = shares[index / width % ${count}] * dy[row * width + index % width] * other[index];`,
    ),
};

export const VIEW_PART_PAIRS: readonly KernelPair[] = [
  viewPartsPair,
  viewPartsSlopePair,
  sharedOfPartsSlopePair,
  gatedSumPair,
  gatedSumSlopePair,
];

export const registerPartsOfViews = (): void => VIEW_PART_PAIRS.forEach(registerPair);

/** What each of `count` views `[count·n, d]` has besides what they share `[n, d]`, side by side, and then that, `[n, (count + 1)·d]`. */
export const viewParts = (views: tf.Tensor2D, shared: tf.Tensor2D, count: number): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [views, shared],
      forward: (both) => runPair(viewPartsPair, both),
      backward: (dy) => [
        runPair(viewPartsSlopePair, [dy], { count }),
        runPair(sharedOfPartsSlopePair, [dy], { count }),
      ],
    }),
  );

/** `Σ_k s_k G_k ⊙ P_k` of gates and parts `[n, K·d]`, `[n, d]`; no gradient flows to the shares `[K]`. */
export const gatedSum = (gates: tf.Tensor2D, parts: tf.Tensor2D, shares: tf.Tensor1D): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [gates, parts],
      constants: [shares],
      forward: (both) => runPair(gatedSumPair, [...both, shares]),
      backward: (dy, [g, p], [s]) =>
        [p, g].map((other) => runPair(gatedSumSlopePair, [required(other), dy, required(s)])),
    }),
  );
