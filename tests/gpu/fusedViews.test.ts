import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { required } from '../../src/domain/at';
import { maskedSoftmax, maskedSoftmaxPair } from '../../workers/engine/kernels/maskedSoftmax';
import { modalityMix, MIX_PAIRS } from '../../workers/engine/kernels/modalityMix';
import {
  momentDifferences,
  momentDifferencesPair,
  momentSharesPair,
  momentsPair,
  momentsSlopePair,
} from '../../workers/engine/kernels/moments';
import { nodeRowsPair, nodeSumsPair } from '../../workers/engine/kernels/nodeRows';
import { perturbedRows, perturbedRowsPair } from '../../workers/engine/kernels/perturbedRows';
import { rowDots } from '../../workers/engine/kernels/rowCosines';
import { tanhScores, TANH_PAIRS } from '../../workers/engine/kernels/tanhScores';
import { tripleLogSums, tripleLogSumsPair, tripleLogSumsSlopePair } from '../../workers/engine/kernels/tripleLogSums';
import { disposeRowIndex, gatherRows, hostRowIndex, rowIndex } from '../../workers/engine/rows';
import type { SparseTensor } from '../../workers/engine/kernels/csrProduct';
import { disposeSparse, sparseTensor } from '../../workers/engine/sparse';
import { matrixOf, vectorOf } from '../../workers/engine/tensors';
import { csrFromEntries } from '../../workers/graphs/csr';
import {
  meanOfLayers,
  meanThrough,
  nodeTable,
  plusLastLayer,
  splitNodes,
} from '../../workers/models/layers/propagation';
import { BACKENDS, describeOn, values, worst } from '../helpers/device';
import {
  describeOperations,
  describePairs,
  sameAsTwin,
  sameSlopes,
  uniformOf,
  type Operations,
  type PairCase,
} from '../helpers/fused';

const uniform = uniformOf('views');

const [mix, viewsSlope, gatesSlope, scoresSlope] = MIX_PAIRS;
const [scores, scoresSlopeOfTanh] = TANH_PAIRS;

const PAIRS: readonly PairCase[] = [
  ...[16, 7].flatMap((d) =>
    [1, 2, 4].flatMap(
      (m) =>
        [
          [required(mix), [[70 * m, d], [70, m * d], [70 * m]], {}],
          [required(viewsSlope), [[70, m * d], [70 * m], [70, d]], {}],
          [required(gatesSlope), [[70 * m, d], [70 * m], [70, d]], {}],
          [required(scoresSlope), [[70 * m, d], [70, m * d], [70 * m], [70, d]], {}],
        ] as const,
    ),
  ),
  ...[16, 7].flatMap(
    (d) =>
      [
        [required(scores), [[70, d], [d]], {}],
        [required(scoresSlopeOfTanh), [[70, d], [d], [70]], {}],
        [
          perturbedRowsPair,
          [
            [70, d],
            [70, d],
          ],
          { noise: 0.3 },
        ],
        [
          tripleLogSumsPair,
          [
            [70, d],
            [70, d],
            [70, d],
          ],
          { near: 5, far: 3 },
        ],
        ...[0, 1, 2].map(
          (of) => [tripleLogSumsSlopePair, [[70, d], [70, d], [70, d], [70]], { near: 5, far: 3, of }] as const,
        ),
        [momentSharesPair, [[700 * 3, d]], { blocks: 3 }],
        [momentsSlopePair, [[700 * 3, d], [3, 2], [1]], { size: 700 * d }],
        [momentSharesPair, [[900, 2 * d]], { blocks: 2, across: 2 }],
        [momentSharesPair, [[600, 2 * d]], { blocks: 4, across: 2 }],
        [momentsSlopePair, [[600, 2 * d], [5, 2], [1]], { size: 300 * d, copies: 3, across: 2, first: 1 }],
      ] as const,
  ),
  ...[1, 3].map((copies) => [momentsPair, [[3, 4096, 2]], { size: 9000, copies }] as const),
  [momentDifferencesPair, [[3, 2]], {}],
  [maskedSoftmaxPair, [[700], [700]], { scale: -4 }],
];

describePairs('a kernel of views', PAIRS);

