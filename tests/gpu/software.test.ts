import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { isWebGPU } from '../../workers/engine/backends';
import { runOnDevice, type Attributes, type KernelPair } from '../../workers/engine/kernelPair';
import { softwareJoinPair, softwareRowsPair } from '../../workers/engine/kernels/softwareCopies';
import { softwareSoftmaxPair } from '../../workers/engine/kernels/softwareSoftmax';
import { softwareMatMulPair } from '../../workers/engine/kernels/softwareMatMul';
import { REDUCTIONS, softwareReducePair } from '../../workers/engine/kernels/softwareReduce';
import { softwareTransposePair } from '../../workers/engine/kernels/softwareTranspose';
import { stream } from '../../workers/numbers/rng';
import { describeOn, values, worst } from '../helpers/device';

const random = stream(8, 'software kernels');
const normals = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal());

/** What the shader makes, and what its twin does. */
async function bothOf(
  pair: KernelPair,
  shapes: readonly number[][],
  attributes: Attributes,
): Promise<{ shader: Float32Array; twin: Float32Array }> {
  const inputs = shapes.map(normals);
  const twin = new Float32Array(tf.util.sizeFromShape(pair.outputShape(shapes, attributes)));
  pair.portable(inputs, twin, shapes, attributes);
  const shader = await values(() => {
    const backend: unknown = tf.backend();
    if (!isWebGPU(backend)) throw new Error('The shader runs on WebGPU.');
    return tf.engine().makeTensorFromTensorInfo(
      runOnDevice(
        backend,
        pair,
        inputs.map((input, i) => tf.tensor(input, shapes[i])),
        attributes,
      ),
    );
  });
  return { shader, twin };
}

