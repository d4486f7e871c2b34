import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../src/domain/at';
import { criticMeans, CRITIC_PAIRS, pairCriticsPair } from '../../workers/engine/kernels/pairCritics';
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
  });
});

for (const backend of BACKENDS)
  describeOn(backend, 'critics of pairs', (test) => {
    test('have the values and the slopes of all their pairs', async () => {
      const [signs, logs, weights] = [tf.tensor1d(SIGNS), tf.tensor1d(LOGS), tf.tensor1d(WEIGHTS)];
      const pq = tf.tensor2d(
        uniform([75, 8]).map((value) => 2 * value),
        [75, 8],
      );
      const chain = ([x]: tf.Tensor2D[]): tf.Tensor => {
        const column = (of: number): tf.Tensor2D => tf.slice(x!, [0, of], [REAL, 1]);
        const rows = [0, 1, 2, 3].map((of) => {
          const hidden = tf.add(column(of), tf.transpose(column(4 + of)));
          const t = tf.mul(tf.relu(hidden), SIGNS[of]!);
          const own = tf.mean(tf.mul(tf.relu(tf.add(column(of), column(4 + of))), SIGNS[of]!));
          const all = LOGS[of] === 1 ? tf.mean(tf.sub(tf.logSumExp(t, 1), Math.log(REAL))) : tf.mean(t);
          return { difference: tf.sub(own, all), all, active: tf.mean(tf.cast(tf.greater(hidden, 0), 'float32')) };
        });
        // What stands behind the differences carries no gradient.
        const behind = tf.customGrad(() => ({
          value: tf.stack([...rows.map(({ all }) => all), ...rows.map(({ active }) => active)]),
          gradFunc: () => tf.zerosLike(x!),
        }))(x!);
        return tf.reshape(tf.concat([tf.stack(rows.map(({ difference }) => difference)), behind]), [1, -1]);
      };
      await sameSlopes(([x]) => criticMeans(x!, { signs, logs }, weights), chain, [pq]);
      tf.dispose([signs, logs, weights, pq]);
    });
  });
