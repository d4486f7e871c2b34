import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { Adam, ADAM_DEFAULTS, adamPortable } from '../../workers/engine/kernels/adam';
import { disposeParameter, newParameter, overwrite } from '../../workers/engine/parameters';
import { csrProductPair, LONG_ROW, multiplyAdd, sparseProduct } from '../../workers/engine/kernels/csrProduct';
import { maskedTopK, maskedTopKPair } from '../../workers/engine/kernels/maskedTopK';
import { topMask, topMaskPair } from '../../workers/engine/kernels/topMask';
import { readFloats } from '../../workers/engine/backends';
import { stream } from '../../workers/numbers/rng';
import { disposeRowIndex, gatherRows, hostRowIndex, rowIndex, sumRows } from '../../workers/engine/rows';
import { disposeSparse, sparseTensor } from '../../workers/engine/sparse';
import { floats, integers, matrix } from '../../workers/engine/tensors';
import { csrFromEntries, transpose, type Csr } from '../../workers/graphs/csr';
import { BACKENDS, describeOn, values, worst } from '../helpers/device';

const random = stream(3, 'kernels');
const uniform = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * random.uniform() - 1);

/** A matrix with an empty row, a full row and nothing symmetric about it. */
function raggedMatrix(rows: number, columns: number): Csr {
  const row: number[] = [];
  const column: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      if (r === 1 || (r !== 0 && random.uniform() < 0.15)) {
        row.push(r);
        column.push(c);
      }
    }
  }
  return csrFromEntries(rows, columns, Int32Array.from(row), Int32Array.from(column), uniform(row.length));
}

function dense(a: Csr): Float64Array {
  const result = new Float64Array(a.rows * a.columns);
  for (let r = 0; r < a.rows; r++)
    for (let k = a.pointers[r]!; k < a.pointers[r + 1]!; k++) result[r * a.columns + a.indices[k]!] = a.values[k]!;
  return result;
}