describeOn('webgpu', 'a kernel of nodes', (test) => {
  for (const d of [16, 7])
    test(`rows of nodes are taken and summed as by the twins, ${d} columns`, async () => {
      const indices = Int32Array.of(3, 0, 4, 3, 3);
      const { pointers, places } = hostRowIndex(indices, 4, 6);
      const x = uniform([20, d]);
      const dy = uniform([5, d]);
      for (const [pair, inputs, shapes, attributes] of [
        [nodeRowsPair, [x, indices], [[20, d], [5]], { first: 9 }],
        [nodeSumsPair, [pointers, places, dy], [[7], [5], [5, d]], { first: 9, rows: 20 }],
      ] as const)
        await sameAsTwin(
          pair,
          inputs.map((numbers, place) => ({ values: numbers, shape: [...required(shapes[place])] })),
          attributes,
        );
    });
});

const listed = (x: tf.Tensor | undefined): tf.Tensor1D => vectorOf(tf.reshape(required(x), [-1]));
const block = (x: tf.Tensor2D, of: number, count: number): tf.Tensor2D => {
  const [rows, columns] = x.shape;
  return tf.slice(x, [(of * rows) / count, 0], [rows / count, columns]);
};

/** The mix of modalities, operation by operation. */
function mixed([views, gates, list]: tf.Tensor2D[]): tf.Tensor {
  const count = views!.shape[0] / gates!.shape[0];
  const shares = tf.transpose(tf.softmax(tf.transpose(tf.reshape(list!, [count, -1]))));
  const each = Array.from({ length: count }, (_, m) => block(views!, m, count));
  const shared = tf.addN(each.map((view, m) => tf.mul(view, tf.reshape(tf.slice(shares, [m, 0], [1, -1]), [-1, 1]))));
  const parts = tf.split(gates!, count, 1);
  const specific = each.map((view, m) => tf.mul(required(parts[m]), tf.sub(view, shared)));
  return tf.mul(tf.addN([shared, ...specific]), 1 / (count + 1));
}

/** Of lists of numbers, each counted `copies` times. */
function differences(lists: readonly tf.Tensor[], copies = 1): tf.Tensor {
  const moments = lists.map((numbers) => {
    const mean = tf.mean(numbers);
    const squares = tf.sum(tf.square(tf.sub(numbers, mean)));
    return { mean, variance: tf.mul(squares, copies / (copies * numbers.size - 1)) };
  });
  return tf.addN(
    moments.flatMap((a, m) =>
      moments.slice(m + 1).flatMap((b) => [tf.abs(tf.sub(a.variance, b.variance)), tf.abs(tf.sub(a.mean, b.mean))]),
    ),
  );
}

const OPERATIONS: Operations = {
  'a mix of three modalities': [
    ([views, gates, list]) => modalityMix(views!, gates!, listed(list)),
    mixed,
    [
      [60, 8],
      [20, 24],
      [60, 1],
    ],
  ],
  'scores by tanh': [
    ([x, q]) => tanhScores(x!, q!),
    ([x, q]) => tf.reshape(tf.matMul(tf.tanh(x!), q!), [-1]),
    [
      [70, 8],
      [8, 1],
    ],
  ],
  'differences of moments': [
    ([x]) => momentDifferences([{ x: x!, blocks: 3 }]),
    ([x]) => differences([0, 1, 2].map((of) => block(x!, of, 3))),
    [[300, 8]],
  ],
  'differences of moments of two tables, of blocks side by side': [
    ([x, y]) =>
      momentDifferences([
        { x: x!, blocks: 1, copies: 3 },
        { x: y!, blocks: 2, across: 2, copies: 3 },
      ]),
    ([x, y]) => differences([x!, ...tf.split(y!, 2, 1)], 3),
    [
      [300, 8],
      [500, 12],
    ],
  ],
  'logarithms of sums of three rows’ products': [
    ([a, b, c]) => tripleLogSums(a!, b!, c!, { near: 2, far: 3 }),
    ([a, b, c]) => {
      const products = [tf.mul(rowDots(a!, b!), 2), tf.mul(rowDots(a!, c!), 3), tf.mul(rowDots(b!, c!), 3)];
      return tf.log(tf.addN(products.map((product) => tf.exp(product))));
    },
    [
      [70, 8],
      [70, 8],
      [70, 8],
    ],
  ],
};

describeOperations('an operation of views', OPERATIONS);

