import { entry, required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type Attributes, type HostArray, type KernelPair } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Invocations that share a row. */
const LANES = 64;
/** As many tables of products as are summed at once. */
const MOST = 3;
/** Single precision holds e^80 a hundred million times over. */
const LARGEST = 80;

const scaleOf = (attributes: Attributes, of: number): number => attributes[`scale${of}`] ?? 1;
const NAMES = Array.from({ length: MOST }, (_, of) => [`x${of}`, `mask${of}`] as const);

/**
 * Up to three tables of products `x_k [n, m_k]`, each with a `mask_k [m_k]` and a scale `s_k` → `ln Σ_k Σ_j mask_kj e^(s_k x_kij)`, `[n]`. `ways` 2: the
 * same of the columns of the one table `[n, n]` behind it, `[2n]`. `paired`: less `s_0 x_0ii`. `shift` is taken off every exponent on the way.
 */
export const productLogSumsPair: KernelPair = {
  name: 'LodestoneProductLogSums',
  inputs: NAMES.flat(),
  outputShape: ([[rows = 0] = []], { ways = 1 }) => [ways * rows],
  portable: (inputs, output, shapes, attributes) => {
    const { ways = 1, paired = 0, shift = 0 } = attributes;
    const rows = shapes[0]?.[0] ?? 0;
    for (let line = 0; line < ways * rows; line++) {
      let sum = 0;
      for (let of = 0; of < inputs.length / 2; of++) {
        const [x, mask] = [entry(inputs, 2 * of), entry(inputs, 2 * of + 1)];
        const [step, first] = line < rows ? [1, line * mask.length] : [rows, line - rows];
        for (let j = 0; j < mask.length; j++)
          sum += mask[j]! * Math.exp(scaleOf(attributes, of) * x[first + step * j]! - shift);
      }
      const own = paired > 0 ? scaleOf(attributes, 0) * inputs[0]![(line % rows) * (rows + 1)]! : 0;
      output[line] = Math.log(sum) + shift - own;
    }
  },
  wgsl: (shapes, attributes) => {
    const { ways = 1, paired = 0, shift = 0 } = attributes;
    const terms = NAMES.slice(0, shapes.length / 2);
    const lines = ways * (shapes[0]?.[0] ?? 0);
    const scales = terms.map((_, of) => scaleOf(attributes, of));
    return {
      key: [ways, paired, shift, lines, ...scales].join('_'),
      inputComponents: shapes.map(() => 1),
      outputComponent: 1,
      workgroupSize: LANES,
      workgroups: lines,
      code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      fn main(index : i32) {
        let line = min(index / ${LANES}, ${lines - 1});
        let lane = i32(localId.x);
        let rows = uniforms.x0Shape[0];
        let across = line >= rows;
        var sum = 0.0;
        ${terms
          .map(
            ([x, mask], of) => `{
          let count = uniforms.${mask}Shape;
          let step = select(1, rows, across);
          let first = select(line * count, line - rows, across);
          for (var j = lane; j < count; j = j + ${LANES}) {
            sum = sum + ${mask}[j] * exp(f32(${entry(scales, of)}) * ${x}[first + step * j] - f32(${shift}));
          }
        }`,
          )
          .join('')}
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) {
          result[line] = log(parts[0]) + f32(${shift})${paired > 0 ? ` - f32(${scaleOf(attributes, 0)}) * x0[(line % rows) * (rows + 1)]` : ''};
        }
      }`,
    };
  },
};

/** `x`, `mask`, the sums `values` and their `dy` → the slope with respect to `x`: that table's `scale`, `ways` and `paired` as above. */
export const productLogSumsSlopePair: KernelPair = {
  name: 'LodestoneProductLogSumsSlope',
  inputs: ['x', 'mask', 'values', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: (inputs, output, [[rows = 0, columns = 0] = []], { ways = 1, paired = 0, scale = 1 }) => {
    const [x, mask, values, dy] = inputs.map((input: HostArray | undefined) => required(input));
    if (!x || !mask || !values || !dy) throw new Error('Sums have products, a mask and slopes.');
    const slopeOf = (line: number, counted: number, product: number): number => {
      if (!(counted > 0)) return 0;
      const own = paired > 0 ? scale * x[(line % rows) * (rows + 1)]! : 0;
      return dy[line]! * counted * Math.exp(scale * product - values[line]! - own);
    };
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const product = x[i * columns + j]!;
        let slope = slopeOf(i, mask[j]!, product);
        if (ways > 1) slope += slopeOf(rows + j, mask[i]!, product);
        if (paired > 0 && i === j) slope -= dy[i]! + (ways > 1 ? dy[rows + i]! : 0);
        output[i * columns + j] = scale * slope;
      }
  },
  wgsl: (_, { ways = 1, paired = 0, scale = 1 }) => ({
    key: `${ways}_${paired}_${scale}`,
    inputComponents: [1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn slopeOf(line : i32, counted : f32, product : f32) -> f32 {
        if (!(counted > 0.0)) { return 0.0; }
        let rows = uniforms.xShape[0];
        let own = ${paired > 0 ? `f32(${scale}) * x[(line % rows) * (rows + 1)]` : '0.0'};
        return dy[line] * counted * exp(f32(${scale}) * product - values[line] - own);
      }
      fn main(index : i32) {
        if (index < uniforms.size) {
          let columns = uniforms.xShape[1];
          let i = index / columns;
          let j = index % columns;
          var slope = slopeOf(i, mask[j], x[index]);
          ${ways > 1 ? 'slope = slope + slopeOf(columns + j, mask[i], x[index]);' : ''}
          ${paired > 0 ? `if (i == j) { slope = slope - dy[i]${ways > 1 ? ' - dy[columns + i]' : ''}; }` : ''}
          result[index] = f32(${scale}) * slope;
        }
      }`,
  }),
};

