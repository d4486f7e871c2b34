import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../src/domain/at';
import { CRITIC_WEIGHT_PAIRS } from '../../workers/engine/kernels/criticWeights';
import { criticTotals, criticTotalsPair } from '../../workers/engine/kernels/criticTotals';
import { CRITIC_PAIRS, pairCriticsPair } from '../../workers/engine/kernels/pairCritics';
import { gatedSum, VIEW_PART_PAIRS, viewParts } from '../../workers/engine/kernels/partsOfViews';
import { sharedPart, SHARED_PAIRS } from '../../workers/engine/kernels/sharedPart';
import { vectorOf } from '../../workers/engine/tensors';
import { BACKENDS, describeOn } from '../helpers/device';
import { describeOperations, describePairs, sameAsTwin, sameSlopes, uniformOf, type PairCase } from '../helpers/fused';

const uniform = uniformOf('critics');
const [shared, viewsSlope, scoresSlope] = SHARED_PAIRS;
const [, criticsSlope] = CRITIC_PAIRS;

const PAIRS: readonly PairCase[] = [16, 7].flatMap((d) =>
  [1, 2, 4].flatMap(
    (m) =>
      [
        [required(shared), [[70 * m, d], [70 * m]], { count: m }],
        [required(viewsSlope), [[70 * m], [70, d]], {}],
        [required(scoresSlope), [[70 * m, d], [70 * m], [70, d]], {}],
      ] as const,
  ),
);

describePairs('a shared part', PAIRS);

const [parts, partsSlope, sharedSlope, gated, gatedSlope] = VIEW_PART_PAIRS;
describePairs(
  'parts of views',
  [16, 7].flatMap((d) =>
    [1, 3].flatMap(
      (m) =>
        [
          [
            required(parts),
            [
              [70 * m, d],
              [70, d],
            ],
            {},
          ],
          [required(partsSlope), [[70, (m + 1) * d]], { count: m }],
          [required(sharedSlope), [[70, (m + 1) * d]], { count: m }],
          [required(gated), [[70, m * d], [70, m * d], [m]], {}],
          [required(gatedSlope), [[70, m * d], [70, d], [m]], {}],
        ] as const,
    ),
  ),
);

describeOperations('an operation of parts', {
  'what two views have besides what they share': [
    ([views, joint]) => viewParts(views!, joint!, 2),
    ([views, joint]) => {
      const own = [0, 1].map((m) => tf.sub(tf.slice(views!, [20 * m, 0], [20, 8]), joint!));
      return tf.concat([...own, joint!], 1);
    },
    [
      [40, 8],
      [20, 8],
    ],
  ],
  'a gated sum of parts': [
    ([gates, all]) => gatedSum(gates!, all!, tf.tensor1d([0.5, 0.2, 0.3])),
    ([gates, all]) => {
      const blocks = tf.reshape(tf.mul(gates!, all!), [20, 3, 8]);
      return tf.sum(tf.mul(blocks, tf.tensor3d([0.5, 0.2, 0.3], [1, 3, 1])), 1);
    },
    [
      [20, 24],
      [20, 24],
    ],
  ],
});

describeOperations('an operation of shared parts', {
  'the shared part of three views': [
    ([views, scores]) => sharedPart(views!, vectorOf(tf.reshape(scores!, [-1])), 3),
    ([views, scores]) => {
      const shares = tf.transpose(tf.softmax(tf.transpose(tf.reshape(scores!, [3, 20]))));
      return tf.sum(tf.mul(tf.reshape(views!, [3, 20, 8]), tf.reshape(shares, [3, 20, 1])), 0);
    },
    [
      [60, 8],
      [60, 1],
    ],
  ],
});

/** Two critics with means and two with logarithms, one of each with a factor below 0; the last rows of a batch are none. */
const SIGNS = Float32Array.of(1, -1, 1, -1);
const LOGS = Float32Array.of(0, 0, 1, 1);
const REAL = 70;
const WEIGHTS = Float32Array.from({ length: 75 }, (_, row) => (row < REAL ? 1 / REAL : 0));

