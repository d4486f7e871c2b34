import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';

/** Invocations that share a row. */
const LANES = 64;
/** What is left out of a choice of the greatest. */
const LOWEST = -3.4028234663852886e38;
/** Inside the logarithms, and the least sum of what is no label. */
const FLOOR = 1e-9;
const LEAST = 1e-12;

/** `x [n, k]` → `Σ_c e^(s x_rc − shift)`, `[n]`; `s` is `scale`. */
export const expSumsPair: KernelPair = {
  name: 'LodestoneExpSums',
  inputs: ['x'],
  outputShape: ([[rows = 0] = []]) => [rows],
  portable: ([x], output, [[rows = 0, columns = 0] = []], { scale = 1, shift = 0 }) => {
    if (!x) throw new Error('There is no table.');
    for (let r = 0, place = 0; r < rows; r++) {
      let sum = 0;
      for (let c = 0; c < columns; c++, place++) sum += Math.exp(scale * x[place]! - shift);
      output[r] = sum;
    }
  },
  simd: {
    run: (kernels, { inputs: [x = 0], output }, [[rows = 0, columns = 0] = []], { scale = 1, shift = 0 }) =>
      kernels.expSums(x, output, rows, columns, scale, shift),
  },
  wgsl: ([[rows = 0] = []], { scale = 1, shift = 0 }) => ({
    key: `${rows}_${scale}_${shift}`,
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: rows,
    code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      fn main(index : i32) {
        let row = min(index / ${LANES}, ${rows - 1});
        let lane = i32(localId.x);
        let width = uniforms.xShape[1];
        var sum = 0.0;
        for (var c = lane; c < width; c = c + ${LANES}) {
          sum = sum + exp(f32(${scale}) * x[row * width + c] - f32(${shift}));
        }
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) { result[row] = parts[0]; }
      }`,
  }),
};

/** `x [n, k]`, `sums [n]`, `base [n, k]` where there is one → `base + e^x / sums`: what a softmax gives is added. */
export const plusSharesPair: KernelPair = {
  name: 'LodestonePlusShares',
  inputs: ['x', 'sums', 'base'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, sums, base], output) => {
    if (!x || !sums) throw new Error('Shares have their sums.');
    const columns = x.length / sums.length;
    for (let place = 0; place < x.length; place++)
      output[place] = (base ? base[place]! : 0) + Math.exp(x[place]!) / sums[Math.floor(place / columns)]!;
  },
  simd: {
    run: (kernels, { inputs: [x = 0, sums = 0, base = 0], output }, [[rows = 0, columns = 0] = []]) =>
      kernels.plusShares(x, sums, base, output, rows, columns),
  },
  wgsl: (shapes) => ({
    key: String(shapes.length),
    inputComponents: shapes.map(() => 1),
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let share = exp(x[index]) / sums[index / uniforms.xShape[1]];
          result[index] = ${shapes.length > 2 ? 'base[index] + ' : ''}share;
        }
      }`,
  }),
};

