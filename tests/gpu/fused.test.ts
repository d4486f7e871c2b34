import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { readFloats } from '../../workers/engine/backends';
import type { Attributes, KernelPair } from '../../workers/engine/kernelPair';
import { BPR_PAIRS, bprLosses } from '../../workers/engine/kernels/bpr';
import {
  ROW_PAIRS,
  rowCosines,
  rowCosinesWith,
  rowDots,
  rowSquares,
  unitRows,
} from '../../workers/engine/kernels/rowCosines';
import { dropoutMaskPair } from '../../workers/engine/kernels/dropoutMask';
import { squareSharesPair, sumOfSquares } from '../../workers/engine/kernels/sumOfSquares';
import { weightedSum, weightedSumPair } from '../../workers/engine/kernels/weightedSum';
import {
  routingStage,
  routingStagePair,
  STATE,
  STRENGTHS,
  SWITCHES,
  TOLD,
} from '../../workers/engine/kernels/routingStage';
import { stream } from '../../workers/numbers/rng';
import { floats, matrix, matrixOf } from '../../workers/engine/tensors';
import { BACKENDS, describeOn, worst } from '../helpers/device';
import { sameAsTwin, sameSlopes } from '../helpers/fused';

const ROWS = 70;
const random = stream(5, 'fused');
const uniform = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * random.uniform() - 1);

/** A table with a row of zeros, one as short as can be, and a long one. */
function table(columns: number, rows = ROWS): Float32Array {
  const values = uniform(rows * columns);
  values.fill(0, columns, 2 * columns);
  for (let c = 2 * columns; c < 3 * columns; c++) values[c]! *= 1e-14;
  for (let c = 3 * columns; c < 4 * columns; c++) values[c]! *= 1e3;
  return values;
}

/** Tables and lists for a pair, by the names of its inputs. */
function inputsOf(pair: KernelPair, columns: number, ratio: number): { values: Float32Array; shape: number[] }[] {
  return pair.inputs.map((name) => {
    if (['dy', 'factors', 'values', 'weights'].includes(name) && !(name === 'dy' && pair.name.includes('UnitRows')))
      return { values: uniform(ROWS), shape: [ROWS] };
    // Seven lists, each share of which has some two hundred squares in all.
    if (pair === squareSharesPair) return { values: table(columns, 7 * ROWS), shape: [7 * ROWS * columns] };
    const rows = name === 'negatives' ? ROWS * ratio : ROWS;
    return { values: table(columns, rows), shape: [rows, columns] };
  });
}

const BPR_CASES: readonly Attributes[] = [0, 1].flatMap((floor) =>
  [1, 3].flatMap((ratio) => [0, 1, 2].map((of) => ({ floor, ratio, of }))),
);

describeOn('webgpu', 'a fused kernel', (test) => {
  const all = [...ROW_PAIRS, ...BPR_PAIRS, weightedSumPair, squareSharesPair, dropoutMaskPair];
  for (const pair of all)
    for (const columns of [64, 7])
      test(`${pair.name} equals its twin, ${columns} columns`, async () => {
        for (const attributes of BPR_PAIRS.includes(pair) ? BPR_CASES : [{ rate: 0.3 }]) {
          await sameAsTwin(pair, inputsOf(pair, columns, attributes['ratio'] ?? 1), attributes);
        }
      });
});

describeOn('webgpu', 'the kernel of the routing’s stage', (test) => {
  test('equals its twin, under every rule', async () => {
    const mean = Float32Array.of(0.1, 0.4, 0.2, 0.3);
    for (const by of SWITCHES.keys())
      for (const strength of STRENGTHS.keys())
        for (const state of [
          [0, 1, 0, 0],
          [2, 1, 5, 0],
          [7, 2, 9, 4],
        ])
          for (const threshold of [0.9, 0.95]) {
            const rule = { weight: 0.3, by, strength, threshold, window: 3, minSteps: 4, switchStep: 5 };
            const twin = new Float32Array(TOLD + STATE);
            routingStagePair.portable([mean, Float32Array.from(state)], twin, [[4], [4]], rule);
            const made = tf.tidy(() => routingStage(tf.tensor1d(mean), tf.tensor1d(state), rule));
            expect(worst(await readFloats(made), twin)).toBeLessThanOrEqual(1e-6);
            made.dispose();
          }
  });
});

const unit = (x: tf.Tensor2D): tf.Tensor2D =>
  matrixOf(tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), 1, true), 1e-24))));
const dots = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sum(tf.mul(a, b), 1);
const WEIGHTS = uniform(ROWS);
const FIXED_ROWS = uniform(ROWS * 8);
const FIXED = (): tf.Tensor2D => matrix(FIXED_ROWS, ROWS, 8);
const list = (): tf.Tensor1D => floats(WEIGHTS);

/** Each operation, and the chain of tfjs's own that it stands for. */
const OPERATIONS: Readonly<
  Record<string, readonly [(x: tf.Tensor2D[]) => tf.Tensor, (x: tf.Tensor2D[]) => tf.Tensor, number]>
> = {
  rowDots: [([a, b]) => rowDots(a!, b!), ([a, b]) => dots(a!, b!), 2],
  rowSquares: [([x]) => rowSquares(x!), ([x]) => tf.sum(tf.square(x!), 1), 1],
  unitRows: [([x]) => unitRows(x!), ([x]) => unit(x!), 1],
  'rowCosines with a fixed table': [
    ([x]) =>
      rowCosinesWith(
        x!,
        tf.tidy(() => tf.mul<tf.Tensor2D>(FIXED(), 1)),
      ),
    ([x]) => dots(unit(x!), unit(FIXED())),
    1,
  ],
  'unitRows of another length': [([x]) => unitRows(x!, 5), ([x]) => tf.mul(unit(x!), 5), 1],
  'unitRows of what was made on the way': [([x]) => unitRows(tf.mul(x!, 2)), ([x]) => unit(tf.mul(x!, 2)), 1],
  rowCosines: [([a, b]) => rowCosines(a!, b!), ([a, b]) => dots(unit(a!), unit(b!)), 2],
  sumOfSquares: [
    ([a, b]) => sumOfSquares([a!, b!]),
    ([a, b]) => tf.add(tf.sum(tf.square(a!)), tf.sum(tf.square(b!))),
    2,
  ],
  weightedSum: [
    ([x]) => weightedSum(rowSquares(x!), list()),
    ([x]) => tf.sum(tf.mul(tf.sum(tf.square(x!), 1), list())),
    1,
  ],
  bprLosses: [
    ([u, p, n]) => bprLosses(u!, p!, n!, false),
    ([u, p, n]) => tf.softplus(tf.sub(dots(u!, n!), dots(u!, p!))),
    3,
  ],
  'bprLosses with a floor': [
    ([u, p, n]) => bprLosses(u!, p!, n!, true),
    ([u, p, n]) => tf.neg(tf.log(tf.add(tf.sigmoid(tf.sub(dots(u!, p!), dots(u!, n!))), 1e-10))),
    3,
  ],
};

for (const backend of BACKENDS)
  describeOn(backend, 'a fused operation', (test) => {
    for (const [name, [fused, chain, count]] of Object.entries(OPERATIONS))
      test(`${name} has the values and the slopes of the chain it stands for`, async () => {
        const tables = Array.from({ length: count }, () => matrix(uniform(ROWS * 8), ROWS, 8));
        await sameSlopes(fused, chain, tables);
        tf.dispose(tables);
      });
  });
