import type * as tf from '@tensorflow/tfjs-core';
import { runOnDevice, type KernelPair } from '../kernelPair';
import { replaceOnSoftware } from '../replace';
import { productOf } from './product';

/** From so many multiplications on, larger blocks pay for their longer compilation: half a second against a tenth. */
const LARGE = 2 ** 24;

/**
 * `op(A) op(B)` of each pair in a batch, `[n, ., .]`, each operand as it lies or transposed. An invocation owns a block of up to
 * 16 × 16 results in its registers and reads its operands where they are: a shader that runs on a processor has caches, and pays
 * for workgroup memory and barriers.
 */
export const softwareMatMulPair: KernelPair = {
  name: 'LodestoneSoftwareMatMul',
  inputs: ['a', 'b'],
  outputShape: ([a = [], b = []], { transposeA = 0, transposeB = 0 }) => [
    a[0] ?? 0,
    a[transposeA ? 2 : 1] ?? 0,
    b[transposeB ? 1 : 2] ?? 0,
  ],

  portable: ([a, b], output, [shapeA = [], shapeB = []], { transposeA = 0, transposeB = 0 }) => {
    if (!a || !b) throw new Error('A product has two operands.');
    const [batch = 0, p = 0, q = 0] = shapeA;
    const [rows, inner] = transposeA ? [q, p] : [p, q];
    const columns = shapeB[transposeB ? 1 : 2] ?? 0;
    const [aRow, aInner] = transposeA ? [1, rows] : [inner, 1];
    const [bInner, bColumn] = transposeB ? [1, inner] : [columns, 1];
    for (let n = 0; n < batch; n++) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          let sum = 0;
          for (let k = 0; k < inner; k++)
            sum += a[n * rows * inner + r * aRow + k * aInner]! * b[n * inner * columns + k * bInner + c * bColumn]!;
          output[(n * rows + r) * columns + c] = sum;
        }
      }
    }
  },

  wgsl: ([shapeA = [], shapeB = []], { transposeA = 0, transposeB = 0 }) => {
    const rows = shapeA[transposeA ? 2 : 1] ?? 0;
    const columns = shapeB[transposeB ? 1 : 2] ?? 0;
    const inner = shapeA[transposeA ? 1 : 2] ?? 0;
    const large = (shapeA[0] ?? 0) * rows * inner * columns >= LARGE;
    const height = [large ? 16 : 8, 8, 4].find((most) => rows >= most) ?? 1;
    /** Columns of the block, in fours. */
    const fours = large && columns >= 16 ? 4 : columns > 4 ? 2 : 1;
    const whole = columns % 4 === 0;
    const steps = large && inner % 4 === 0 ? 4 : 1;
    // Four of A are read at once: along the products that are summed, or, where it is turned, four rows of the result; and so of B.
    const alongA = !transposeA && steps === 4;
    const acrossA = transposeA && height >= 4 && rows % 4 === 0;
    const alongB = transposeB && steps === 4;
    const acrossB = !transposeB && whole;
    const blocks = (shapeA[0] ?? 0) * Math.ceil(rows / height) * Math.ceil(columns / (4 * fours));
    // A few invocations are shared between the cores evenly.
    const workgroupSize = blocks < 256 ? 4 : 16;
    const lines = (count: number, line: (n: number) => string): string =>
      Array.from({ length: count }, (_, n) => line(n)).join('\n');
    const cells = (line: (row: number, four: number) => string): string =>
      lines(height, (row) => lines(fours, (four) => line(row, four)));
    const each = (line: (step: number) => string): string => lines(steps, line);
    const at = (step: number): string => (step ? `(k + ${step})` : 'k');
    const atA = (step: number, row: string): string =>
      transposeA ? `startA + ${at(step)} * rows + ${row}` : `startA + ${row} * inner + ${at(step)}`;
    const atB = (step: number, column: string): string =>
      transposeB ? `startB + ${column} * inner + ${at(step)}` : `startB + ${at(step)} * columns + ${column}`;
    const readA = alongA
      ? lines(height, (r) => `let a${r} = a[(${atA(0, `r${r}`)}) / 4];`)
      : each((step) =>
          acrossA
            ? lines(height / 4, (q) => `let a${step}_${q} = a[(${atA(step, `min(row + ${4 * q}, rows - 4)`)}) / 4];`)
            : lines(height, (r) => `let a${step}_${r} = a[${atA(step, `r${r}`)}];`),
        );
    const ofA = (step: number, r: number): string =>
      alongA ? `a${r}[${step}]` : acrossA ? `a${step}_${r >> 2}[${r & 3}]` : `a${step}_${r}`;
    const four = (one: (c: number) => string): string => `vec4<f32>(${[0, 1, 2, 3].map(one).join(', ')})`;
    const readB = alongB ? lines(4 * fours, (c) => `let t${c} = b[(${atB(0, `c${c}`)}) / 4];`) : '';
    const ofB = (step: number, f: number): string => {
      if (alongB) return four((c) => `t${4 * f + c}[${step}]`);
      return acrossB ? `b[(${atB(step, `c${4 * f}`)}) / 4]` : four((c) => `b[${atB(step, `c${4 * f + c}`)}]`);
    };
    const chained = (r: number, f: number): string =>
      Array.from({ length: steps }, (_, step) => step).reduce(
        (sum, step) => `fma(vec4<f32>(${ofA(step, r)}), b${step}_${f}, ${sum})`,
        `s${r}_${f}`,
      );
    return {
      key: [transposeA, transposeB, height, fours, whole, steps, acrossA].join('_'),
      inputComponents: [alongA || acrossA ? 4 : 1, alongB || acrossB ? 4 : 1],
      outputComponent: whole ? 4 : 1,
      workgroupSize,
      workgroups: Math.ceil(blocks / workgroupSize),
      code: `
        fn main(index : i32) {
          let rows = uniforms.outShape[1];
          let columns = uniforms.outShape[2];
          let inner = uniforms.aShape[${transposeA ? 1 : 2}];
          let across = (columns + ${4 * fours - 1}) / ${4 * fours};
          let blocks = across * ((rows + ${height - 1}) / ${height});
          let batch = index / blocks;
          if (batch >= uniforms.outShape[0] || uniforms.size < 0) { return; }
          let row = ((index % blocks) / across) * ${height};
          let column = (index % across) * ${4 * fours};
          let startA = batch * rows * inner;
          let startB = batch * inner * columns;
          let start = batch * rows * columns + column;
          ${lines(height, (r) => `let r${r} = min(row + ${r}, rows - 1);`)}
          ${lines(4 * fours, (c) => `let c${c} = min(column + ${c}, columns - 1);`)}
          ${cells((r, f) => `var s${r}_${f} = vec4<f32>(0.0);`)}
          for (var k = 0; k < inner; k = k + ${steps}) {
            ${readA}
            ${readB}
            ${each((step) => lines(fours, (f) => `let b${step}_${f} = ${ofB(step, f)};`))}
            ${cells((r, f) => `s${r}_${f} = ${chained(r, f)};`)}
          }
          ${cells((r, f) =>
            whole
              ? `if (row + ${r} < rows && column + ${4 * f} < columns) { result[(start + (row + ${r}) * columns) / 4 + ${f}] = s${r}_${f}; }`
              : lines(
                  4,
                  (c) =>
                    `if (row + ${r} < rows && column + ${4 * f + c} < columns) { result[start + (row + ${r}) * columns + ${4 * f + c}] = s${r}_${f}[${c}]; }`,
                ),
          )}
        }`,
    };
  },
};

/** The backend's product is tiled in workgroup memory; on a processor that is ten times slower than this. */
export function replaceSoftwareMatMul(): void {
  replaceOnSoftware('BatchMatMul', ({ inputs: { a, b }, attrs, backend }) => {
    const product = a && b ? productOf(a, b, attrs) : null;
    if (!a || !b || !product) return null;
    const attributes = {
      transposeA: Number(attrs['transposeA'] === true),
      transposeB: Number(attrs['transposeB'] === true),
    };
    const stacked = ({ dataId, dtype, shape }: tf.TensorInfo): tf.TensorInfo => ({
      dataId,
      dtype,
      shape: [product.batch, ...shape.slice(-2)],
    });
    return { ...runOnDevice(backend, softwareMatMulPair, [stacked(a), stacked(b)], attributes), shape: product.shape };
  });
}