/** `x [n, k]`, `labels [n, ·]` → `x` with the lowest number at the first `count` columns that a row's labels name. */
export const withoutLabelsPair: KernelPair = {
  name: 'LodestoneWithoutLabels',
  inputs: ['x', 'labels'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, labels], output, [[rows = 0, columns = 0] = [], [, width = 0] = []], { count = 1 }) => {
    if (!x || !labels) throw new Error('Rows have labels.');
    output.set(x);
    for (let r = 0; r < rows; r++)
      for (let k = 0; k < count; k++) output[r * columns + labels[r * width + k]!] = LOWEST;
  },
  wgsl: (_, { count = 1 }) => ({
    key: String(count),
    inputComponents: [1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      ${wgslNamed('labels', count)}
      fn main(index : i32) {
        if (index < uniforms.size) {
          let width = uniforms.xShape[1];
          result[index] = select(x[index], -3.4028234e38, labelsName(index / width, index % width));
        }
      }`,
  }),
};

/** Whether the first `count` columns that a row's labels name hold a column. */
function wgslNamed(labels: string, count: number): string {
  return `
      fn ${labels}Name(row : i32, column : i32) -> bool {
        let first = row * uniforms.${labels}Shape[1];
        for (var k = 0; k < ${count}; k = k + 1) {
          if (i32(${labels}[first + k]) == column) { return true; }
        }
        return false;
      }`;
}

/** Sums of exponentials of a row, and what its loss gives and how it turns. */
interface LabelledRow {
  readonly loss: number;
  /** Slopes with respect to the sums over all, over `near` and over `own`. */
  readonly slopes: readonly [number, number, number];
}

function labelledRow(total: number, near: number, own: number): LabelledRow {
  const rest = Math.max(total - near, LEAST);
  const open = total - near > LEAST ? 1 : 0;
  const [first, second] = [near / total + FLOOR, own / rest + FLOOR];
  const ofRest = (open * own) / (rest * rest * second);
  return {
    loss: -Math.log(first) - Math.log(second),
    slopes: [near / (total * total * first) + ofRest, -1 / (total * first) - ofRest, -1 / (rest * second)],
  };
}

/**
 * `x [n, k]`, `totals [n]` of its exponentials, labels `near` and `own` `[n, ·]` → of each row `−ln(A/T + 1e-9) − ln(B/(T − A) + 1e-9)`, with `A` and `B` the sums
 * of the exponentials at the labels and `T` the total, `[n]`; with `slopes` those of `T`, `A` and `B`, times `scale`, `[n, 3]`.
 */
export const labelledLossesPair: KernelPair = {
  name: 'LodestoneLabelledLosses',
  inputs: ['x', 'totals', 'near', 'own'],
  outputShape: ([[rows = 0] = []], { slopes = 0 }) => (slopes > 0 ? [rows, 3] : [rows]),
  portable: (inputs, output, shapes, { count = 1, scale = 1, shift = 0, slopes = 0 }) => {
    const [x, totals, near, own] = inputs;
    if (!x || !totals || !near || !own) throw new Error('Rows have totals and labels.');
    const [[rows = 0, columns = 0] = [], , [, nearWidth = 0] = [], [, ownWidth = 0] = []] = shapes;
    const sumAt = (labels: HostArray, first: number, row: number): number => {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += Math.exp(scale * x[row * columns + labels[first + k]!]! - shift);
      return sum;
    };
    for (let row = 0; row < rows; row++) {
      const made = labelledRow(totals[row]!, sumAt(near, row * nearWidth, row), sumAt(own, row * ownWidth, row));
      if (slopes === 0) output[row] = made.loss;
      else made.slopes.forEach((slope, of) => (output[3 * row + of] = scale * slope));
    }
  },
  wgsl: ([[rows = 0] = []], { count = 1, scale = 1, shift = 0, slopes = 0 }) => ({
    key: `${rows}_${count}_${scale}_${shift}_${slopes}`,
    inputComponents: [1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: Math.ceil(rows / 64),
    code: `
      fn powerAt(row : i32, column : i32) -> f32 {
        return exp(f32(${scale}) * x[row * uniforms.xShape[1] + column] - f32(${shift}));
      }
      fn main(row : i32) {
        if (row >= ${rows}) { return; }
        var nearSum = 0.0;
        var ownSum = 0.0;
        for (var k = 0; k < ${count}; k = k + 1) {
          nearSum = nearSum + powerAt(row, i32(near[row * uniforms.nearShape[1] + k]));
          ownSum = ownSum + powerAt(row, i32(own[row * uniforms.ownShape[1] + k]));
        }
        let total = totals[row];
        let rest = max(total - nearSum, ${LEAST});
        let first = nearSum / total + ${FLOOR};
        let second = ownSum / rest + ${FLOOR};
        ${
          slopes > 0
            ? `
        let ofRest = select(0.0, ownSum / (rest * rest * second), total - nearSum > ${LEAST});
        result[3 * row] = f32(${scale}) * (nearSum / (total * total * first) + ofRest);
        result[3 * row + 1] = f32(${scale}) * (-1.0 / (total * first) - ofRest);
        result[3 * row + 2] = f32(${scale}) * (-1.0 / (rest * second));`
            : 'result[row] = -log(first) - log(second);'
        }
      }`,
  }),
};

/** The slope of the weighted sum of the losses with respect to `x`, from `slopes [n, 3]` and `weights [n]`. `[n, k]` */
export const labelledSlopePair: KernelPair = {
  name: 'LodestoneLabelledSlope',
  inputs: ['x', 'slopes', 'weights', 'near', 'own'],
  outputShape: ([shape = []]) => [...shape],
  portable: (inputs, output, shapes, { count = 1, scale = 1, shift = 0 }) => {
    const [x, slopes, weights, near, own] = inputs;
    if (!x || !slopes || !weights || !near || !own) throw new Error('Rows have slopes and labels.');
    const [[rows = 0, columns = 0] = [], , , [, nearWidth = 0] = [], [, ownWidth = 0] = []] = shapes;
    const factors = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      factors.fill(slopes[3 * row]!);
      for (let k = 0; k < count; k++) {
        factors[near[row * nearWidth + k]!]! += slopes[3 * row + 1]!;
        factors[own[row * ownWidth + k]!]! += slopes[3 * row + 2]!;
      }
      for (let c = 0, place = row * columns; c < columns; c++, place++)
        output[place] = weights[row]! * Math.exp(scale * x[place]! - shift) * factors[c]!;
    }
  },
  simd: {
    run: (
      kernels,
      { inputs: [x = 0, slopes = 0, weights = 0, near = 0, own = 0], output },
      [[rows = 0, columns = 0] = [], , , [, nearWidth = 0] = [], [, ownWidth = 0] = []],
      { count = 1, scale = 1, shift = 0 },
    ) =>
      kernels.labelledSlope(
        x,
        slopes,
        weights,
        near,
        own,
        output,
        rows,
        columns,
        nearWidth,
        ownWidth,
        count,
        scale,
        shift,
      ),
  },
  wgsl: (_, { count = 1, scale = 1, shift = 0 }) => ({
    key: `${count}_${scale}_${shift}`,
    inputComponents: [1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      ${wgslNamed('near', count)}
      ${wgslNamed('own', count)}
      fn main(index : i32) {
        if (index < uniforms.size) {
          let row = index / uniforms.xShape[1];
          let column = index % uniforms.xShape[1];
          var factor = slopes[3 * row];
          if (nearName(row, column)) { factor = factor + slopes[3 * row + 1]; }
          if (ownName(row, column)) { factor = factor + slopes[3 * row + 2]; }
          result[index] = weights[row] * exp(f32(${scale}) * x[index] - f32(${shift})) * factor;
        }
      }`,
  }),
};

