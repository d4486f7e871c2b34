import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../src/domain/at';
import {
  columnMoments,
  columnMomentsPair,
  normalised,
  normalisedPair,
  normalisedSlopePair,
  normalisedSumsPair,
} from '../../workers/engine/kernels/batchNorm';
import { sampledAttention, SEQUENCE_PAIRS } from '../../workers/engine/kernels/sampledAttention';
import { sequenceRows, sequenceRowsPair, sequenceRowSumsPair } from '../../workers/engine/kernels/sequenceRows';
import { disposeRowIndex, hostRowIndex, rowIndex, type HostRowIndex, type RowIndex } from '../../workers/engine/rows';
import { matrixOf } from '../../workers/engine/tensors';
import { stream } from '../../workers/numbers/rng';
import { describeOn, BACKENDS } from '../helpers/device';
import { sameAsTwin, sameSlopes, uniformOf, type PairInput } from '../helpers/fused';

const uniform = uniformOf('sampled attention');
const [USERS, ITEMS, COUNT, BATCH] = [70, 20, 3, 9];
const NODES = USERS + ITEMS;

const drawn = (length: number, name: string): HostRowIndex => {
  const random = stream(3, name);
  const indices = Int32Array.from({ length }, () => random.integer(ITEMS));
  return hostRowIndex(indices, length, ITEMS);
};
const listed = (values: Float32Array | Int32Array): PairInput => ({ values, shape: [values.length] });
const table = (...shape: number[]): PairInput => ({ values: uniform(shape), shape });

describeOn('webgpu', 'a kernel of sampled sequences', (test) => {
  const { indices, pointers, places } = drawn(NODES * COUNT, 'samples');
  const batch = drawn(BATCH, 'batch');
  const attributes = { first: USERS, keep: 0.9, scale: 0.1 };
  for (const width of [8, 7]) {
    const weights = table(NODES, COUNT + 1);
    const [shares, mix, sums, slope] = SEQUENCE_PAIRS;
    for (const [pair, inputs] of [
      [required(shares), [table(NODES, width), table(NODES, width), listed(indices)]],
      [required(mix), [table(NODES, width), weights, listed(indices)]],
      [required(sums), [table(NODES, width), weights, listed(pointers), listed(places)]],
      [required(slope), [table(NODES, width), table(NODES, width), listed(indices), weights]],
      [sequenceRowsPair, [table(NODES, width), listed(batch.indices), listed(indices)]],
      [
        sequenceRowSumsPair,
        [
          table(BATCH * (COUNT + 1), width),
          listed(batch.pointers),
          listed(batch.places),
          listed(pointers),
          listed(places),
        ],
      ],
    ] as const)
      test(`${pair.name} equals its twin, width ${width}`, () =>
        sameAsTwin(pair, inputs, { ...attributes, count: COUNT, rows: NODES }, 1e-5));
  }

  for (const columns of [8, 7]) {
    const moments = { values: uniform([2, columns]).map((value) => value + 1.5), shape: [2, columns] };
    const layer = [moments, table(columns), table(columns), listed(Float32Array.of(0.25))];
    for (const [pair, inputs] of [
      [columnMomentsPair, [table(700, columns)]],
      [normalisedPair, [table(700, columns), ...layer]],
      [normalisedSumsPair, [table(700, columns), table(700, columns), ...layer]],
      [normalisedSlopePair, [table(700, columns), table(700, columns), ...layer, table(3, columns)]],
    ] as const)
      test(`${pair.name} equals its twin, width ${columns}`, () => sameAsTwin(pair, inputs, {}, 1e-5));
  }
});

/** Rows of a node's sequence, `[n, C + 1, w]`, as a product. */
const gathered = (x: tf.Tensor2D, nodes: readonly number[], samples: HostRowIndex): tf.Tensor => {
  const rows = nodes.flatMap((node) => [
    node,
    ...Array.from({ length: COUNT }, (_, j) => USERS + samples.indices[node * COUNT + j]!),
  ]);
  // On WASM tfjs has no gradient of a gather.
  const taken = tf.matMul(tf.cast(tf.oneHot(tf.tensor1d(rows, 'int32'), NODES), 'float32'), x);
  return tf.reshape(taken, [nodes.length, COUNT + 1, x.shape[1]]);
};

function withIndex<T>(host: HostRowIndex, use: (index: RowIndex) => Promise<T>): Promise<T> {
  const index = rowIndex(host);
  return use(index).finally(() => disposeRowIndex(index));
}

for (const backend of BACKENDS)
  describeOn(backend, 'attention over samples', (test) => {
    const samples = drawn(NODES * COUNT, 'samples');
    const batch = drawn(BATCH, 'batch');
    const all = Array.from({ length: NODES }, (_, node) => node);
    const tables = (...shapes: number[][]): tf.Tensor2D[] =>
      shapes.map((shape) => matrixOf(tf.tensor(uniform(shape), shape)));

    test('has the values and the slopes of sequences that are gathered', async () => {
      const inputs = tables([NODES, 8], [NODES, 4], [NODES, 4]);
      await withIndex(samples, (index) =>
        sameSlopes(
          ([y, q, k]) => sampledAttention([y!, q!, k!], index, { first: USERS, keep: 0.9 }),
          ([y, q, k]) => {
            const scores = tf.matMul(tf.reshape(q!, [NODES, 1, 4]), gathered(k!, all, samples), false, true);
            const mixed = tf.matMul(tf.softmax(tf.mul(scores, 0.5)), gathered(y!, all, samples));
            return tf.add(tf.mul(y!, 0.9), tf.mul(tf.reshape(mixed, [NODES, 8]), 0.1));
          },
          inputs,
        ),
      );
      tf.dispose(inputs);
    });

    test('gathers the sequences of a batch, with their slopes', async () => {
      const inputs = tables([NODES, 8]);
      await withIndex(samples, (index) =>
        withIndex(batch, (nodes) =>
          sameSlopes(
            ([x]) => sequenceRows(x!, nodes, index, USERS),
            ([x]) =>
              tf.reshape(
                gathered(
                  x!,
                  Array.from(batch.indices, (item) => USERS + item),
                  samples,
                ),
                [-1, 8],
              ),
            inputs,
          ),
        ),
      );
      tf.dispose(inputs);
    });
  });

for (const backend of BACKENDS)
  describeOn(backend, 'batch normalisation with PReLU', (test) => {
    test('has the values and the slopes of the chain it stands for', async () => {
      const inputs = [[300, 8], [8], [8], [1]].map((shape) => tf.tensor(uniform(shape), shape));
      const flat = inputs.map((x) => tf.reshape<tf.Rank.R2>(x, [-1, x.shape.at(-1) ?? 1]));
      await sameSlopes(
        ([x, scale, shift, slope]) =>
          normalised(x!, columnMoments(x!), {
            scale: tf.reshape(scale!, [-1]),
            shift: tf.reshape(shift!, [-1]),
            slope: tf.reshape(slope!, [-1]),
          }),
        ([x, scale, shift, slope]) => {
          const { mean, variance } = tf.moments(x!, 0, true);
          const made = tf.add(tf.mul(tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 1e-5))), scale!), shift!);
          return tf.add(tf.relu(made), tf.mul(slope!, tf.sub(made, tf.relu(made))));
        },
        flat,
      );
      tf.dispose([inputs, flat]);
    });
  });
