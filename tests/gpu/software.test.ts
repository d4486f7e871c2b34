import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { isWebGPU } from '../../workers/engine/backends';
import { runOnDevice, type Attributes, type KernelPair } from '../../workers/engine/kernelPair';
import { softwareMatMulPair } from '../../workers/engine/kernels/softwareMatMul';
import { REDUCTIONS, softwareReducePair } from '../../workers/engine/kernels/softwareReduce';
import { softwareTransposePair } from '../../workers/engine/kernels/softwareTranspose';
import { stream } from '../../workers/engine/rng';
import { describeOn, values, worst } from '../helpers/device';

const random = stream(8, 'software kernels');
const normals = (shape: readonly number[]): Float32Array => Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal());

/** What the shader makes, and what its twin does. */
async function bothOf(pair: KernelPair, shapes: readonly number[][], attributes: Attributes): Promise<{ shader: Float32Array; twin: Float32Array }> {
  const inputs = shapes.map(normals);
  const twin = new Float32Array(tf.util.sizeFromShape(pair.outputShape(shapes, attributes)));
  pair.portable(inputs, twin, shapes, attributes);
  const shader = await values(() => {
    const backend: unknown = tf.backend();
    if (!isWebGPU(backend)) throw new Error('The shader runs on WebGPU.');
    return tf.engine().makeTensorFromTensorInfo(runOnDevice(backend, pair, inputs.map((input, i) => tf.tensor(input, shapes[i])), attributes));
  });
  return { shader, twin };
}

describeOn('webgpu', 'kernels for software adapters', (test) => {
  for (const [rows, inner, columns] of [[1, 1, 1], [1, 3, 640], [3, 5, 2], [7, 9, 4], [8, 16, 8], [37, 66, 35], [130, 20, 12], [16, 600, 24], [1000, 3, 1]] as const) {
    for (const [transposeA, transposeB] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) {
      test(`the product is its twin, ${rows} × ${inner} × ${columns}, turned ${transposeA}${transposeB}`, async () => {
        for (const batch of [1, 3]) {
          const shapes = [[batch, ...(transposeA ? [inner, rows] : [rows, inner])], [batch, ...(transposeB ? [columns, inner] : [inner, columns])]];
          const { shader, twin } = await bothOf(softwareMatMulPair, shapes, { transposeA, transposeB });
          expect(worst(shader, twin)).toBeLessThanOrEqual(2e-6 * inner);
        }
      });
    }
  }

  for (const shape of [[1, 5, 1], [6, 8, 1], [5, 7, 1], [3, 11, 4], [2, 9, 3], [1, 4096, 8], [300, 64, 1]]) {
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

  // In the place of the backend's own: every axis, kept or not, in parts where few results have many numbers.
  const table = normals([6, 10, 8]);
  const cpu = (axes: readonly number[], kind: 'sum' | 'mean' | 'max'): number[] => {
    const cells = new Map<string, number[]>();
    table.forEach((value, at) => {
      const place = [Math.floor(at / 80), Math.floor(at / 8) % 10, at % 8].filter((_, axis) => !axes.includes(axis)).join();
      cells.set(place, [...(cells.get(place) ?? []), value]);
    });
    return [...cells.values()].map((cell) => (kind === 'max' ? Math.max(...cell) : cell.reduce((sum, value) => sum + value, 0) / (kind === 'mean' ? cell.length : 1)));
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