export const LABELLED_PAIRS: readonly KernelPair[] = [
  expSumsPair,
  plusSharesPair,
  withoutLabelsPair,
  labelledLossesPair,
  labelledSlopePair,
];

export const registerLabelled = (): void => LABELLED_PAIRS.forEach(registerPair);

/** How exponentials are taken, `e^(s x − shift)`. */
export interface Powers {
  readonly scale: number;
  readonly shift: number;
}

/** Each row's sum of exponentials, `[n]`; carries no gradient. */
export const expSums = (x: tf.Tensor2D, { scale, shift }: Powers): tf.Tensor1D =>
  vectorOf(runPair(expSumsPair, [x], { scale, shift }));

/** `base + e^x / sums`, `[n, k]`; without a base the shares alone. Carries no gradient. */
export const plusShares = (x: tf.Tensor2D, sums: tf.Tensor1D, base?: tf.Tensor2D): tf.Tensor2D =>
  matrixOf(runPair(plusSharesPair, base ? [x, sums, base] : [x, sums]));

/** `x` with the lowest number at the first `count` columns of each row's `labels`; carries no gradient. */
export const withoutLabels = (x: tf.Tensor2D, labels: tf.Tensor2D, count: number): tf.Tensor2D =>
  matrixOf(runPair(withoutLabelsPair, [x, labels], { count }));

/** Columns that are labels: the first `count` of each row of `near` and `own`. */
export interface LabelSets {
  readonly near: tf.Tensor2D;
  readonly own: tf.Tensor2D;
  readonly count: number;
}

/**
 * Of each row of `x` the loss `−ln(A/T + 1e-9) − ln(B/(T − A) + 1e-9)`, `[n]`, and the slope of their sum weighted by `weights [n]`, `[n, k]`; neither carries a
 * gradient.
 */
export function labelledLosses(
  x: tf.Tensor2D,
  weights: tf.Tensor1D,
  { near, own, count }: LabelSets,
  powers: Powers,
): { readonly losses: tf.Tensor1D; readonly slope: tf.Tensor2D } {
  const attributes = { count, ...powers };
  const given = [x, expSums(x, powers), near, own];
  const slopes = runPair(labelledLossesPair, given, { ...attributes, slopes: 1 });
  return {
    losses: vectorOf(runPair(labelledLossesPair, given, attributes)),
    slope: matrixOf(runPair(labelledSlopePair, [x, slopes, weights, near, own], attributes)),
  };
}
