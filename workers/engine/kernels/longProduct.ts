import { registerPair, runOn, type KernelPair } from '../kernelPair';
import { replaceOn } from '../replace';
import { isWebGPU } from '../backends';
import { productOf, type Product } from './product';

/** Rows and columns of the result that a workgroup makes, and those of each invocation. */
const TILE = 8;
const PART = 4;
const PARTS = (TILE / PART) ** 2;
/** Invocations that share the rows of the tables: 16 KiB of workgroup memory, the least that a device has. */
const LANES = 64;
/** Rows that an invocation reads before it multiplies any. */
const AHEAD = 4;

/** `aᵀ b` of two tables with the same rows, `[k, m]` and `[k, n]` → `[m, n]`: the gradient of a layer's weights. */
export const longProductPair: KernelPair = {
  name: 'LodestoneLongProduct',
  inputs: ['a', 'b'],
  outputShape: ([a = [], b = []]) => [...a.slice(0, -2), a.at(-1) ?? 0, b.at(-1) ?? 0],
  portable: ([a, b], output, [shapeA = [], shapeB = []]) => {
    if (!a || !b) throw new Error('There is no table.');
    const [m, n] = [shapeA.at(-1) ?? 0, shapeB.at(-1) ?? 0];
    output.fill(0);
    for (let row = 0; row < a.length / m; row++) {
      for (let i = 0; i < m; i++) {
        const factor = a[row * m + i]!;
        for (let j = 0; j < n; j++) output[i * n + j]! += factor * b[row * n + j]!;
      }
    }
  },
  wgsl: ([shapeA = [], shapeB = []]) => {
    const [m, n] = [shapeA.at(-1) ?? 0, shapeB.at(-1) ?? 0];
    const whole = n % PART === 0;
    const [across, down] = [Math.ceil(n / TILE), Math.ceil(m / TILE)];
    const turns = Array.from({ length: AHEAD }, (_, turn) => turn);
    return {
      key: `${m}_${n}`,
      inputComponents: [m % PART === 0 ? 4 : 1, whole ? 4 : 1],
      outputComponent: whole ? 4 : 1,
      workgroupSize: LANES * PARTS,
      workgroups: across * down,
      code: `
      var<workgroup> sums : array<vec4<f32>, ${LANES * PARTS * PART}>;
      ${fourOf('a', m)}
      ${fourOf('b', n)}
      fn main(index : i32) {
        let tile = min(index / ${LANES * PARTS}, ${across * down - 1});
        let here = i32(localId.x);
        let lane = here / ${PARTS};
        let i = (tile / ${across}) * ${TILE} + ((here % ${PARTS}) / 2) * ${PART};
        let j = (tile % ${across}) * ${TILE} + (here % 2) * ${PART};
        let rows = uniforms.aShape[${shapeA.length - 2}];
        ${[0, 1, 2, 3].map((r) => `var sum${r} = vec4<f32>(0.0);`).join(' ')}
        var row = lane;
        for (; row + ${LANES * (AHEAD - 1)} < rows; row = row + ${LANES * AHEAD}) {
          ${turns.map((turn) => `let x${turn} = aFour(row + ${LANES * turn}, i); let y${turn} = bFour(row + ${LANES * turn}, j);`).join('\n')}
          ${turns.map((turn) => added(`x${turn}`, `y${turn}`)).join('\n')}
        }
        for (; row < rows; row = row + ${LANES}) {
          let x = aFour(row, i);
          let y = bFour(row, j);
          ${added('x', 'y')}
        }
        ${[0, 1, 2, 3].map((r) => `sums[4 * here + ${r}] = sum${r};`).join(' ')}
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) {
            for (var r = 0; r < 4; r = r + 1) {
              sums[4 * here + r] = sums[4 * here + r] + sums[4 * (here + ${PARTS} * half) + r];
            }
          }
          workgroupBarrier();
        }
        if (lane == 0 && j < ${n}) {
          for (var r = 0; r < min(4, ${m} - i); r = r + 1) { ${written(n, whole)} }
        }
      }`,
    };
  },
};

/** WGSL of `<table>Four(row, column)`: four numbers of a row, 0 beyond its end. */
function fourOf(table: string, width: number): string {
  const read =
    width % PART === 0
      ? `return ${table}[(row * ${width} + min(column, ${width - PART})) / ${PART}];`
      : `var four = vec4<f32>(0.0);
         for (var c = 0; c < min(${PART}, ${width} - column); c = c + 1) { four[c] = ${table}[row * ${width} + column + c]; }
         return four;`;
  return `fn ${table}Four(row : i32, column : i32) -> vec4<f32> { ${read} }`;
}

const added = (x: string, y: string): string =>
  [0, 1, 2, 3].map((r) => `sum${r} = sum${r} + ${x}[${r}] * ${y};`).join(' ');

const written = (n: number, whole: boolean): string =>
  whole
    ? `result[((i + r) * ${n} + j) / ${PART}] = sums[4 * here + r];`
    : `for (var c = 0; c < min(${PART}, ${n} - j); c = c + 1) { result[(i + r) * ${n} + j + c] = sums[4 * here + r][c]; }`;

/** Workgroups below which tfjs's kernel, one for 32 × 32 numbers, leaves most of a graphics card idle; rows from which it shows. */
const FEW = 64;
const MANY_ROWS = 512;

export const isLong = ({ batch, m, k, n, turnedA, turnedB }: Product): boolean =>
  batch === 1 && turnedA && !turnedB && k >= MANY_ROWS && Math.ceil(m / 32) * Math.ceil(n / 32) <= FEW;

/** Puts the pair in the place of tfjs's kernel on WebGPU for products over many rows; all others are tfjs's. */
export function registerLongProduct(): void {
  registerPair(longProductPair);
  replaceOn('webgpu', 'BatchMatMul', ({ inputs: { a, b }, attrs, backend }) => {
    const product = a && b ? productOf(a, b, attrs) : null;
    return a && b && product && isWebGPU(backend) && isLong(product) ? runOn(backend, longProductPair, [a, b]) : null;
  });
}
