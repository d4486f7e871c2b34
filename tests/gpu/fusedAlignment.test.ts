import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { required } from '../../src/domain/at';
import { divergencePair, divergenceSlopePair } from '../../workers/engine/kernels/divergence';
import { feedbackPair, meanLikelihoodPair } from '../../workers/engine/kernels/feedbackWeights';
import {
  expSumsPair,
  labelledLossesPair,
  labelledSlopePair,
  plusSharesPair,
  withoutLabelsPair,
} from '../../workers/engine/kernels/labelled';
import { nearestValidRows } from '../../workers/engine/nearest';
import { heldRows } from '../../workers/engine/rowSource';
import { matrixOf, vectorOf } from '../../workers/engine/tensors';
import { labelledAlignment, labelTables, weighedDivergence } from '../../workers/models/layers/alignment';
import { stream } from '../../workers/numbers/rng';
import { deviceBatch } from '../../workers/training/batch';
import { BACKENDS, describeOn, values } from '../helpers/device';
import { describeOperations, describePairs, sameAsTwin, uniformOf, type Operations } from '../helpers/fused';

describePairs('a kernel of alignment', [
  [divergencePair, [[70, 90], [70, 90], [70], [90]], {}],
  [divergenceSlopePair, [[70, 90], [70, 90], [70], [90]], {}],
  [expSumsPair, [[70, 90]], { scale: 5, shift: 2 }],
  [plusSharesPair, [[70, 90], [70]], {}],
  [plusSharesPair, [[70, 90], [70], [70, 90]], {}],
  [meanLikelihoodPair, [[3, 90]], {}],
]);

describeOn('webgpu', 'a kernel of feedback', (test) => {
  const uniform = uniformOf('feedback');
  for (const groups of [2, 5])
    test(`weighs pairs as its twin does, by ${groups} graphs`, async () => {
      const [x, weights] = [uniform([groups, 90]), uniform([90])];
      const inputs = [
        { values: x, shape: [groups, 90] },
        { values: Float32Array.of(0.52), shape: [1] },
        { values: weights, shape: [90] },
      ];
      await sameAsTwin(feedbackPair, inputs, {}, 1e-5);
      const twin = new Float32Array(180);
      feedbackPair.portable(
        inputs.map(({ values }) => values),
        twin,
        inputs.map(({ shape }) => shape),
        {},
      );
      // Pairs on either side of the threshold are among them.
      expect(new Set(Array.from(twin.subarray(0, 90), (value) => value === 0)).size).toBe(2);
    });
});

for (const backend of ['webgpu', 'wasm'] as const)
  describeOn(backend, 'a kernel of labels', (test) => {
    const uniform = uniformOf('labels');
    const random = stream(9, 'labels');
    const [rows, columns, count] = [70, 90, 4];
    /** Different columns in each row; what follows the first `count` are no labels. */
    const labels = (from: number): { values: Float32Array; shape: number[] } => ({
      values: Float32Array.from({ length: rows * 2 * count }, (_, place) =>
        place % (2 * count) < count ? from + 7 * (place % (2 * count)) + random.integer(7) : 0.5,
      ),
      shape: [rows, 2 * count],
    });
    const [x, near, own] = [{ values: uniform([rows, columns]), shape: [rows, columns] }, labels(0), labels(40)];
    const attributes = { count, scale: 5, shift: 1 };

    test('leaves labels out, and gives losses and slopes as its twin does', async () => {
      const totals = new Float32Array(rows);
      expSumsPair.portable([x.values], totals, [x.shape], attributes);
      const given = [x, { values: totals, shape: [rows] }, near, own];
      await sameAsTwin(withoutLabelsPair, [x, near], { count });
      await sameAsTwin(labelledLossesPair, given, attributes, 1e-5);
      await sameAsTwin(labelledLossesPair, given, { ...attributes, slopes: 1 }, 1e-5);
      const slopes = { values: uniform([rows, 3]), shape: [rows, 3] };
      const weights = { values: uniform([rows]), shape: [rows] };
      await sameAsTwin(labelledSlopePair, [x, slopes, weights, near, own], attributes, 1e-5);
    });
  });

