import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../../src/domain/at';
import { registerPair, runPair, type HostArray, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Invocations that share a column. */
const LANES = 256;
/** Added to variances. */
const EPSILON = 1e-5;

const reduced = (list: string): string => `
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { ${list}[lane] = ${list}[lane] + ${list}[lane + half]; }
          workgroupBarrier();
        }`;

/** `x [n, d]` → the means of its columns and their variances (biased), `[2, d]`. */
export const columnMomentsPair: KernelPair = {
  name: 'LodestoneColumnMoments',
  inputs: ['x'],
  outputShape: ([[, columns = 0] = []]) => [2, columns],
  portable: ([x], output, [[rows = 0, columns = 0] = []]) => {
    if (!x) throw new Error('There is no table.');
    const [means, squares] = [new Float64Array(columns), new Float64Array(columns)];
    for (let place = 0; place < x.length;) for (let c = 0; c < columns; c++) means[c]! += x[place++]!;
    for (let c = 0; c < columns; c++) means[c]! /= rows;
    for (let place = 0; place < x.length;)
      for (let c = 0; c < columns; c++) squares[c]! += (x[place++]! - means[c]!) ** 2;
    output.set(means);
    output.set(
      squares.map((sum) => sum / rows),
      columns,
    );
  },
  wgsl: ([[, columns = 0] = []]) => ({
    key: '',
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: columns,
    code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      fn main(index : i32) {
        let columns = uniforms.xShape[1];
        let rows = uniforms.xShape[0];
        let column = min(index / ${LANES}, columns - 1);
        let lane = i32(localId.x);
        var sum = 0.0;
        for (var row = lane; row < rows; row = row + ${LANES}) { sum = sum + x[row * columns + column]; }
        parts[lane] = sum;
        ${reduced('parts')}
        let mean = parts[0] / f32(rows);
        workgroupBarrier();
        sum = 0.0;
        for (var row = lane; row < rows; row = row + ${LANES}) {
          let off = x[row * columns + column] - mean;
          sum = sum + off * off;
        }
        parts[lane] = sum;
        ${reduced('parts')}
        if (lane == 0) {
          result[column] = mean;
          result[columns + column] = parts[0] / f32(rows);
        }
      }`,
  }),
};

const LAYER = ['moments', 'scale', 'shift', 'slope'];

/** `1/√(variance + ε)` of each column. */
const inverseOf = (moments: HostArray, columns: number): Float64Array =>
  Float64Array.from({ length: columns }, (_, c) => 1 / Math.sqrt(moments[columns + c]! + EPSILON));

const WGSL_WAY = `
          let unit = (x[place] - moments[column]) * inverseSqrt(moments[columns + column] + ${EPSILON});
          let made = unit * scale[column] + shift[column];`;

/** `x [n, d]`, `moments [2, d]`, `γ`, `β [d]`, `a [1]` → PReLU of the normalised columns, `[n, d]`. */
export const normalisedPair: KernelPair = {
  name: 'LodestoneNormalised',
  inputs: ['x', ...LAYER],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, moments, scale, shift, prelu], output, [[, columns = 0] = []]) => {
    if (!x || !moments || !scale || !shift || !prelu) throw new Error('A layer of normalisation has its parameters.');
    const slope = prelu[0]!;
    const inverse = inverseOf(moments, columns);
    for (let place = 0; place < output.length;)
      for (let c = 0; c < columns; c++, place++) {
        const made = (x[place]! - moments[c]!) * inverse[c]! * scale[c]! + shift[c]!;
        output[place] = made >= 0 ? made : slope * made;
      }
  },
  wgsl: () => ({
    key: '',
    inputComponents: [1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(place : i32) {
        if (place < uniforms.size) {
          let columns = uniforms.xShape[1];
          let column = place % columns;
          ${WGSL_WAY}
          result[place] = select(slope[0] * made, made, made >= 0.0);
        }
      }`,
  }),
};

/** From `∂y`, by column: the slopes of `β` and of `γ`, and what the column adds to the slope of `a`, `[3, d]`. */
export const normalisedSumsPair: KernelPair = {
  name: 'LodestoneNormalisedSums',
  inputs: ['x', 'dy', ...LAYER],
  outputShape: ([[, columns = 0] = []]) => [3, columns],
  portable: ([x, dy, moments, scale, shift, prelu], output, [[, columns = 0] = []]) => {
    if (!x || !dy || !moments || !scale || !shift || !prelu) throw new Error('Sums are of a layer’s slopes.');
    const slope = prelu[0]!;
    const inverse = inverseOf(moments, columns);
    const [shifts, scales, slopes] = [0, 1, 2].map(() => new Float64Array(columns));
    for (let place = 0; place < x.length;)
      for (let c = 0; c < columns; c++, place++) {
        const unit = (x[place]! - moments[c]!) * inverse[c]!;
        const made = unit * scale[c]! + shift[c]!;
        const own = dy[place]! * (made >= 0 ? 1 : slope);
        shifts![c]! += own;
        scales![c]! += own * unit;
        slopes![c]! += dy[place]! * Math.min(made, 0);
      }
    [shifts, scales, slopes].forEach((sums, of) => output.set(sums!, of * columns));
  },
  wgsl: ([[, columns = 0] = []]) => ({
    key: '',
    inputComponents: [1, 1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: columns,
    code: `
      var<workgroup> parts : array<vec3<f32>, ${LANES}>;
      fn main(index : i32) {
        let columns = uniforms.xShape[1];
        let rows = uniforms.xShape[0];
        let column = min(index / ${LANES}, columns - 1);
        let lane = i32(localId.x);
        var sum = vec3<f32>(0.0);
        for (var row = lane; row < rows; row = row + ${LANES}) {
          let place = row * columns + column;
          ${WGSL_WAY}
          let own = dy[place] * select(slope[0], 1.0, made >= 0.0);
          sum = sum + vec3<f32>(own, own * unit, dy[place] * min(made, 0.0));
        }
        parts[lane] = sum;
        ${reduced('parts')}
        if (lane == 0) {
          result[column] = parts[0].x;
          result[columns + column] = parts[0].y;
          result[2 * columns + column] = parts[0].z;
        }
      }`,
  }),
};

/** `∂x = γ (g − (Σ g + x̂ Σ g x̂)/n) / √(variance + ε)`, `g` the slope before PReLU, from `∂y` and the sums, `[n, d]`. */
export const normalisedSlopePair: KernelPair = {
  name: 'LodestoneNormalisedSlope',
  inputs: ['x', 'dy', ...LAYER, 'sums'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, dy, moments, scale, shift, prelu, sums], output, [[rows = 0, columns = 0] = []]) => {
    if (!x || !dy || !moments || !scale || !shift || !prelu || !sums) throw new Error('A slope has a layer’s sums.');
    const slope = prelu[0]!;
    const inverse = inverseOf(moments, columns);
    for (let place = 0; place < output.length;)
      for (let c = 0; c < columns; c++, place++) {
        const unit = (x[place]! - moments[c]!) * inverse[c]!;
        const own = dy[place]! * (unit * scale[c]! + shift[c]! >= 0 ? 1 : slope);
        const mean = (sums[c]! + unit * sums[columns + c]!) / rows;
        output[place] = scale[c]! * (own - mean) * inverse[c]!;
      }
  },
  wgsl: () => ({
    key: '',
    inputComponents: [1, 1, 1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(place : i32) {
        if (place < uniforms.size) {
          let columns = uniforms.xShape[1];
          let column = place % columns;
          ${WGSL_WAY}
          let own = dy[place] * select(slope[0], 1.0, made >= 0.0);
          let mean = (sums[column] + unit * sums[columns + column]) / f32(uniforms.xShape[0]);
          result[place] = scale[column] * (own - mean) * inverseSqrt(moments[columns + column] + ${EPSILON});
        }
      }`,
  }),
};

export const BATCH_NORM_PAIRS: readonly KernelPair[] = [
  columnMomentsPair,
  normalisedPair,
  normalisedSumsPair,
  normalisedSlopePair,
];

export const registerBatchNorm = (): void => BATCH_NORM_PAIRS.forEach(registerPair);

/** Means and biased variances of the columns of `x [n, d]`, `[2, d]`; carries no gradient. */
export const columnMoments = (x: tf.Tensor2D): tf.Tensor2D => matrixOf(runPair(columnMomentsPair, [x]));

/** `γ [d]`, `β [d]` and the slope `a [1]` of a layer of batch normalisation and PReLU. */
export interface Normalisation {
  readonly scale: tf.Tensor;
  readonly shift: tf.Tensor;
  readonly slope: tf.Tensor;
}

/**
 * `PReLU((x − mean)/√(variance + 1e-5) · γ + β)`, `[n, d]`. `moments [2, d]` are those of `x`, through which the gradient flows, or running
 * ones, and then the result must not be differentiated.
 */
export const normalised = (x: tf.Tensor2D, moments: tf.Tensor2D, { scale, shift, slope }: Normalisation): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [x, scale, shift, slope],
      constants: [moments],
      forward: ([rows, ...layer]) => runPair(normalisedPair, [required(rows), moments, ...layer]),
      backward: (dy, [rows, ...layer], [kept]) => {
        const given = [required(rows), dy, required(kept), ...layer];
        const sums = runPair(normalisedSumsPair, given);
        const [ofShift, ofScale, ofSlope] = tf.unstack(sums);
        return [
          runPair(normalisedSlopePair, [...given, sums]),
          required(ofScale),
          required(ofShift),
          tf.reshape(tf.sum(required(ofSlope)), [1]),
        ];
      },
    }),
  );