describeOn('webgpu', 'a kernel of critics', (test) => {
  test('equals its twin, and so does its slope', async () => {
    const pq = uniform([75, 8]).map((value) => 2 * value);
    const inputs = [
      { values: pq, shape: [75, 8] },
      { values: SIGNS, shape: [4] },
      { values: LOGS, shape: [4] },
      { values: WEIGHTS, shape: [75] },
    ];
    await sameAsTwin(pairCriticsPair, inputs, {}, 1e-5);
    const made = new Float32Array(75 * 12);
    pairCriticsPair.portable(
      inputs.map(({ values }) => values),
      made,
      inputs.map(({ shape }) => shape),
      {},
    );
    const more = [
      { values: made, shape: [75, 12] },
      { values: uniform([4]), shape: [4] },
    ];
    await sameAsTwin(required(criticsSlope), [...inputs, ...more], {}, 1e-5);
    const second = { values: uniform([210 * 12]), shape: [210, 12] };
    const weights = { values: uniform([210]).map((value) => (1 + value) / 210), shape: [210] };
    const blocks = [required(more[0]), required(inputs[3]), second, weights, required(inputs[2])];
    await sameAsTwin(criticTotalsPair, blocks, { ratio: 3 }, 1e-5);
  });

  test('of their weights equals its twin', async () => {
    const [matrix, biases, slopes] = CRITIC_WEIGHT_PAIRS;
    // Two critics with three and five weights; each number of a matrix [3, 4] is made of two of them.
    const random = (length: number) => ({ values: uniform([length]), shape: [length] });
    const whole = (values: readonly number[]) => ({ values: Int32Array.from(values), shape: [values.length] });
    const columns = whole(Array.from({ length: 24 }, (_, k) => (5 * k) % 8));
    const pointers = whole(Array.from({ length: 13 }, (_, k) => 2 * k));
    const [weights, factors, lists] = [random(8), random(2), random(2)];
    await sameAsTwin(required(matrix), [pointers, columns, random(24), weights, factors], {}, 1e-5);
    await sameAsTwin(required(biases), [lists, factors], {}, 1e-5);
    const given = [random(8), random(4), weights, lists, factors];
    await sameAsTwin(required(slopes), given, { end0: 3, end1: 8 }, 1e-5);
  });
});

for (const backend of BACKENDS)
  describeOn(backend, 'critics of pairs', (test) => {
    test('have the values and the slopes of all their pairs', async () => {
      const [factors, logs] = [tf.tensor1d(SIGNS.map((sign) => 0.7 * sign)), tf.tensor1d(LOGS)];
      const weights = tf.tensor1d(WEIGHTS);
      const pq = [0, 1].map(() =>
        tf.tensor2d(
          uniform([75, 8]).map((value) => 2 * value),
          [75, 8],
        ),
      );
      const ofBlock = (x: tf.Tensor2D) => {
        const column = (of: number): tf.Tensor2D => tf.slice(x, [0, of], [REAL, 1]);
        return [0, 1, 2, 3].map((of) => {
          const hidden = tf.add(column(of), tf.transpose(column(4 + of)));
          const t = tf.mul(tf.relu(hidden), SIGNS[of]!);
          const own = tf.mean(tf.mul(tf.relu(tf.add(column(of), column(4 + of))), SIGNS[of]!));
          const all = LOGS[of] === 1 ? tf.mean(tf.sub(tf.logSumExp(t, 1), Math.log(REAL))) : tf.mean(t);
          const estimate = tf.mul(tf.sub(own, all), LOGS[of] === 1 ? -1 : 1);
          return { estimate, active: tf.mean(tf.cast(tf.greater(hidden, 0), 'float32')) };
        });
      };
      const chain = (tables: tf.Tensor2D[]): tf.Tensor => {
        const [first, second] = tables.map(ofBlock);
        const estimates = first!.map(({ estimate }, of) => tf.add(estimate, second![of]!.estimate));
        // Shares of pairs carry no gradient.
        const shares = tf.customGrad((...given) => ({
          value: tf.stack(first!.map(({ active }, of) => tf.div(tf.add(active, tf.mul(second![of]!.active, 9)), 10))),
          gradFunc: () => given.flatMap((one) => (one instanceof tf.Tensor ? [tf.zerosLike(one)] : [])),
        }))(...tables);
        return tf.concat([tf.stack(estimates), shares]);
      };
      const fused = ([x, y]: tf.Tensor2D[]): tf.Tensor =>
        criticTotals(
          [
            { pq: x!, weights },
            { pq: y!, weights },
          ],
          { factors, logs },
          3,
        );
      await sameSlopes(fused, chain, pq);
      tf.dispose([factors, logs, weights, ...pq]);
    });
  });
