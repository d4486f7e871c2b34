import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { disposeParameter } from '../../workers/engine/parameters';
import { heldRows } from '../../workers/engine/rowSource';
import { disposeRowIndex, hostRowIndex, rowIndex } from '../../workers/engine/rows';
import { stream } from '../../workers/numbers/rng';
import { halfOf, valuesOfHalves } from '../../workers/numbers/half';
import { linear } from '../../workers/models/layers/linear';
import { frozenTable, PIECE, type Storage } from '../../workers/models/layers/frozenTable';
import type { FeatureMatrix } from '../../workers/models/model';
import { BACKENDS, describeOn, values, worst } from '../helpers/device';

const random = stream(21, 'features');
const ROWS = 11;
const COLUMNS = 6;
const numbers = Float32Array.from({ length: ROWS * COLUMNS }, () => random.normal());
const featureOf = (values: Float32Array): FeatureMatrix => ({ key: 'image', ...heldRows(values, ROWS, COLUMNS) });
const feature = featureOf(numbers);

/** The same, each number rounded to half precision. */
const halves = numbers.map((value) => valuesOfHalves()[halfOf(value)]!);
const rounded = featureOf(halves);
const index = () => rowIndex(hostRowIndex(Int32Array.of(10, 0, 3, 3, 4, 5, 9), 7, ROWS));

/** All rows through a layer, some rows, and the slope of the sum of squares of the former in the layer's weights. */
async function seen(source: FeatureMatrix, storage: Storage): Promise<number[][]> {
  const table = await frozenTable(source, storage);
  const layer = linear('layer', 'test', COLUMNS, 4, (name) => stream(3, name));
  const batch = index();
  const [weight] = layer.parameters;
  const all = await values(() => table.through(layer));
  const rows = await values(() => table.rows(batch));
  const slope = await values(
    () => tf.engine().gradients(() => tf.sum(tf.square(table.through(layer))), [weight!.tensor]).grads[0]!,
  );
  table.dispose();
  disposeRowIndex(batch);
  layer.parameters.forEach(disposeParameter);
  return [all, rows, slope].map((numbers) => [...numbers]);
}

for (const backend of BACKENDS) {
  describeOn(backend, 'a frozen feature table', (test) => {
    // One row, three, five (the last slice is short), and all of them in a binding.
    for (const height of [1, 3, 5, ROWS]) {
      for (const half of [false, true]) {
        test(`in slices of ${height} rows${half ? ' of half precision' : ''} gives what the whole one gives, and its gradients`, async () => {
          const [all, rows, slope] = await seen(feature, {
            half,
            binding: 4 * (half ? COLUMNS / 2 : COLUMNS) * height + 3,
          });
          const [wholeAll, wholeRows, wholeSlope] = await seen(half ? rounded : feature, {
            half: false,
            binding: Infinity,
          });
          expect(rows).toEqual(wholeRows);
          all!.forEach((value, i) => expect(value).toBeCloseTo(wholeAll![i]!, 5));
          slope!.forEach((value, i) => expect(value).toBeCloseTo(wholeSlope![i]!, 3));
          expect(wholeRows!.slice(0, COLUMNS)).toEqual([...(half ? halves : numbers).subarray(10 * COLUMNS)]);
        });
      }
    }

    test('of half precision passes a layer in pieces', async () => {
      const columns = 1024;
      const rows = Math.floor(PIECE / (4 * columns)) + 5;
      const source: FeatureMatrix = {
        key: 'wide',
        ...heldRows(
          Float32Array.from({ length: rows * columns }, (_, i) => (i % 13) - 6),
          rows,
          columns,
        ),
      };
      const table = await frozenTable(source, { half: true });
      const layer = linear('layer', 'test', columns, 4, (name) => stream(3, name));
      const all = await values(() => table.through(layer));
      const whole = await frozenTable(source, { half: false });
      const expected = await values(() => whole.through(layer));
      expect(worst(all, expected)).toBeLessThan(1e-4);
      const slopeOf = (some: typeof table) =>
        values(() => tf.engine().gradients(() => tf.sum(some.through(layer)), [layer.weight.tensor]).grads[0]!);
      expect(worst(await slopeOf(table), await slopeOf(whole))).toBe(0);
      [table, whole].forEach((one) => one.dispose());
      layer.parameters.forEach(disposeParameter);
    });

    test('of half precision refuses what half precision does not reach', async () => {
      const far = featureOf(numbers.map((value, i) => (i === 8 ? -70_000 : value)));
      await expect(frozenTable(far, { half: true })).rejects.toThrow(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: 'Half precision goes up to 65,504, but the features image contain 7.00e+4.',
        }),
      );
    });
  });
}