const weightsOf = (rows: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: rows }, (_, row) => (row % 3) / rows));

/** The alignment of two views, term by term; what each row's labels are is found by sorting. */
async function labelsByHand(
  units: readonly tf.Tensor2D[],
  count: number,
): Promise<{ near: number[][]; own: number[][] }[]> {
  const shares = await Promise.all(
    units.map((unit) => tf.softmax(tf.matMul(unit, unit, false, true)).array() as Promise<number[][]>),
  );
  const greatest = (row: number[]): number[] =>
    [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, count);
  return shares.map((share) => {
    const near = share.map((row, r) =>
      greatest(row.map((value, c) => value + shares.reduce((sum, other) => sum + other[r]![c]!, 0))),
    );
    const own = share.map((row, r) => greatest(row.map((value, c) => (near[r]!.includes(c) ? -1 : value))));
    return { near, own };
  });
}

const unit = (x: tf.Tensor): tf.Tensor2D => matrixOf(tf.div(x, tf.norm(x, 'euclidean', 1, true)));

const OPERATIONS: Operations = Object.fromEntries(
  [2 ** 26, 4 * 20 * 3].map((bytes) => [
    `a divergence in blocks of ${bytes} bytes`,
    [
      ([x, p, q]) => weighedDivergence(x!, p!, q!, { rows: weightsOf(20), columns: weightsOf(11) }, bytes),
      ([x, p, q]) => {
        const [a, b] = [p!, q!].map((table) => tf.matMul(x!, table, false, true));
        const each = tf.mul(tf.sub(tf.sigmoid(a!), tf.sigmoid(b!)), tf.sub(a!, b!));
        return tf.sum(tf.mul(tf.mul(each, tf.reshape(weightsOf(20), [20, 1])), weightsOf(11)));
      },
      [
        [20, 8],
        [11, 8],
        [11, 8],
      ],
    ] as const,
  ]),
);
describeOperations('a layer of alignment', OPERATIONS);

