import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair, type WgslSource } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';
import { columnSums } from './columnSums';
import { rowSource } from './rowKernels';

const sameAsFirst: KernelPair['outputShape'] = ([shape = []]) => [...shape];

/** Mean of a row, and 1/√(variance + epsilon); the variance is the biased one. */
function momentsOf(x: HostArray, first: number, columns: number, epsilon: number): { mean: number; scale: number } {
  let sum = 0;
  for (let c = first; c < first + columns; c++) sum += x[c]!;
  const mean = sum / columns;
  let squares = 0;
  for (let c = first; c < first + columns; c++) squares += (x[c]! - mean) ** 2;
  return { mean, scale: 1 / Math.sqrt(squares / columns + epsilon) };
}

const wgslMoments = (T: string, dot: (a: string, b: string) => string, epsilon: number): string => `
        let columns = f32(uniforms.xShape[1]);
        var total = 0.0;
        for (var c = first; c < first + width; c = c + 1) { total = total + ${dot('x[c]', `${T}(1.0)`)}; }
        let mean = total / columns;
        var squares = 0.0;
        for (var c = first; c < first + width; c = c + 1) {
          let off = x[c] - ${T}(mean);
          squares = squares + ${dot('off', 'off')};
        }
        let scaleOfRow = inverseSqrt(squares / columns + f32(${epsilon}));`;

/** `x [n, d]` → rows with mean 0 and variance 1; with `scale [d]` and `shift [d]` times the one plus the other. */
export const normedRowsPair: KernelPair = {
  name: 'LodestoneNormedRows',
  inputs: ['x', 'scale', 'shift'],
  outputShape: sameAsFirst,
  portable: ([x, scale, shift], output, [[rows = 0, columns = 0] = []], { epsilon = 0 }) => {
    if (!x) throw new Error('There is no table.');
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      const { mean, scale: own } = momentsOf(x, first, columns, epsilon);
      for (let c = 0; c < columns; c++) {
        const normed = (x[first + c]! - mean) * own;
        output[first + c] = scale && shift ? normed * scale[c]! + shift[c]! : normed;
      }
    }
  },
  wgsl: (shapes, { epsilon = 0 }) => {
    const scaled = shapes.length > 1;
    return asWideAsRows(
      rowSource(
        { tables: ['x'], lists: scaled ? ['scale', 'shift'] : [], makes: 'table' },
        shapes,
        `${scaled}_${epsilon}`,
        (T, dot) => `
        ${wgslMoments(T, dot, epsilon)}
        for (var c = 0; c < width; c = c + 1) {
          let normed = (x[first + c] - ${T}(mean)) * scaleOfRow;
          result[first + c] = ${scaled ? 'normed * scale[c] + shift[c]' : 'normed'};
        }`,
      ),
      scaled ? 2 : 0,
    );
  },
};

/** `x [n, d]`, `dy [n, d]`, `scale [d]` → `(g − mean g − x̂ mean(g x̂)) / √(variance + epsilon)`, `g = ∂y scale`, `x̂` the normed row. */
export const normedRowsSlopePair: KernelPair = {
  name: 'LodestoneNormedRowsSlope',
  inputs: ['x', 'dy', 'scale'],
  outputShape: sameAsFirst,
  portable: ([x, dy, scale], output, [[rows = 0, columns = 0] = []], { epsilon = 0 }) => {
    if (!x || !dy || !scale) throw new Error('A norm has rows, slopes and scales.');
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      const { mean, scale: own } = momentsOf(x, first, columns, epsilon);
      let [level, along] = [0, 0];
      for (let c = 0; c < columns; c++) {
        const g = dy[first + c]! * scale[c]!;
        level += g;
        along += g * (x[first + c]! - mean);
      }
      level /= columns;
      along *= own / columns;
      for (let c = 0; c < columns; c++)
        output[first + c] = own * (dy[first + c]! * scale[c]! - level - (x[first + c]! - mean) * own * along);
    }
  },
  wgsl: (shapes, { epsilon = 0 }) =>
    asWideAsRows(
      rowSource(
        { tables: ['x', 'dy'], lists: ['scale'], makes: 'table' },
        shapes,
        String(epsilon),
        (T, dot) => `
        ${wgslMoments(T, dot, epsilon)}
        var level = 0.0;
        var along = 0.0;
        for (var c = 0; c < width; c = c + 1) {
          let g = dy[first + c] * scale[c];
          level = level + ${dot('g', `${T}(1.0)`)};
          along = along + ${dot('g', `(x[first + c] - ${T}(mean))`)};
        }
        level = level / columns;
        along = along * scaleOfRow / columns;
        for (var c = 0; c < width; c = c + 1) {
          let normed = (x[first + c] - ${T}(mean)) * scaleOfRow;
          result[first + c] = scaleOfRow * (dy[first + c] * scale[c] - ${T}(level) - normed * along);
        }`,
      ),
      1,
    ),
};

/** The last `lists` are as wide as a row, and read as that is. */
function asWideAsRows(source: WgslSource, lists: number): WgslSource {
  const [table = 1] = source.inputComponents;
  const tables = source.inputComponents.length - lists;
  return { ...source, inputComponents: source.inputComponents.map((own, place) => (place < tables ? own : table)) };
}

export const LAYER_NORM_PAIRS: readonly KernelPair[] = [normedRowsPair, normedRowsSlopePair];

export const registerLayerNorm = (): void => LAYER_NORM_PAIRS.forEach(registerPair);

/** PyTorch's LayerNorm over the rows of `x [n, d]`: `(x − mean)/√(variance + epsilon) · scale + shift`, both `[d]`. */
export const layerNorm = (x: tf.Tensor2D, scale: tf.Tensor, shift: tf.Tensor, epsilon: number): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [x, scale, shift],
      forward: (inputs) => runPair(normedRowsPair, inputs, { epsilon }),
      backward: (dy, [table, factors]) => {
        const rows = required(table);
        const normed = runPair(normedRowsPair, [rows], { epsilon });
        return [
          runPair(normedRowsSlopePair, [rows, dy, required(factors)], { epsilon }),
          columnSums(tf.mul(dy, normed)),
          columnSums(dy),
        ];
      },
    }),
  );
