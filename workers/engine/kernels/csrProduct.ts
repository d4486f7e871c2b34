import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/**
 * A sparse matrix on the device, with its transpose for the backward pass. When the matrix is symmetric both are the
 * same tensors.
 */
export interface SparseTensor {
  readonly rows: number;
  readonly columns: number;
  readonly forward: CsrTensors;
  readonly backward: CsrTensors;
}

/** `rowPointers [rows + 1]` and `columnIndices [n]` int32; `values [n]` float32, or null when all are 1. */
export interface CsrTensors {
  readonly rowPointers: tf.Tensor1D;
  readonly columnIndices: tf.Tensor1D;
  readonly values: tf.Tensor1D | null;
  /** Whether it has a row of more than `LONG_ROW` entries. */
  readonly longRows?: boolean;
}

/** With more entries than these a row keeps one invocation busy when all others are done. */
export const LONG_ROW = 1024;
/** Invocations of a workgroup that share a row of such a matrix. */
const SHARING = 128;
/** Entries that are read before any is added: the longest turns first, then what is left. */
const TURNS = [8, 4, 1];

/**
 * `result[r, :] = s (addend[r, :] + Σ_k values[k] · x[columnIndices[k], :])` over `k ∈ [rowPointers[r], rowPointers[r+1])`, where there is an
 * addend; `s` is `scale`, 1 by default.
 * One invocation owns one output element (or four), sums in storage order and writes once; with `shared` a workgroup owns a row, and its parts are
 * summed in order. No atomics, the same bits at every launch.
 */
export const csrProductPair: KernelPair = {
  name: 'LodestoneCsrProduct',
  inputs: ['rowPointers', 'columnIndices', 'x', 'weights', 'addend'],
  outputShape: (shapes) => [(shapes[0]?.[0] ?? 1) - 1, shapes[2]?.[1] ?? 0],

  portable: ([rowPointers, columnIndices, x, weights, addend], output, shapes, { scale = 1 }) => {
    if (!rowPointers || !columnIndices || !x) throw new Error('A sparse product needs its matrix and its operand.');
    const width = shapes[2]?.[1] ?? 0;
    const rows = rowPointers.length - 1;
    if (addend) output.set(addend);
    else output.fill(0);
    let start = rowPointers[0] ?? 0;
    for (let row = 0; row < rows; row++) {
      const end = rowPointers[row + 1] ?? start;
      const target = row * width;
      for (let k = start; k < end; k++) {
        const source = (columnIndices[k] ?? 0) * width;
        if (weights) {
          const weight = weights[k] ?? 0;
          for (let c = 0; c < width; c++) output[target + c]! += weight * x[source + c]!;
        } else {
          for (let c = 0; c < width; c++) output[target + c]! += x[source + c]!;
        }
      }
      start = end;
      if (scale !== 1) for (let c = target; c < target + width; c++) output[c]! *= scale;
    }
  },

  simd: {
    run: (
      kernels,
      { inputs: [pointers = 0, columns = 0, x = 0, values = 0, addend = 0], output },
      shapes,
      { scale = 1 },
    ) => {
      const rows = (shapes[0]?.[0] ?? 1) - 1;
      kernels.csrProduct(pointers, columns, values, x, addend, output, rows, shapes[2]?.[1] ?? 0, scale);
    },
  },

  wgsl: (shapes, { scale = 1, shared = 0 }) => {
    const width = shapes[2]?.[1] ?? 0;
    const weighted = shapes.length > 3;
    const added = shapes.length > 4;
    const component = width % 4 === 0 ? 4 : 1;
    const across = Math.max(1, width / component);
    // A row that is too wide is not shared.
    const lanes = shared > 0 ? Math.max(1, Math.floor(SHARING / across)) : 1;
    const own = {
      type: component === 4 ? 'vec4<f32>' : 'f32',
      weighted,
      first: (index: string) => (added ? `addend[${index}]` : null),
      scale,
    };
    return {
      key: `${weighted}_${added}_${scale}_${component}${lanes > 1 ? `_${across}` : ''}`,
      inputComponents: [1, 1, component, ...(weighted ? [1] : []), ...(added ? [component] : [])],
      outputComponent: component,
      workgroupSize: SHARING,
      workgroups: lanes > 1 ? (shapes[0]?.[0] ?? 1) - 1 : null,
      code: lanes > 1 ? sharedRow(own, across, lanes) : ownRow(own, component),
    };
  },
};

