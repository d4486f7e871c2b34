import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { disposeParameter } from '../../workers/engine/kernels/adam';
import { disposeRowIndex, hostRowIndex, rowIndex } from '../../workers/engine/rows';
import { stream } from '../../workers/engine/rng';
import { featureTable, linear } from '../../workers/models/layers/features';
import { BACKENDS, describeOn, values } from '../helpers/device';

const random = stream(21, 'features');
const ROWS = 11;
const COLUMNS = 6;
const feature = { key: 'image', rows: ROWS, columns: COLUMNS, values: Float32Array.from({ length: ROWS * COLUMNS }, () => random.normal()) };

for (const backend of BACKENDS) {
  describeOn(backend, 'a frozen feature table', (test) => {
    // One row, three, five (the last slice is short), and all of them in a binding.
    for (const height of [1, 3, 5, ROWS]) {
      test(`in slices of ${height} rows gives what the whole one gives, and its gradients`, async () => {
        const index = rowIndex(hostRowIndex(Int32Array.of(10, 0, 3, 3, 4, 5, 9), 7, ROWS));
        const seen = async (binding: number): Promise<number[][]> => {
          const table = featureTable(feature, false, binding);
          const layer = linear('layer', 'test', COLUMNS, 4, (name) => stream(3, name));
          const [weight] = layer.parameters;
          const all = await values(() => table.through(layer));
          const rows = await values(() => table.rows(index));
          const slope = await values(() => tf.engine().gradients(() => tf.sum(tf.square(table.through(layer))), [weight!.tensor]).grads[0]!);
          table.dispose();
          layer.parameters.forEach(disposeParameter);
          return [all, rows, slope].map((numbers) => [...numbers]);
        };
        const [all, rows, slope] = await seen(4 * COLUMNS * height + 3);
        const [wholeAll, wholeRows, wholeSlope] = await seen(Infinity);
        expect(rows).toEqual(wholeRows);
        all!.forEach((value, i) => expect(value).toBeCloseTo(wholeAll![i]!, 5));
        slope!.forEach((value, i) => expect(value).toBeCloseTo(wholeSlope![i]!, 3));
        expect(wholeRows!.slice(0, COLUMNS)).toEqual([...feature.values.subarray(10 * COLUMNS)]);
        disposeRowIndex(index);
      });
    }
  });
}
