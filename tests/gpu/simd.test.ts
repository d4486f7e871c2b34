import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { isWasm } from '../../workers/engine/backends';
import { csrProductPair, sparseProduct } from '../../workers/engine/kernels/csrProduct';
import { plain, relaxed } from '../../workers/engine/simd/assembly/kernels.ts?simd';
import { simdOf } from '../../workers/engine/simd/heap';
import { type SimdKernels } from '../../workers/engine/simd/kernels';
import { disposeSparse, sparseTensor } from '../../workers/engine/sparse';
import { matrix } from '../../workers/engine/tensors';
import { csrFromEntries } from '../../workers/graphs/csr';
import { stream } from '../../workers/numbers/rng';
import { describeOn, values, worst } from '../helpers/device';

const random = stream(5, 'simd');
const normals = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());

/** The smallest number that single precision holds in full; below it digits go missing. */
const SMALLEST = 2 ** -126;

describeOn('wasm', 'compiled kernels', (test) => {
  test('are linked with the heap', async () => {
    const backend: unknown = tf.backend();
    expect(isWasm(backend) && simdOf(backend)).toBeTruthy();
  });

  test('do the same with plain and with relaxed SIMD, whichever the engine takes', async () => {
    for (const code of [plain, relaxed]) {
      const bytes = Uint8Array.from(atob(code), (character) => character.charCodeAt(0));
      if (code === relaxed && !WebAssembly.validate(bytes)) continue;
      const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
      const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
      const kernels = instance.exports as unknown as SimdKernels;
      const heap = new Float32Array(memory.buffer);
      const [m, k, n] = [7, 9, 11];
      const [a, b, result, packed] = [256, 512, 1024, 2048];
      for (let i = 0; i < m * k; i++) heap[a + i] = (i % 7) - 3;
      for (let i = 0; i < k * n; i++) heap[b + i] = (i % 5) - 2;
      kernels.matMul(4 * a, 4 * b, 4 * packed, 4 * result, m, k, n, false, false, 0, m);
      const expected = Array.from({ length: m * n }, (_, at) =>
        Array.from({ length: k }, (_, j) => heap[a + Math.floor(at / n) * k + j]! * heap[b + j * n + (at % n)]!).reduce(
          (sum, x) => sum + x,
          0,
        ),
      );
      expect([...heap.subarray(result, result + m * n)]).toEqual(expected);
      heap[a] = 1.5;
      kernels.exponential(4 * a, 4 * result, 1);
      expect(heap[result]).toBeCloseTo(Math.exp(1.5), 5);
      kernels.sums(4 * b, 4 * result, 1, k, n);
      expect(heap[result]).toBe(
        Array.from({ length: k }, (_, row) => heap[b + row * n]!).reduce((sum, x) => sum + x, 0),
      );
    }
    expect(
      WebAssembly.validate(Uint8Array.from(atob(relaxed), (character) => character.charCodeAt(0))),
      'this engine has relaxed SIMD',
    ).toBe(true);
  });

  test('e^x is right to a digit of single precision, from the smallest number to the largest', async () => {
    const x = Float32Array.from({ length: 100_003 }, (_, i) => -103 + (191.7 * i) / 100_003);
    const got = await values(() => tf.exp(tf.tensor1d(x)));
    const wrong = got.findIndex((value, i) => {
      const expected = Math.exp(x[i]!);
      return Math.abs(value - expected) > Math.max(1.2e-7 * expected, SMALLEST * 2 ** -23);
    });
    expect(wrong, `e^${x[wrong]} is ${got[wrong]}`).toBe(-1);
  });

  test('e^x keeps NaN, and its ends are 0 and infinity', async () => {
    const got = await values(() => tf.exp(tf.tensor1d([NaN, Infinity, -Infinity, -1e9, 1e9, 89, -105, 0, -0])));
    expect([...got]).toEqual([NaN, Infinity, 0, 0, Infinity, Infinity, 0, 1, 1]);
  });

  test('tanh is right to a digit of single precision, near nought too; NaN and the ends are kept', async () => {
    const x = Float32Array.from(
      { length: 40_003 },
      (_, i) => Math.sign(i - 20_000) * 10 ** (-6 + (7.3 * Math.abs(i - 20_000)) / 20_003),
    );
    const got = await values(() => tf.tanh(tf.tensor1d(x)));
    const wrong = got.findIndex((value, i) => Math.abs(value - Math.tanh(x[i]!)) > 2.4e-7 * Math.abs(Math.tanh(x[i]!)));
    expect(wrong, `tanh(${x[wrong]}) is ${got[wrong]}`).toBe(-1);
    expect([...(await values(() => tf.tanh(tf.tensor1d([NaN, Infinity, -Infinity, 100, -0]))))]).toEqual([
      NaN,
      1,
      -1,
      1,
      -0,
    ]);
  });

  for (const [shape, axis] of [
    [[7, 5], 0],
    [[7, 5], 1],
    [[37, 64], 0],
    [[37, 64], 1],
    [[3, 19, 4], 1],
    [
      [2, 3, 5],
      [0, 1],
    ],
    [[70], 0],
    [
      [6, 33],
      [0, 1],
    ],
  ] as const) {
    // Small whole numbers: every order gives the same sum.
    test(`sums over axis ${axis} of ${shape.join(' × ')} are exact`, async () => {
      const x = Float32Array.from(
        { length: tf.util.sizeFromShape([...shape]) },
        () => Math.floor(random.uniform() * 9) - 4,
      );
      const axes: readonly number[] = typeof axis === 'number' ? [axis] : axis;
      const strides = shape.map((_, a) => tf.util.sizeFromShape(shape.slice(a + 1)));
      const sums = new Map<string, number>();
      x.forEach((value, at) => {
        const place = strides
          .map((stride, a) => Math.floor(at / stride) % shape[a]!)
          .filter((_, a) => !axes.includes(a))
          .join();
        sums.set(place, (sums.get(place) ?? 0) + value);
      });
      expect([...(await values(() => tf.sum(tf.tensor(x, [...shape]), [...axes])))]).toEqual([...sums.values()]);
    });
  }

  test('sums over axes with another between them are left to the backend', async () => {
    expect([...(await values(() => tf.sum(tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]), [0, 2])))]).toEqual([
      14, 22,
    ]);
  });

  test('pieces are cut and joined along every axis as they are', async () => {
    const shape: [number, number, number] = [5, 7, 3];
    const x = Float32Array.from({ length: 105 }, (_, i) => i);
    const at = (a: number, b: number, c: number): number => (a * 7 + b) * 3 + c;
    const tensor = (): tf.Tensor3D => tf.tensor3d(x, shape);
    const cells = (as: readonly number[], bs: readonly number[], cs: readonly number[]): number[] =>
      as.flatMap((a) => bs.flatMap((b) => cs.map((c) => at(a, b, c))));
    const all = (length: number): number[] => Array.from({ length }, (_, i) => i);
    expect([...(await values(() => tf.slice(tensor(), [2, 0, 0], [2, 7, 3])))]).toEqual(cells([2, 3], all(7), all(3)));
    expect([...(await values(() => tf.slice(tensor(), [0, 1, 0], [-1, 4, 3])))]).toEqual(
      cells(all(5), [1, 2, 3, 4], all(3)),
    );
    expect([...(await values(() => tf.slice(tensor(), [0, 0, 2], [5, 7, 1])))]).toEqual(cells(all(5), all(7), [2]));
    expect([...(await values(() => tf.slice(tensor(), [1, 2, 0], [3, 2, 2])))]).toEqual(
      cells([1, 2, 3], [2, 3], [0, 1]),
    );
    expect([...(await values(() => tf.slice(tensor(), 4)))]).toEqual(cells([4], all(7), all(3)));
    expect(() => tf.slice(tensor(), [4, 0, 0], [2, 7, 3])).toThrow();
    for (const axis of [0, 1, 2]) {
      expect([...(await values(() => tf.concat(tf.split(tensor(), [1, shape[axis]! - 1], axis), axis)))]).toEqual([
        ...x,
      ]);
      expect([...(await values(() => tf.stack(tf.unstack(tensor(), axis), axis)))]).toEqual([...x]);
      expect([...(await values(() => tf.concat(tf.split(tensor(), shape[axis]!, axis), axis)))]).toEqual([...x]);
      expect([...(await values(() => tf.concat([tensor(), tensor()], axis)))]).toEqual(
        axis === 0
          ? [...x, ...x]
          : axis === 1
            ? all(5).flatMap((a) => [...cells([a], all(7), all(3)), ...cells([a], all(7), all(3))])
            : all(35).flatMap((row) => [0, 1, 2, 0, 1, 2].map((c) => row * 3 + c)),
      );
    }
    expect([...(await values(() => tf.concat([tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3], 'int32')])))]).toEqual([
      1, 2, 3,
    ]);
  });

  test('comparisons with one number are exact, NaN and equality included', async () => {
    const x = Float32Array.of(-1, 0.1, Math.fround(0.1) + 1e-8, NaN, Infinity, 0, -0, 0.3);
    for (const limit of [0, 0.1, -1]) {
      expect([...(await values(() => tf.cast(tf.greater(tf.tensor1d(x), limit), 'float32')))]).toEqual(
        [...x].map((value) => Number(value > Math.fround(limit))),
      );
      expect([...(await values(() => tf.cast(tf.greaterEqual(tf.tensor2d(x, [4, 2]), limit), 'float32')))]).toEqual(
        [...x].map((value) => Number(value >= Math.fround(limit))),
      );
    }
    expect([...(await values(() => tf.cast(tf.greater(tf.tensor1d([1, 2]), tf.tensor1d([2, 1])), 'float32')))]).toEqual(
      [0, 1],
    );
  });

  test('e^x of integers stays what the backend makes of it', async () => {
    const got = await values(() => tf.exp(tf.tensor1d([0, 1], 'int32')));
    expect(worst(got, [1, Math.E])).toBeLessThanOrEqual(1e-6);
  });

  // Every way through the compiled loop: blocks of 32 columns, of 4, and single ones.
  for (const width of [1, 3, 4, 31, 32, 36, 64, 103]) {
    test(`the sparse product is its twin, width ${width}`, async () => {
      // The last rows and columns stay empty.
      const cells = [...new Set(Array.from({ length: 90 }, () => Math.floor(random.uniform() * 17 * 21)))];
      const a = csrFromEntries(
        19,
        23,
        Int32Array.from(cells, (cell) => cell % 17),
        Int32Array.from(cells, (cell) => Math.floor(cell / 17)),
        normals(cells.length),
      );
      const x = normals(23 * width);
      for (const ones of [false, true]) {
        const sparse = sparseTensor(ones ? { ...a, values: new Float32Array(a.values.length).fill(1) } : a, false);
        const got = await values(() => sparseProduct(sparse, matrix(x, 23, width)));
        const twin = new Float32Array(19 * width);
        csrProductPair.portable(
          ones ? [a.pointers, a.indices, x] : [a.pointers, a.indices, x, a.values],
          twin,
          [[20], [a.indices.length], [23, width]],
          {},
        );
        expect(worst(got, twin)).toBeLessThanOrEqual(1e-5);
        disposeSparse(sparse);
      }
    });
  }

  for (const [rows, inner, columns] of [
    [1, 1, 1],
    [3, 5, 2],
    [6, 1, 8],
    [37, 66, 35],
    [64, 32, 96],
    [13, 700, 9],
    [16, 600, 24],
    [37, 66, 1],
    [5, 703, 1],
    [1, 9, 70],
  ] as const) {
    // Sums of small whole numbers: every order gives the same.
    test(`products are exact, operands turned or not, ${rows} × ${inner} × ${columns}`, async () => {
      const whole = (length: number): Float32Array =>
        Float32Array.from({ length }, () => Math.floor(random.uniform() * 9) - 4);
      const a = whole(rows * inner);
      const b = whole(inner * columns);
      const turn = (x: Float32Array, r: number, c: number): Float32Array =>
        Float32Array.from(x, (_, i) => x[(i % r) * c + Math.floor(i / r)]!);
      const expected = Float32Array.from({ length: rows * columns }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < inner; k++)
          sum += a[Math.floor(i / columns) * inner + k]! * b[k * columns + (i % columns)]!;
        return sum;
      });
      const [turnedA, turnedB] = [turn(a, rows, inner), turn(b, inner, columns)];
      expect([...(await values(() => tf.matMul(matrix(a, rows, inner), matrix(b, inner, columns))))]).toEqual([
        ...expected,
      ]);
      expect([
        ...(await values(() => tf.matMul(matrix(turnedA, inner, rows), matrix(b, inner, columns), true, false))),
      ]).toEqual([...expected]);
      expect([
        ...(await values(() => tf.matMul(matrix(a, rows, inner), matrix(turnedB, columns, inner), false, true))),
      ]).toEqual([...expected]);
      expect([
        ...(await values(() => tf.matMul(matrix(turnedA, inner, rows), matrix(turnedB, columns, inner), true, true))),
      ]).toEqual([...expected]);
    });
  }

  for (const width of [1, 3, 4, 17, 64, 70]) {
    test(`rows are gathered as they are, width ${width}`, async () => {
      const x = normals(29 * width);
      const wanted = Int32Array.from({ length: 43 }, () => Math.floor(random.uniform() * 29));
      const got = await values(() => tf.gather(matrix(x, 29, width), tf.tensor1d(wanted, 'int32')));
      expect([...got]).toEqual([...wanted].flatMap((row) => [...x.subarray(row * width, (row + 1) * width)]));
      const whole = Int32Array.from({ length: 29 * width }, (_, i) => i - 7);
      const places = await values(() =>
        tf.gather(tf.tensor(whole, [29, width], 'int32'), tf.tensor2d(wanted.slice(0, 42), [6, 7], 'int32')),
      );
      expect([...places]).toEqual(
        [...wanted.slice(0, 42)].flatMap((row) => [...whole.subarray(row * width, (row + 1) * width)]),
      );
    });
  }

  test('a row that is not there is refused, and other axes are left to the backend', async () => {
    for (const row of [-1, 3])
      expect(() => tf.gather(matrix(normals(6), 3, 2), tf.tensor1d([0, row], 'int32'))).toThrow(/place 1/);
    expect([
      ...(await values(() =>
        tf.gather(matrix(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3), tf.tensor1d([2, 0], 'int32'), 1),
      )),
    ]).toEqual([3, 1, 6, 4]);
  });

  test('columns are cut as they are, and joined again by the gradient', async () => {
    const x = normals(31 * 23);
    const sizes = [1, 4, 16, 2];
    const parts = tf.tidy(() => tf.split(matrix(x, 31, 23), sizes, 1));
    let first = 0;
    for (const [place, size] of sizes.entries()) {
      expect(parts[place]!.shape).toEqual([31, size]);
      expect([...(await parts[place]!.data())]).toEqual(
        Array.from({ length: 31 * size }, (_, i) => x[Math.floor(i / size) * 23 + first + (i % size)]!),
      );
      first += size;
    }
    tf.dispose(parts);
    const rows = tf.tidy(() => tf.split(matrix(x, 31, 23), [30, 1], 0));
    expect([...(await rows[1]!.data())]).toEqual([...x.subarray(30 * 23)]);
    tf.dispose(rows);
  });
});
