import { at } from '../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import type { DeviceReport } from '../../src/domain/run';
import { readFloats } from './backends';
import { Adam } from './kernels/adam';
import { disposeParameter, newParameter } from './parameters';
import { sparseProduct, type SparseTensor } from './kernels/csrProduct';
import { maskedTopK } from './kernels/maskedTopK';
import { gatherRows, disposeRowIndex, hostRowIndex, rowIndex } from './rows';
import { floats, integers, matrix } from './tensors';

type Check = {
  name: string;
  tolerance: number;
  run: () => Promise<{ got: Float32Array; expected: ArrayLike<number> }>;
};

/**
 * Known answers, worked out on the host in double precision. A device that returns zeros, stale data or other nonsense
 * is found here, before a run is trained on it.
 */
export async function selfTest(): Promise<DeviceReport['selfTest']> {
  const results = [];
  for (const check of CHECKS) {
    const { got, expected } = await check.run();
    let error = got.length === expected.length ? 0 : Infinity;
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs(at(got, i) - (expected[i] ?? NaN));
      error = difference <= error ? error : Number.isNaN(difference) ? Infinity : difference;
    }
    results.push({ name: check.name, passed: error <= check.tolerance, error });
  }
  return results;
}

/** A fixed, unremarkable sequence in (−1, 1). */
const sequence = (length: number, shift: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + shift));

const ROWS = 37;
const INNER = 53;
const COLUMNS = 20;

const CHECKS: readonly Check[] = [
  {
    name: 'matrix product',
    tolerance: 1e-4,
    run: async () => {
      const a = sequence(ROWS * INNER, 0.1);
      const b = sequence(INNER * COLUMNS, 0.7);
      const expected = new Float64Array(ROWS * COLUMNS);
      for (let r = 0; r < ROWS; r++)
        for (let c = 0; c < COLUMNS; c++)
          for (let k = 0; k < INNER; k++)
            expected[r * COLUMNS + c] = at(expected, r * COLUMNS + c) + at(a, r * INNER + k) * at(b, k * COLUMNS + c);
      return { got: await evaluate(() => tf.matMul(matrix(a, ROWS, INNER), matrix(b, INNER, COLUMNS))), expected };
    },
  },
  {
    name: 'softmax',
    tolerance: 1e-5,
    run: async () => {
      const x = sequence(4 * 9, 0.4);
      const expected: number[] = [];
      for (let r = 0; r < 4; r++) {
        const row = [...x.subarray(r * 9, r * 9 + 9)].map(Math.exp);
        const sum = row.reduce((total, value) => total + value, 0);
        expected.push(...row.map((value) => value / sum));
      }
      return { got: await evaluate(() => tf.softmax(matrix(x, 4, 9))), expected };
    },
  },
  {
    name: 'sparse product and its gradient',
    tolerance: 1e-5,
    run: async () => {
      // [[0, 2, 0], [1, 0, 3]] times x [3, 4]; the gradient of the sum is the column sums.
      const host = { pointers: [0, 1, 3], columns: [1, 0, 2], values: [2, 1, 3] };
      const transposed = { pointers: [0, 1, 2, 3], columns: [1, 0, 1], values: [1, 2, 3] };
      const csr = (m: typeof host): SparseTensor['forward'] => ({
        rowPointers: integers(Int32Array.from(m.pointers)),
        columnIndices: integers(Int32Array.from(m.columns)),
        values: floats(Float32Array.from(m.values)),
      });
      const x = sequence(12, 0.2);
      const got = await evaluate(() => {
        const a: SparseTensor = { rows: 2, columns: 3, forward: csr(host), backward: csr(transposed) };
        const operand = matrix(x, 3, 4);
        const { value, grads } = tf.engine().gradients(() => tf.sum(sparseProduct(a, operand)), [operand]);
        return tf.concat([tf.reshape(value, [1]), tf.reshape(grads[0] ?? tf.zeros([12]), [12])]);
      });
      let total = 0;
      for (let c = 0; c < 4; c++) total += at(x, c) + 2 * at(x, 4 + c) + 3 * at(x, 8 + c);
      return { got, expected: [total, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3] };
    },
  },
  {
    name: 'row gather and its gradient',
    tolerance: 1e-6,
    run: async () => {
      const index = rowIndex(hostRowIndex(Int32Array.of(2, 0, 2, 0), 3, 3));
      const table = sequence(12, 0.9);
      const got = await evaluate(() => {
        const source = matrix(table, 3, 4);
        const { value, grads } = tf.engine().gradients(() => tf.sum(gatherRows(source, index)), [source]);
        return tf.concat([tf.reshape(value, [1]), tf.reshape(grads[0] ?? tf.zeros([12]), [12])]);
      });
      disposeRowIndex(index);
      let total = 0;
      for (let c = 0; c < 4; c++) total += 2 * at(table, c) + 2 * at(table, 8 + c);
      return { got, expected: [total, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2] };
    },
  },
  {
    name: 'Adam step',
    tolerance: 1e-6,
    run: async () => {
      const parameter = newParameter('selfTest', 'known answer', [3], Float32Array.of(1, -2, 0.5));
      const gradient = floats(Float32Array.of(0.1, -1e-9, 3));
      new Adam().step([parameter], [gradient], 0.01);
      const got = await readFloats(parameter.tensor);
      gradient.dispose();
      disposeParameter(parameter);
      const moved = (g: number): number => (0.01 * g) / (Math.abs(g) + 1e-8);
      return { got, expected: [1 - moved(0.1), -2 - moved(-1e-9), 0.5 - moved(3)] };
    },
  },
  {
    name: 'masked top-k',
    tolerance: 0,
    run: async () => {
      const got = await evaluate(() =>
        maskedTopK(
          matrix(Float32Array.of(5, 7, 7, 1, 9, 2, 2, 2, 2, 8), 2, 5),
          integers(Int32Array.of(1, 0)),
          { pointers: integers(Int32Array.of(0, 1, 2)), columns: integers(Int32Array.of(4, 4)) },
          3,
        ),
      );
      return { got, expected: [1, 2, 0, 7, 7, 5, 0, 1, 2, 2, 2, 2] };
    },
  },
];

async function evaluate(make: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(make);
  const values = await readFloats(tensor);
  tensor.dispose();
  return values;
}