for (const backend of BACKENDS) {
  describeOn(backend, 'the sparse product', (test) => {
    for (const width of [4, 7, 64]) {
      test(`equals its twin and its dense form, width ${width}`, async () => {
        const a = raggedMatrix(53, 41);
        const x = uniform(41 * width);
        const sparse = sparseTensor(a, false);
        const got = await values(() => sparseProduct(sparse, matrix(x, 41, width)));
        const twin = new Float32Array(53 * width);
        csrProductPair.portable(
          [a.pointers, a.indices, x, a.values],
          twin,
          [[54], [a.indices.length], [41, width], [a.values.length]],
          {},
        );
        expect(worst(got, twin)).toBeLessThanOrEqual(1e-5);
        const full = dense(a);
        const expected = Float64Array.from({ length: 53 * width }, (_, i) => {
          let sum = 0;
          for (let k = 0; k < 41; k++) sum += full[Math.floor(i / width) * 41 + k]! * x[k * width + (i % width)]!;
          return sum;
        });
        expect(worst(got, expected)).toBeLessThanOrEqual(1e-5);
        disposeSparse(sparse);
      });

      test(`has the transposed product as its gradient, width ${width}`, async () => {
        const a = raggedMatrix(29, 37);
        const dy = uniform(29 * width);
        const sparse = sparseTensor(a, false);
        const got = await values(() => {
          const x = matrix(uniform(37 * width), 37, width);
          return tf.engine().gradients(() => tf.sum(tf.mul(sparseProduct(sparse, x), matrix(dy, 29, width))), [x])
            .grads[0]!;
        });
        const t = transpose(a);
        const twin = new Float32Array(37 * width);
        csrProductPair.portable(
          [t.pointers, t.indices, dy, t.values],
          twin,
          [[38], [t.indices.length], [29, width], [t.values.length]],
          {},
        );
        expect(worst(got, twin)).toBeLessThanOrEqual(1e-5);
        disposeSparse(sparse);
      });
    }

    for (const width of [4, 7, 64, 256, 600]) {
      test(`shares a row that is longer than ${LONG_ROW}, width ${width}`, async () => {
        const columns = 1500;
        const entries = Array.from({ length: columns }, (_, c) => [3, c] as const);
        const few = Array.from({ length: 30 }, (_, k) => [k % 9, (k * 7) % columns] as const).filter(([r]) => r !== 3);
        const all = [...entries, ...few];
        const a = csrFromEntries(
          10,
          columns,
          Int32Array.from(all, ([r]) => r),
          Int32Array.from(all, ([, c]) => c),
          // Sums of about 1.
          uniform(all.length).map((value) => value / 32),
        );
        const [x, addend] = [uniform(columns * width), uniform(10 * width)];
        const sparse = sparseTensor(a, false);
        expect([sparse.forward.longRows, sparse.backward.longRows]).toEqual([true, false]);
        const got = await values(() =>
          multiplyAdd(sparse.forward, matrix(x, columns, width), matrix(addend, 10, width), 0.5),
        );
        const twin = new Float32Array(10 * width);
        csrProductPair.portable(
          [a.pointers, a.indices, x, a.values, addend],
          twin,
          [[11], [a.indices.length], [columns, width], [a.values.length], [10, width]],
          { scale: 0.5 },
        );
        expect(worst(got, twin)).toBeLessThanOrEqual(1e-5);
        disposeSparse(sparse);
      });
    }

    test('takes more rows than one dimension of a dispatch', async () => {
      const rows = 150_001;
      const a = csrFromEntries(
        rows,
        rows,
        Int32Array.from({ length: rows }, (_, r) => r),
        Int32Array.from({ length: rows }, (_, r) => rows - 1 - r),
        new Float32Array(rows).fill(2),
      );
      const sparse = sparseTensor(a, true);
      const x = Float32Array.from({ length: rows * 64 }, (_, i) => Math.floor(i / 64) % 1000);
      const got = await values(() => sparseProduct(sparse, matrix(x, rows, 64)));
      let wrong = 0;
      for (let r = 0; r < rows; r++) if (got[r * 64 + 63] !== 2 * ((rows - 1 - r) % 1000)) wrong++;
      expect(wrong).toBe(0);
      disposeSparse(sparse);
    });
  });

  describeOn(backend, 'the mask of the greatest', (test) => {
    for (const [rows, columns, top] of [
      [1, 1, 1],
      [7, 9, 4],
      [33, 5, 1],
      [4, 45, 20],
    ] as const) {
      test(`is its twin and counts ties from the left, ${top} of ${columns}`, async () => {
        // Few values, so that many are equal.
        const x = Float32Array.from({ length: rows * columns }, () => Math.floor(4 * random.uniform()));
        const got = await values(() => topMask(matrix(x, rows, columns), top));
        const twin = new Float32Array(rows * columns);
        topMaskPair.portable([x], twin, [[rows, columns]], { top });
        expect([...got]).toEqual([...twin]);
        for (let row = 0; row < rows; row++) {
          const order = Array.from({ length: columns }, (_, c) => c).sort(
            (a, b) => x[row * columns + b]! - x[row * columns + a]! || a - b,
          );
          expect(order.filter((c) => got[row * columns + c] === 1).sort((a, b) => a - b)).toEqual(
            order.slice(0, top).sort((a, b) => a - b),
          );
        }
      });
    }
  });

  describeOn(backend, 'the row gather', (test) => {
    test('takes rows and adds up their gradients; padding adds nothing', async () => {
      const indices = Int32Array.of(5, 0, 5, 3, 0, 0, 0);
      const index = rowIndex(hostRowIndex(indices, 5, 9));
      const table = uniform(9 * 4);
      const dy = uniform(7 * 4);
      const got = await values(() => {
        const source = matrix(table, 9, 4);
        const { value, grads } = tf
          .engine()
          .gradients(() => tf.sum(tf.mul(gatherRows(source, index), matrix(dy, 7, 4))), [source]);
        return tf.concat([tf.reshape(value, [1]), tf.reshape(grads[0]!, [36])]);
      });
      const expected = new Float64Array(37);
      indices.forEach((row, place) => {
        for (let c = 0; c < 4; c++) {
          expected[0]! += table[row * 4 + c]! * dy[place * 4 + c]!;
          if (place < 5) expected[1 + row * 4 + c]! += dy[place * 4 + c]!;
        }
      });
      expect(worst(got, expected)).toBeLessThanOrEqual(1e-5);
      disposeRowIndex(index);
    });

    test('turned round sums rows where they belong, and its gradient takes them', async () => {
      const indices = Int32Array.of(5, 0, 5, 3, 0, 8, 5);
      const index = rowIndex(hostRowIndex(indices, indices.length, 9));
      const x = uniform(7 * 4);
      const dy = uniform(9 * 4);
      const got = await values(() => {
        const source = matrix(x, 7, 4);
        const { grads } = tf
          .engine()
          .gradients(() => tf.sum(tf.mul(sumRows(source, index), matrix(dy, 9, 4))), [source]);
        return tf.concat([tf.reshape(sumRows(source, index), [36]), tf.reshape(grads[0]!, [28])]);
      });
      const expected = new Float64Array(36 + 28);
      indices.forEach((row, place) => {
        for (let c = 0; c < 4; c++) {
          expected[row * 4 + c]! += x[place * 4 + c]!;
          expected[36 + place * 4 + c] = dy[row * 4 + c]!;
        }
      });
      expect(worst(got, expected)).toBeLessThanOrEqual(1e-6);
      disposeRowIndex(index);
    });
  });

  describeOn(backend, 'masked top-k', (test) => {
    test('equals its twin, with ties, masks and fewer candidates than k', async () => {
      const rows = 9;
      const columns = 300;
      const k = 50;
      const scores = Float32Array.from({ length: rows * columns }, () => Math.round(random.uniform() * 40) / 8);
      const pointers = [0];
      const masked: number[] = [];
      for (let user = 0; user < 5; user++) {
        for (let c = 0; c < columns; c++) if (user === 4 ? c >= 20 : random.uniform() < 0.1 * user) masked.push(c);
        pointers.push(masked.length);
      }
      const ids = Int32Array.of(0, 1, 2, 3, 4, 4, 1, 0, 3);
      const mask = { pointers: Int32Array.from(pointers), columns: Int32Array.from(masked) };
      const got = await values(() =>
        maskedTopK(
          matrix(scores, rows, columns),
          integers(ids),
          { pointers: integers(mask.pointers), columns: integers(mask.columns) },
          k,
        ),
      );
      const twin = new Float32Array(rows * 2 * k);
      maskedTopKPair.portable([scores, ids, mask.pointers, mask.columns], twin, [[rows, columns]], { k });
      expect([...got]).toEqual([...twin]);
      // Against a plain sort.
      ids.forEach((id, row) => {
        const hidden = new Set(masked.slice(pointers[id], pointers[id + 1]));
        const order = Array.from({ length: columns }, (_, c) => c)
          .filter((c) => !hidden.has(c))
          .sort((a, b) => scores[row * columns + b]! - scores[row * columns + a]! || a - b)
          .slice(0, k);
        expect([...got.subarray(row * 2 * k, row * 2 * k + k)]).toEqual(
          Array.from({ length: k }, (_, rank) => order[rank] ?? -1),
        );
      });
    });

    test('equals its twin for any number of columns, NaN and −∞ among them, the first and the last masked', async () => {
      for (const columns of [1, 3, 5, 61, 254]) {
        const scores = Float32Array.from({ length: 2 * columns }, (_, i) =>
          i % 11 === 7 ? NaN : i % 13 === 5 ? -Infinity : 2 * random.uniform() - 1,
        );
        const mask = {
          pointers: Int32Array.of(0, 0, Math.min(2, columns)),
          columns: Int32Array.of(0, columns - 1).subarray(0, Math.min(2, columns)),
        };
        const ids = Int32Array.of(1, 0);
        const got = await values(() =>
          maskedTopK(
            matrix(scores, 2, columns),
            integers(ids),
            { pointers: integers(mask.pointers), columns: integers(mask.columns) },
            7,
          ),
        );
        const twin = new Float32Array(28);
        maskedTopKPair.portable([scores, ids, mask.pointers, mask.columns], twin, [[2, columns]], { k: 7 });
        expect([...got]).toEqual([...twin]);
      }
    });
  });

  describeOn(backend, 'Adam', (test) => {
    test('equals its twin over ten steps, decay included', async () => {
      const settings = { ...ADAM_DEFAULTS, weightDecay: 0.01, decoupledDecay: 0.2 };
      const start = uniform(1001);
      const parameter = newParameter('adam', 'test', [7, 143], start);
      const adam = new Adam(settings);
      const twin = { theta: start.slice(), first: new Float32Array(1001), second: new Float32Array(1001) };
      for (let step = 1; step <= 10; step++) {
        const gradient = uniform(1001);
        const tensor = floats(gradient);
        adam.step([parameter], [tensor], 0.01);
        tensor.dispose();
        const [first, second] = [1 - 0.9 ** step, 1 - 0.999 ** step];
        adamPortable(twin.theta, twin.first, twin.second, gradient, [
          ...(step === 1 ? ([0, 0] as const) : ([0.9, 0.999] as const)),
          ...([1 - 0.9, 1 - 0.999, settings.epsilon, settings.weightDecay] as const),
          ...([0.01 / first, 1 / Math.sqrt(second), 0.01 * 0.2] as const),
        ]);
      }
      expect(worst(await readFloats(parameter.tensor), twin.theta)).toBeLessThanOrEqual(1e-6);
      expect(worst(await readFloats(parameter.first), twin.first)).toBeLessThanOrEqual(1e-6);
      expect(worst(await readFloats(parameter.second), twin.second)).toBeLessThanOrEqual(1e-6);
      disposeParameter(parameter);
    });

    test('begins anew at a count of 0, whatever its moments hold', async () => {
      const [start, gradient] = [uniform(100), uniform(100)];
      const tensor = floats(gradient);
      const stepped = async (before: number): Promise<Float32Array[]> => {
        const parameter = newParameter('adam', 'test', [100], start);
        const adam = new Adam();
        for (let step = 0; step < before; step++) adam.step([parameter], [tensor], 0.1);
        overwrite(parameter, start);
        adam.restore(0);
        for (let step = 0; step < 2; step++) adam.step([parameter], [tensor], 0.01);
        const read = await Promise.all([parameter.tensor, parameter.first, parameter.second].map(readFloats));
        disposeParameter(parameter);
        return read;
      };
      expect(await stepped(3)).toEqual(await stepped(0));
      tensor.dispose();
    });
  });

  describeOn(backend, 'matrix products', (test) => {
    for (const [ta, tb] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      test(`are right with transposeA ${ta}, transposeB ${tb}`, async () => {
        // The inner size is one at which tfjs would split the sum with atomics.
        const [m, k, n] = [12, 2100, 20];
        const a = uniform(m * k);
        const b = uniform(k * n);
        const got = await values(() =>
          tf.matMul(ta ? matrix(a, k, m) : matrix(a, m, k), tb ? matrix(b, n, k) : matrix(b, k, n), ta, tb),
        );
        const expected = new Float64Array(m * n);
        for (let i = 0; i < m; i++)
          for (let j = 0; j < n; j++)
            for (let l = 0; l < k; l++) {
              expected[i * n + j]! += a[ta ? l * m + i : i * k + l]! * b[tb ? j * k + l : l * n + j]!;
            }
        expect(worst(got, expected)).toBeLessThanOrEqual(1e-4);
      });
    }
  });
}