interface Sums {
  readonly type: string;
  readonly weighted: boolean;
  /** What a sum begins with; null for 0. */
  readonly first: (index: string) => string | null;
  readonly scale: number;
}

const scaled = ({ scale }: Sums, sum: string): string => (scale === 1 ? sum : `f32(${scale}) * ${sum}`);

/** Adds entries `k`, `k + step`, … before `end` to `sum`, in this order, several at a time. */
const entriesAdded = ({ weighted }: Sums, step: number): string =>
  TURNS.map((count) => {
    const each = Array.from({ length: count }, (_, turn) => turn);
    const place = (turn: number): string => (turn === 0 ? 'k' : `k + ${turn * step}`);
    return `for (; ${place(count - 1)} < end; k = k + ${count * step}) {
      ${each.map((turn) => `let x${turn} = ${weighted ? `weights[${place(turn)}] * ` : ''}x[columnIndices[${place(turn)}] * width + column];`).join('\n')}
      ${each.map((turn) => `sum = sum + x${turn};`).join(' ')}
    }`;
  }).join('\n');

const ownRow = (sums: Sums, component: number): string => `
  fn main(index : i32) {
    if (index < uniforms.size) {
      let width = uniforms.outShape[1] / ${component};
      let row = index / width;
      let column = index % width;
      let end = rowPointers[row + 1];
      var sum = ${sums.first('index') ?? `${sums.type}(0.0)`};
      var k = rowPointers[row];
      ${entriesAdded(sums, 1)}
      result[index] = ${scaled(sums, 'sum')};
    }
  }`;

const sharedRow = (sums: Sums, width: number, lanes: number): string => {
  const first = sums.first(`row * ${width} + column`);
  return `
  var<workgroup> parts : array<${sums.type}, ${SHARING}>;
  fn main(index : i32) {
    let width = ${width};
    let row = min(index / ${SHARING}, uniforms.outShape[0] - 1);
    let here = i32(localId.x);
    let lane = here / width;
    let column = here % width;
    let end = rowPointers[row + 1];
    var sum = ${sums.type}(0.0);
    var k = rowPointers[row] + lane;
    if (lane < ${lanes}) {
      ${entriesAdded(sums, lanes)}
    }
    parts[here] = sum;
    workgroupBarrier();
    if (lane == 0) {
      for (var other = 1; other < ${lanes}; other = other + 1) { sum = sum + parts[other * width + column]; }
      ${first ? `sum = ${first} + sum;` : ''}
      result[row * width + column] = ${scaled(sums, 'sum')};
    }
  }`;
};

export const registerCsrProduct = (): void => registerPair(csrProductPair);

/** `A x` without a gradient; `x [columns, d]` → `[rows, d]`. */
export function multiplyCsr(matrix: CsrTensors, x: tf.Tensor): tf.Tensor {
  const inputs = [matrix.rowPointers, matrix.columnIndices, x];
  return runPair(csrProductPair, matrix.values ? [...inputs, matrix.values] : inputs, sharing(matrix));
}

const sharing = ({ longRows }: CsrTensors): { shared: number } => ({ shared: longRows ? 1 : 0 });

/** `y = A x`, with `∂x = Aᵀ ∂y`. `x [columns, d]` → `[rows, d]`. The matrix is constant. */
export function sparseProduct(matrix: SparseTensor, x: tf.Tensor2D): tf.Tensor2D {
  if (x.shape[0] !== matrix.columns) {
    throw new Error(`A ${matrix.rows}×${matrix.columns} matrix cannot multiply ${x.shape[0]} rows.`);
  }
  const product = tf.customGrad((operand) => {
    if (!(operand instanceof tf.Tensor)) throw new Error('A sparse product has a tensor operand.');
    return {
      value: multiplyCsr(matrix.forward, operand),
      gradFunc: (dy: tf.Tensor) => multiplyCsr(matrix.backward, dy),
    };
  });
  return matrixOf(product(x));
}

/** `s (addend + A x)` of a matrix with values, without a gradient; `x [columns, d]`, `addend [rows, d]` → `[rows, d]`. */
export const multiplyAdd = (matrix: CsrTensors, x: tf.Tensor, addend: tf.Tensor, scale: number): tf.Tensor =>
  runPair(csrProductPair, [matrix.rowPointers, matrix.columnIndices, x, required(matrix.values ?? undefined), addend], {
    scale,
    ...sharing(matrix),
  });