for (const backend of BACKENDS)
  describeOn(backend, 'an alignment with labels', (test) => {
    const uniform = uniformOf('alignment');
    const [rows, width, count, temperature] = [17, 8, 3, 0.3];
    const tables = [0, 1].map(() => uniform([rows, width]));
    const given = (): tf.Tensor2D[] => tables.map((table) => unit(tf.tensor2d(table, [rows, width])));
    const chosen = Int32Array.of(4, 0, 16, 4, 9);

    for (const bytes of [2 ** 26, 4 * rows * 2])
      for (const known of [false, true])
        test(`has the labels, the value and the slopes of its equation, in blocks of ${bytes} bytes${known ? ', labels given' : ''}`, async () => {
          const units = given();
          const labels = await labelsByHand(units, count);
          const weights = weightsOf(chosen.length);
          const index = tf.tensor1d(chosen, 'int32');
          // tfjs has no gradient of taking rows on WASM.
          const picked = matrixOf(tf.oneHot(index, rows, 1, 0, 'float32'));
          const tablesOfLabels = tf.tidy(() =>
            labelTables(units, count, bytes).map(({ near, own }) => ({ near, own })),
          );
          for (const [view, { near, own }] of tablesOfLabels.entries()) {
            expect([...(await near.data())]).toEqual(labels[view]!.near.flat());
            expect([...(await own.data())]).toEqual(labels[view]!.own.flat());
          }
          const fused = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => {
            const views = [a, b].map((table) => ({
              anchors: matrixOf(tf.matMul(picked, matrixOf(table))),
              table: matrixOf(table),
            }));
            const gathered = (table: tf.Tensor2D): tf.Tensor2D => matrixOf(tf.gather(table, index));
            const sets = known
              ? tablesOfLabels.map(({ near, own }) => ({ near: gathered(near), own: gathered(own), count }))
              : null;
            return labelledAlignment(views, vectorOf(weights), { count, temperature, sets }, bytes);
          };
          const chain = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => {
            const each = [a, b].map((table, view) => {
              const powers = tf.exp(
                tf.mul(tf.matMul(tf.matMul(picked, matrixOf(table)), matrixOf(table), false, true), 1 / temperature),
              );
              const at = (kind: 'near' | 'own'): tf.Tensor => {
                const mask = [...chosen].map((row) =>
                  Array.from({ length: rows }, (_, c) => Number(labels[view]![kind][row]!.includes(c))),
                );
                return tf.sum(tf.mul(powers, tf.tensor2d(mask)), 1);
              };
              const [total, near, own] = [tf.sum(powers, 1), at('near'), at('own')];
              const losses = tf.add(
                tf.log(tf.add(tf.div(near, total), 1e-9)),
                tf.log(tf.add(tf.div(own, tf.sub(total, near)), 1e-9)),
              );
              return tf.neg(tf.sum(tf.mul(losses, weights)));
            });
            return tf.mul(tf.addN(each), 0.5);
          };
          const [got, wanted] = [fused, chain].map((loss) =>
            tf.tidy(() => {
              const { value, grads } = tf.valueAndGrads((a, b) => loss(a!, b!))(units);
              return [value, ...grads];
            }),
          );
          for (const [place, tensor] of got!.entries()) {
            const [ours, theirs] = [await tensor.data(), await wanted![place]!.data()];
            ours.forEach((number, of) => expect(Math.abs(number - theirs[of]!), `${place}`).toBeLessThan(2e-5));
          }
          tf.dispose([
            ...units,
            weights,
            index,
            picked,
            ...tablesOfLabels.flatMap(({ near, own }) => [near, own]),
            got!,
            wanted!,
          ]);
        });

    test('counts every item of a batch once, positives before negatives', async () => {
      const batch = deviceBatch(
        {
          count: 3,
          pairs: new Int32Array(4),
          users: Int32Array.of(0, 1, 0, 0),
          positives: Int32Array.of(5, 2, 5, 0),
          negatives: Int32Array.of(2, 3, 3, 0, 5, 1, 0, 0),
        },
        2,
        6,
      );
      const got = await values(() => batch.distinctBoth.weights);
      batch.dispose();
      // Items 5 and 2 are positives; 3, 0 and 1 are drawn besides.
      [1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0].forEach((counts, place) => expect(got[place]).toBeCloseTo(counts / 5, 6));
    });

    test('finds the nearest rows among those that reach the mean cosine by every source', async () => {
      const sources = [3, 5].map((columns) => ({ numbers: uniform([23, columns]), columns }));
      const cosines = sources.map(({ numbers, columns }) => {
        const unitRows = Array.from({ length: 23 }, (_, r) => {
          const row = [...numbers.subarray(r * columns, (r + 1) * columns)];
          return row.map((value) => value / Math.hypot(...row));
        });
        return unitRows.map((a) => unitRows.map((b) => a.reduce((sum, value, c) => sum + value * b[c]!, 0)));
      });
      const means = cosines.map((all) => all.flat().reduce((sum, value) => sum + value, 0) / 23 ** 2);
      const expected = cosines.map((all) =>
        all.map((row, r) => {
          const valid = [...row.keys()].filter((c) => c !== r && cosines.every((one, of) => one[r]![c]! >= means[of]!));
          return [r, ...valid.sort((a, b) => row[b]! - row[a]!).slice(0, 5)];
        }),
      );
      const lengths = required(expected[0]).map(({ length }) => length);
      expect(Math.min(...lengths)).toBeLessThan(6);
      expect(Math.max(...lengths)).toBe(6);
      const held = sources.map(({ numbers, columns }) => heldRows(numbers, 23, columns));
      expect(await nearestValidRows(held, 6, () => undefined)).toEqual(expected);
    });
  });