describeOn('webgpu', 'kernels for software adapters', (test) => {
  for (const [rows, inner, columns] of [
    [1, 1, 1],
    [1, 3, 640],
    [3, 5, 2],
    [7, 9, 4],
    [8, 16, 8],
    [37, 66, 35],
    [130, 20, 12],
    [16, 600, 24],
    [1000, 3, 1],
    [530, 260, 132],
    [302, 513, 120],
  ] as const) {
    for (const [transposeA, transposeB] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      test(`the product is its twin, ${rows} × ${inner} × ${columns}, turned ${transposeA}${transposeB}`, async () => {
        for (const batch of [1, 3]) {
          const shapes = [
            [batch, ...(transposeA ? [inner, rows] : [rows, inner])],
            [batch, ...(transposeB ? [columns, inner] : [inner, columns])],
          ];
          const { shader, twin } = await bothOf(softwareMatMulPair, shapes, { transposeA, transposeB });
          expect(worst(shader, twin)).toBeLessThanOrEqual(2e-6 * inner);
        }
      });
    }
  }

  for (const shape of [
    [1, 5, 1],
    [6, 8, 1],
    [5, 7, 1],
    [3, 11, 4],
    [2, 9, 3],
    [1, 4096, 8],
    [300, 64, 1],
  ]) {
    for (const [name, kind] of Object.entries(REDUCTIONS)) {
      test(`the ${name} over the middle of ${shape.join(' × ')} is its twin`, async () => {
        const { shader, twin } = await bothOf(softwareReducePair, [shape], { kind });
        expect(worst(shader, twin)).toBeLessThanOrEqual(1e-6 * (shape[1] ?? 1));
      });
    }
  }

  test('the transpose is its twin', async () => {
    const { shader, twin } = await bothOf(softwareTransposePair, [[13, 29]], {});
    expect([...shader]).toEqual([...twin]);
  });

  for (const { shape, width, first } of [
    { shape: [5, 8], width: 8, first: 0 },
    { shape: [70, 24], width: 12, first: 8 },
    { shape: [1, 4], width: 4, first: 0 },
  ]) {
    test(`columns ${first} to ${first + width} of ${shape.join(' × ')} are its twin's`, async () => {
      const { shader, twin } = await bothOf(softwareRowsPair, [shape], {
        width,
        first,
        height: shape[0]! + 3,
        above: 2,
      });
      expect([...shader]).toEqual([...twin]);
      expect(twin).toHaveLength((shape[0]! + 3) * width);
      expect([...twin.subarray(0, 2 * width), ...twin.subarray(-width)].every((value) => value === 0)).toBe(true);
    });
  }

  test('the softmax of rows is its twin', async () => {
    for (const shape of [
      [1, 1],
      [70, 2],
      [9, 33],
      [200, 5],
    ]) {
      const { shader, twin } = await bothOf(softwareSoftmaxPair, [shape], {});
      expect(worst(shader, twin)).toBeLessThanOrEqual(1e-6);
    }
    const far = await values(() => tf.softmax(tf.tensor3d([1000, 0, -1000, 5, 5, 5], [1, 2, 3])));
    expect(worst(far, [1, 0, 0, 1 / 3, 1 / 3, 1 / 3])).toBeLessThanOrEqual(1e-6);
  });

  test('two tables side by side are its twin’s', async () => {
    for (const [n, p, q] of [
      [1, 4, 4],
      [9, 8, 20],
      [130, 12, 4],
    ] as const) {
      const { shader, twin } = await bothOf(
        softwareJoinPair,
        [
          [n, p],
          [n, q],
        ],
        {},
      );
      expect([...shader]).toEqual([...twin]);
    }
  });

  test('rows of a table, pieces and tables side by side are what the definition says', async () => {
    const x = normals([7, 3, 8]);
    const at = (i: number, j: number, k: number): number => x[(i * 3 + j) * 8 + k]!;
    const cube = (): tf.Tensor3D => tf.tensor3d(x, [7, 3, 8]);
    const made = (shape: readonly number[], cell: (i: number, j: number, k: number) => number): number[] => {
      const [a = 0, b = 0, c = 0] = shape;
      return Array.from({ length: a * b * c }, (_, n) => cell(Math.floor(n / (b * c)), Math.floor(n / c) % b, n % c));
    };
    const some = [6, 0, 6, 2];
    expect([...(await values(() => tf.gather(cube(), tf.tensor1d(some, 'int32'))))]).toEqual(
      made([4, 3, 8], (i, j, k) => at(some[i]!, j, k)),
    );
    expect([...(await values(() => tf.slice(cube(), [2, 0, 0], [3, 3, 8])))]).toEqual(
      made([3, 3, 8], (i, j, k) => at(i + 2, j, k)),
    );
    expect([...(await values(() => tf.slice(cube(), [0, 1, 0], [7, 2, 8])))]).toEqual(
      made([7, 2, 8], (i, j, k) => at(i, j + 1, k)),
    );
    expect([...(await values(() => tf.slice(cube(), [0, 0, 4], [7, 3, 4])))]).toEqual(
      made([7, 3, 4], (i, j, k) => at(i, j, k + 4)),
    );
    const padded = await values(() =>
      tf.pad(cube(), [
        [2, 1],
        [0, 0],
        [0, 0],
      ]),
    );
    expect([...padded]).toEqual([...new Array<number>(48).fill(0), ...x, ...new Array<number>(24).fill(0)]);
    expect(
      [
        ...(await values(() =>
          tf.pad(cube(), [
            [0, 0],
            [0, 0],
            [1, 0],
          ]),
        )),
      ].filter((value) => value !== 0),
    ).toEqual([...x]);
    // Not in fours: the backend's own.
    expect([...(await values(() => tf.slice(cube(), [0, 0, 3], [7, 3, 4])))]).toEqual(
      made([7, 3, 4], (i, j, k) => at(i, j, k + 3)),
    );
    for (const axis of [0, 1, 2]) {
      const shape = [7, 3, 8].map((length, a) => (a === axis ? 2 * length : length));
      expect([...(await values(() => tf.concat([cube(), tf.neg(cube())], axis)))]).toEqual(
        made(shape, (...place) => {
          const length = [7, 3, 8][axis]!;
          const second = place[axis]! >= length;
          const [i, j, k] = place.map((p, a) => (a === axis ? p % length : p)) as [number, number, number];
          return second ? -at(i, j, k) : at(i, j, k);
        }),
      );
    }
  });

  // In the place of the backend's own: every axis, kept or not, in parts where few results have many numbers.
  const table = normals([6, 10, 8]);
  const cpu = (axes: readonly number[], kind: 'sum' | 'mean' | 'max'): number[] => {
    const cells = new Map<string, number[]>();
    table.forEach((value, at) => {
      const place = [Math.floor(at / 80), Math.floor(at / 8) % 10, at % 8]
        .filter((_, axis) => !axes.includes(axis))
        .join();
      cells.set(place, [...(cells.get(place) ?? []), value]);
    });
    return [...cells.values()].map((cell) =>
      kind === 'max'
        ? Math.max(...cell)
        : cell.reduce((sum, value) => sum + value, 0) / (kind === 'mean' ? cell.length : 1),
    );
  };
  for (const axes of [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2], [-1]]) {
    for (const kind of ['sum', 'mean', 'max'] as const) {
      test(`tf.${kind} over ${axes.join(' and ')} keeps its meaning`, async () => {
        const x = (): tf.Tensor => tf.tensor(table, [6, 10, 8]);
        const positive = axes.map((axis) => (axis + 3) % 3);
        const expected = cpu(positive, kind);
        expect(worst(await values(() => tf[kind](x(), axes)), expected)).toBeLessThanOrEqual(1e-4);
        const kept = tf.tidy(() => tf[kind](x(), axes, true).shape);
        expect(kept).toEqual([6, 10, 8].map((length, axis) => (positive.includes(axis) ? 1 : length)));
      });
    }
  }

  test('a sum of a whole table goes in parts, and is exact for whole numbers', async () => {
    const x = Float32Array.from({ length: 1536 * 96 }, (_, i) => (i % 7) - 3);
    expect((await values(() => tf.sum(tf.tensor2d(x, [1536, 96]))))[0]).toBe(x.reduce((sum, value) => sum + value, 0));
    const prime = x.subarray(0, 4099);
    expect((await values(() => tf.sum(tf.tensor1d(prime))))[0]).toBe(prime.reduce((sum, value) => sum + value, 0));
    expect((await values(() => tf.max(tf.tensor1d(prime))))[0]).toBe(3);
  });
});
