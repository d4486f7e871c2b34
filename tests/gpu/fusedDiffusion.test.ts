import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { historyRows, historyRowsPair } from '../../workers/engine/kernels/historyRows';
import { noisyRows, noisyRowsPair } from '../../workers/engine/kernels/noisyRows';
import { matrixOf, vectorOf } from '../../workers/engine/tensors';
import { BACKENDS, describeOn, values } from '../helpers/device';
import { sameAsTwin, uniformOf } from '../helpers/fused';

const uniform = uniformOf('diffusion');

/** Histories of five entities, one of them empty; the last one has the last column. */
const POINTERS = Int32Array.of(0, 2, 2, 5, 6, 8);
const COLUMNS = Int32Array.of(1, 4, 0, 3, 7, 2, 5, 8);
const IDS = Int32Array.of(4, 0, 1, 2, 2, 0);

describeOn('webgpu', 'a kernel of histories', (test) => {
  test('equals its twin', () =>
    sameAsTwin(
      historyRowsPair,
      [POINTERS, COLUMNS, IDS].map((list) => ({ values: list, shape: [list.length] })),
      { width: 9 },
      0,
    ));
});

/** Draws from 0 to 1, 1 left out. */
const drawn = (shape: readonly number[]): Float32Array => uniform(shape).map((value) => (value + 1) / 2);

describeOn('webgpu', 'a kernel of noise', (test) => {
  test('equals its twin', () =>
    sameAsTwin(
      noisyRowsPair,
      [
        { values: uniform([70, 9]), shape: [70, 9] },
        { values: drawn([70, 18]), shape: [70, 18] },
        { values: uniform([70, 2]), shape: [70, 2] },
      ],
      {},
      1e-5,
    ));
});

for (const backend of BACKENDS)
  describeOn(backend, 'rows for a denoiser', (test) => {
    test('are histories filled out', async () => {
      const got = await values(() =>
        historyRows(
          { pointers: tf.tensor1d(POINTERS, 'int32'), columns: tf.tensor1d(COLUMNS, 'int32') },
          vectorOf(tf.tensor1d(IDS, 'int32')),
          9,
        ),
      );
      const wanted = [...IDS].flatMap((id) =>
        Array.from({ length: 9 }, (_, column) =>
          Number(COLUMNS.slice(POINTERS[id], POINTERS[id + 1]).includes(column)),
        ),
      );
      expect([...got]).toEqual(wanted);
    });

    test('get normal noise of uniform draws', async () => {
      const [rows, columns] = [200, 50];
      const draws = drawn([rows, 2 * columns]);
      const got = await values(() =>
        noisyRows(
          matrixOf(tf.ones([rows, columns])),
          tf.tensor2d(draws, [rows, 2 * columns]),
          tf.tensor2d(
            Float32Array.from({ length: 2 * rows }, (_, place) => (place % 2 === 0 ? 3 : 2)),
            [rows, 2],
          ),
        ),
      );
      const normal = [...got].map((value) => (value - 3) / 2);
      const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length;
      const variance = normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normal.length;
      const within = normal.filter((value) => Math.abs(value) < 1).length / normal.length;
      // Ten thousand numbers: their standard errors are .01, .014 and .005.
      expect(Math.abs(mean)).toBeLessThan(0.04);
      expect(Math.abs(variance - 1)).toBeLessThan(0.06);
      expect(Math.abs(within - 0.6827)).toBeLessThan(0.02);
    });
  });