for (const backend of BACKENDS)
  describeOn(backend, 'a table of nodes', (test) => {
    const compare = async (
      fused: (x: tf.Tensor2D) => tf.Tensor,
      chain: (x: tf.Tensor2D) => tf.Tensor,
      x: tf.Tensor2D,
    ): Promise<void> => {
      await sameSlopes(
        ([table]) => fused(required(table)),
        ([table]) => chain(required(table)),
        [x],
      );
      x.dispose();
    };
    const tableOf = (shape: readonly number[]): tf.Tensor2D => matrixOf(tf.tensor(uniform(shape), [...shape]));

    test('rows perturbed by noise have the slopes of the rows', () => {
      const x = tableOf([70, 8]);
      const draws = tableOf([70, 8]);
      const unit = (): tf.Tensor => tf.div(draws, tf.norm(draws, 2, 1, true));
      return compare(
        () => perturbedRows(x, draws, 0.3),
        () => tf.add(x, tf.mul(tf.mul(tf.sign(x), unit()), 0.3)),
        x,
      ).finally(() => draws.dispose());
    });

    test('rows of users and items are those of the halves, and so are their slopes', () => {
      const x = tableOf([11, 8]);
      const [users, items] = [
        rowIndex(hostRowIndex(Int32Array.of(3, 0, 3), 3, 5)),
        rowIndex(hostRowIndex(Int32Array.of(1, 5, 1, 0), 3, 6)),
      ];
      return compare(
        () => {
          const nodes = nodeTable(x, 5);
          return tf.concat([nodes.users(users), nodes.items(items)], 0);
        },
        () => {
          const halves = splitNodes(x, 5);
          return tf.concat([gatherRows(halves.users, users), gatherRows(halves.items, items)], 0);
        },
        x,
      ).finally(() => [users, items].forEach(disposeRowIndex));
    });

    for (const width of [64, 36, 7])
      test(`the mean of layers is the mean of the products, and the last one is added to the first, ${width} columns`, async () => {
        // A third of the places of 11 × 11.
        const cells = Int32Array.from({ length: 40 }, (_, place) => 3 * place);
        const numbers = [uniform([40]), uniform([40])];
        const [first, second] = numbers.map((list) =>
          sparseTensor(
            csrFromEntries(
              11,
              11,
              cells.map((cell) => Math.floor(cell / 11)),
              cells.map((cell) => cell % 11),
              list,
            ),
            false,
          ),
        ) as [SparseTensor, SparseTensor];
        const [a, b] = numbers.map((list) => {
          const full = new Float32Array(121);
          cells.forEach((cell, place) => (full[cell] = required(list[place])));
          return tf.tensor2d(full, [11, 11]);
        }) as [tf.Tensor2D, tf.Tensor2D];
        await compare(
          (x) => meanOfLayers(first, x, 2, 0.5),
          (x) => tf.mul(tf.addN([x, tf.matMul(a, x), tf.matMul(a, tf.matMul(a, x))]), 0.5 / 3),
          tableOf([11, width]),
        );
        await compare(
          (x) => meanThrough([first, second], x),
          (x) => tf.mul(tf.addN([x, tf.matMul(a, x), tf.matMul(b, tf.matMul(a, x))]), 1 / 3),
          tableOf([11, width]),
        );
        for (const layers of [1, 3])
          await compare(
            (x) => plusLastLayer(first, x, layers),
            (x) => {
              const last = Array.from({ length: layers }).reduce<tf.Tensor2D>((current) => tf.matMul(a, current), x);
              return tf.add(x, last);
            },
            tableOf([11, width]),
          );
        tf.dispose([a, b]);
        [first, second].forEach(disposeSparse);
      });

    test('a masked softmax is that of the places that count', async () => {
      const x = tf.tensor1d(uniform([40]));
      const mask = tf.tensor1d(uniform([40]).map((value) => Number(value > 0)));
      const got = await values(() => maskedSoftmax(x, mask, -3));
      const wanted = await values(() => {
        const e = tf.mul(tf.exp(tf.mul(x, -3)), mask);
        return tf.div(e, tf.sum(e));
      });
      expect(worst(got, wanted)).toBeLessThanOrEqual(2e-6);
      tf.dispose([x, mask]);
    });
  });
