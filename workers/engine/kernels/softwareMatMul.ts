import { runOnDevice, type KernelPair } from '../kernelPair';
import { replaceOnSoftware } from '../replace';

/** Columns of the result that an invocation makes, in fours. */
const FOURS = 2;
const MOST_ROWS = 8;

/**
 * `op(A) op(B)`, each operand as it lies or transposed. An invocation owns a block of up to 8 × 8 results in its registers and
 * reads its operands where they are: a shader that runs on a processor has caches, and pays for workgroup memory and barriers.
 */
export const softwareMatMulPair: KernelPair = {
  name: 'LodestoneSoftwareMatMul',
  inputs: ['a', 'b'],
  outputShape: ([a = [], b = []], { transposeA = 0, transposeB = 0 }) => [a[transposeA ? 1 : 0] ?? 0, b[transposeB ? 0 : 1] ?? 0],

  portable: ([a, b], output, [shapeA = [], shapeB = []], { transposeA = 0, transposeB = 0 }) => {
    if (!a || !b) throw new Error('A product has two operands.');
    const [p = 0, q = 0] = shapeA;
    const [rows, inner] = transposeA ? [q, p] : [p, q];
    const columns = shapeB[transposeB ? 0 : 1] ?? 0;
    const [aRow, aInner] = transposeA ? [1, rows] : [inner, 1];
    const [bInner, bColumn] = transposeB ? [1, inner] : [columns, 1];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += a[r * aRow + k * aInner]! * b[k * bInner + c * bColumn]!;
        output[r * columns + c] = sum;
      }
    }
  },

  wgsl: ([shapeA = [], shapeB = []], { transposeA = 0, transposeB = 0 }) => {
    const rows = shapeA[transposeA ? 1 : 0] ?? 0;
    const columns = shapeB[transposeB ? 0 : 1] ?? 0;
    const height = rows >= MOST_ROWS ? MOST_ROWS : rows >= 4 ? 4 : 1;
    const fours = columns > 4 ? FOURS : 1;
    const whole = columns % 4 === 0;
    const blocks = Math.ceil(rows / height) * Math.ceil(columns / (4 * fours));
    const workgroupSize = 16;
    const lines = (count: number, line: (n: number) => string): string => Array.from({ length: count }, (_, n) => line(n)).join('\n');
    const cells = (line: (row: number, four: number) => string): string => lines(height, (row) => lines(fours, (four) => line(row, four)));
    const atA = (row: string): string => (transposeA ? `k * rows + ${row}` : `${row} * inner + k`);
    const atB = (column: string): string => (transposeB ? `${column} * inner + k` : `k * columns + ${column}`);
    return {
      key: [transposeA, transposeB, height, fours, whole].join('_'),
      inputComponents: [1, whole && !transposeB ? 4 : 1],
      outputComponent: whole ? 4 : 1,
      workgroupSize,
      workgroups: Math.ceil(blocks / workgroupSize),
      code: `
        fn main(index : i32) {
          let rows = uniforms.outShape[0];
          let columns = uniforms.outShape[1];
          let inner = uniforms.aShape[${transposeA ? 0 : 1}];
          let across = (columns + ${4 * fours - 1}) / ${4 * fours};
          let row = (index / across) * ${height};
          let column = (index % across) * ${4 * fours};
          if (row >= rows) { return; }
          ${lines(height, (r) => `let r${r} = min(row + ${r}, rows - 1);`)}
          ${lines(4 * fours, (c) => `let c${c} = min(column + ${c}, columns - 1);`)}
          ${cells((r, f) => `var s${r}_${f} = vec4<f32>(0.0);`)}
          for (var k = 0; k < inner; k = k + 1) {
            ${lines(fours, (f) => whole && !transposeB
              ? `let b${f} = b[(k * columns + c${4 * f}) / 4];`
              : `let b${f} = vec4<f32>(${[0, 1, 2, 3].map((c) => `b[${atB(`c${4 * f + c}`)}]`).join(', ')});`)}
            ${lines(height, (r) => `let a${r} = vec4<f32>(a[${atA(`r${r}`)}]);\n${lines(fours, (f) => `s${r}_${f} = fma(a${r}, b${f}, s${r}_${f});`)}`)}
          }
          ${cells((r, f) => whole
            ? `if (row + ${r} < rows && column + ${4 * f} < columns) { result[((row + ${r}) * columns + column) / 4 + ${f}] = s${r}_${f}; }`
            : lines(4, (c) => `if (row + ${r} < rows && column + ${4 * f + c} < columns) { result[(row + ${r}) * columns + column + ${4 * f + c}] = s${r}_${f}[${c}]; }`))}
          if (uniforms.size < 0) { return; }
        }`,
    };
  },
};

/** The backend's product is tiled in workgroup memory; on a processor that is ten times slower than this. */
export function replaceSoftwareMatMul(): void {
  replaceOnSoftware('BatchMatMul', ({ inputs: { a, b }, attrs, backend }) => {
    if (!a || !b || a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32') return null;
    const attributes = { transposeA: Number(attrs['transposeA'] === true), transposeB: Number(attrs['transposeB'] === true) };
    return runOnDevice(backend, softwareMatMulPair, [a, b], attributes);
  });
}
