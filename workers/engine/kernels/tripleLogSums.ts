import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type Attributes, type HostArray, type KernelPair } from '../kernelPair';
import { vectorOf } from '../tensors';
import { withGradient } from '../withGradient';
import { rowSource } from './rowKernels';

/** The products of a row's three vectors times their scales: `s a·b`, `t a·c`, `t b·c`. */
function productsOf(
  [a, b, c]: readonly (HostArray | undefined)[],
  first: number,
  columns: number,
  { near = 1, far = 1 }: Attributes,
): [number, number, number] {
  if (!a || !b || !c) throw new Error('There are three tables.');
  let [ab, ac, bc] = [0, 0, 0];
  for (let k = first; k < first + columns; k++) {
    ab += a[k]! * b[k]!;
    ac += a[k]! * c[k]!;
    bc += b[k]! * c[k]!;
  }
  return [near * ab, far * ac, far * bc];
}

const WGSL_PRODUCTS = (dot: (x: string, y: string) => string, { near = 1, far = 1 }: Attributes): string => `
        var ab = 0.0;
        var ac = 0.0;
        var bc = 0.0;
        for (var k = first; k < first + width; k = k + 1) {
          ab = ab + ${dot('a[k]', 'b[k]')};
          ac = ac + ${dot('a[k]', 'c[k]')};
          bc = bc + ${dot('b[k]', 'c[k]')};
        }
        ab = f32(${near}) * ab;
        ac = f32(${far}) * ac;
        bc = f32(${far}) * bc;
        let greatest = max(ab, max(ac, bc));
        let total = exp(ab - greatest) + exp(ac - greatest) + exp(bc - greatest);`;

const TABLES = ['a', 'b', 'c'] as const;

/** `a`, `b`, `c` `[n, d]` → `ln (e^(s a·b) + e^(t a·c) + e^(t b·c))` of each row, `[n]`; `s` is `near`, `t` is `far`. */
export const tripleLogSumsPair: KernelPair = {
  name: 'LodestoneTripleLogSums',
  inputs: TABLES,
  outputShape: ([[rows = 0] = []]) => [rows],
  portable: (inputs, output, [[rows = 0, columns = 0] = []], attributes) => {
    for (let row = 0; row < rows; row++) {
      const products = productsOf(inputs, row * columns, columns, attributes);
      const greatest = Math.max(...products);
      output[row] = greatest + Math.log(products.reduce((sum, product) => sum + Math.exp(product - greatest), 0));
    }
  },
  wgsl: (shapes, attributes) =>
    rowSource(
      { tables: TABLES, makes: 'list' },
      shapes,
      `${attributes['near']}_${attributes['far']}`,
      (_, dot) => `${WGSL_PRODUCTS(dot, attributes)}
        result[row] = greatest + log(total);`,
    ),
};

/** The slope of the sums along `dy [n]` with respect to one of the three tables: `of` is its number. */
export const tripleLogSumsSlopePair: KernelPair = {
  name: 'LodestoneTripleLogSumsSlope',
  inputs: [...TABLES, 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: (inputs, output, [[rows = 0, columns = 0] = []], attributes) => {
    const { near = 1, far = 1, of = 0 } = attributes;
    const [a, b, c, dy] = inputs;
    // Of table a: b and c; of b: a and c; of c: a and b.
    const [x, y] = [of === 0 ? b! : a!, of === 2 ? b! : c!];
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      const products = productsOf(inputs, first, columns, attributes);
      const greatest = Math.max(...products);
      const [ab = 0, ac = 0, bc = 0] = products.map((product) => Math.exp(product - greatest));
      const slope = dy![row]! / (ab + ac + bc);
      const p = slope * (of === 2 ? far * ac : near * ab);
      const q = slope * far * (of === 0 ? ac : bc);
      for (let k = first; k < first + columns; k++) output[k] = p * x[k]! + q * y[k]!;
    }
  },
  wgsl: (shapes, attributes) => {
    const { near = 1, far = 1, of = 0 } = attributes;
    const [x, y] = [of === 0 ? 'b' : 'a', of === 2 ? 'b' : 'c'];
    return rowSource(
      { tables: TABLES, lists: ['dy'], makes: 'table' },
      shapes,
      `${near}_${far}_${of}`,
      (_, dot) => `${WGSL_PRODUCTS(dot, attributes)}
        let slope = dy[row] / total;
        let p = slope * ${of === 2 ? `f32(${far}) * exp(ac - greatest)` : `f32(${near}) * exp(ab - greatest)`};
        let q = slope * f32(${far}) * exp(${of === 0 ? 'ac' : 'bc'} - greatest);
        for (var k = first; k < first + width; k = k + 1) { result[k] = p * ${x}[k] + q * ${y}[k]; }`,
    );
  },
};

export const TRIPLE_PAIRS: readonly KernelPair[] = [tripleLogSumsPair, tripleLogSumsSlopePair];

export const registerTripleLogSums = (): void => TRIPLE_PAIRS.forEach(registerPair);

/** `ln (e^(s a·b) + e^(t a·c) + e^(t b·c))` of each row of `a`, `b`, `c` `[n, d]`, with `s` = `near` and `t` = `far`; `[n]`. */
export const tripleLogSums = (
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  c: tf.Tensor2D,
  scales: { readonly near: number; readonly far: number },
): tf.Tensor1D =>
  vectorOf(
    withGradient({
      inputs: [a, b, c],
      forward: (tables) => runPair(tripleLogSumsPair, tables, { ...scales }),
      backward: (dy, tables) =>
        TABLES.map((_, of) => runPair(tripleLogSumsSlopePair, [...tables, dy], { ...scales, of })),
    }),
  );