export const LOG_SUM_PAIRS: readonly KernelPair[] = [productLogSumsPair, productLogSumsSlopePair];

export const registerProductLogSums = (): void => LOG_SUM_PAIRS.forEach(registerPair);

/** Rows `a [n, d]` against rows `c [m, d]`, of which those count that `mask [m]` says; no product exceeds 1. */
export interface Products {
  readonly a: tf.Tensor2D;
  readonly c: tf.Tensor2D;
  readonly mask: tf.Tensor1D;
  readonly scale: number;
}

/**
 * `ln Σ_k Σ_j mask_kj exp(s_k a_ki · c_kj)`, `[n]`, over up to three tables of products. `bothWays` puts the sums over `i` behind it, `[2n]`; `paired` takes
 * `s a_i · c_i` off; both are for one table `[n, n]`. Each table of products is kept, and each of its two gradients is a product with one other of its size.
 */
export function productLogSums(
  terms: readonly Products[],
  { bothWays = false, paired = false }: { readonly bothWays?: boolean; readonly paired?: boolean } = {},
): tf.Tensor1D {
  const shift = Math.max(0, ...terms.map(({ scale }) => scale - LARGEST));
  const common = { ways: bothWays ? 2 : 1, paired: paired ? 1 : 0 };
  const scales = Object.fromEntries(terms.map(({ scale }, of) => [`scale${of}`, scale]));
  const tables = (all: readonly tf.Tensor[], of: number): [tf.Tensor2D, tf.Tensor2D] => [
    matrixOf(entry(all, 2 * of)),
    matrixOf(entry(all, 2 * of + 1)),
  ];
  return vectorOf(
    withGradient({
      inputs: terms.flatMap(({ a, c }) => [a, c]),
      constants: terms.map(({ mask }) => mask),
      forward: (given, keep) => {
        const operands = terms.flatMap(({ mask }, of) => {
          const [a, c] = tables(given, of);
          const products = tf.matMul(a, c, false, true);
          keep(products);
          return [products, mask];
        });
        const sums = runPair(productLogSumsPair, operands, { ...common, ...scales, shift });
        keep(sums);
        return sums;
      },
      backward: (dy, given, masks, kept) =>
        terms.flatMap(({ scale }, of) => {
          const [a, c] = tables(given, of);
          const inputs = [entry(kept, of), entry(masks, of), required(kept.at(-1)), dy];
          const slope = matrixOf(runPair(productLogSumsSlopePair, inputs, { ...common, scale }));
          return [tf.matMul(slope, c), tf.matMul(slope, a, true)];
        }),
    }),
  );
}
