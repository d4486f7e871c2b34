import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { required } from '../../src/domain/at';
import { ACTIVATIONS, activationSlopePair } from '../../workers/engine/kernels/activationSlope';
import { complexProduct, complexProductPair } from '../../workers/engine/kernels/complexProduct';
import { columnSums, columnSumsPair } from '../../workers/engine/kernels/columnSums';
import { dropped, droppedPair } from '../../workers/engine/kernels/dropoutMask';
import { gumbelSoftmax, gumbelSoftmaxPair, softmaxSlopePair } from '../../workers/engine/kernels/gumbelSoftmax';
import { keptRows, keptRowsPair } from '../../workers/engine/kernels/keptRows';
import { layerNorm, normedRowsPair, normedRowsSlopePair } from '../../workers/engine/kernels/layerNorm';
import { neighbourLosses } from '../../workers/engine/kernels/neighbourShares';
import {
  productLogSums,
  productLogSumsPair,
  productLogSumsSlopePair,
} from '../../workers/engine/kernels/productLogSums';
import { rowDots, unitRowsPair, unitRowsSlopePair } from '../../workers/engine/kernels/rowCosines';
import {
  tableNormsPair,
  tableNormsSlopePair,
  weightedNorms,
  weightedSquares,
  weightedSquaresPair,
  weightedSquaresSlopePair,
} from '../../workers/engine/kernels/weightedSquares';
import { weightedSum, weightedSumPair, weightedSumSlopePair } from '../../workers/engine/kernels/weightedSum';
import { longProductPair } from '../../workers/engine/kernels/longProduct';
import { productWithBias } from '../../workers/engine/products';
import { matrixOf, vectorOf } from '../../workers/engine/tensors';
import { softWithNoise } from '../../workers/models/layers/gumbel';
import { BACKENDS, describeOn, values, worst } from '../helpers/device';
import {
  describeOperations,
  describePairs,
  sameAsTwin,
  slopes,
  uniformOf,
  type Operations,
  type PairCase,
} from '../helpers/fused';

const uniform = uniformOf('layers');

const LAYERS: readonly PairCase[] = [
  ...[64, 7].flatMap((columns) => [
    [columnSumsPair, [[700, columns]], {}] as const,
    [columnSumsPair, [[3, 90, columns]], {}] as const,
    ...[0, 1].map((tanh) => [columnSumsPair, [[700, columns], [700]], { tanh }] as const),
    ...[1, 2, 3, 4].map(
      (of) =>
        [
          activationSlopePair,
          [
            [70, columns],
            [70, columns],
          ],
          { of },
        ] as const,
    ),
    ...[[[70, columns]], [[70, columns], [columns], [columns]]].map(
      (shapes) => [normedRowsPair, shapes, { epsilon: 1e-6 }] as const,
    ),
    [normedRowsSlopePair, [[70, columns], [70, columns], [columns]], { epsilon: 1e-6 }] as const,
  ]),
];

/** Rows and columns that fill tiles and turns, and that do not. */
const PRODUCTS: readonly PairCase[] = [
  [
    [1100, 64],
    [1100, 24],
  ],
  [
    [770, 12],
    [770, 9],
  ],
  [
    [513, 7],
    [513, 8],
  ],
  [
    [512, 3],
    [512, 1],
  ],
  [
    [1, 600, 20],
    [1, 600, 4],
  ],
].map((shapes) => [longProductPair, shapes, {}] as const);

const SPECTRA: readonly PairCase[] = [0, 1].flatMap((conjugate) => [
  [
    complexProductPair,
    [
      [70, 66],
      [70, 66],
    ],
    { conjugate },
  ] as const,
  [
    complexProductPair,
    [
      [70, 10],
      [1, 10],
    ],
    { conjugate },
  ] as const,
]);

const CONTRASTS: readonly PairCase[] = [
  [productLogSumsPair, [[70, 90], [90], [70, 50], [50], [70, 8], [8]], { scale0: 5, scale1: 2, shift: 3 }],
  [productLogSumsPair, [[70, 70], [70]], { scale0: 5, ways: 2, paired: 1, shift: 1 }],
  [productLogSumsSlopePair, [[70, 90], [90], [70], [70]], { scale: 5 }],
  [productLogSumsSlopePair, [[70, 70], [70], [140], [140]], { scale: 3, ways: 2, paired: 1 }],
  ...[64, 7].flatMap((columns) => [
    [weightedSquaresPair, [[70, columns], [70], [70, columns], [70], [210, columns], [210]], { factor: 0.3 }] as const,
    [tableNormsSlopePair, [[70, columns], [70], [3], [1]], { table: 1 }] as const,
    [weightedSquaresSlopePair, [[70, columns], [70], [1]], { factor: 0.3 }] as const,
  ]),
  ...[4, 7].flatMap((columns) => [
    [
      gumbelSoftmaxPair,
      [
        [70, columns],
        [70, columns],
      ],
      { temperature: 0.3 },
    ] as const,
    [
      softmaxSlopePair,
      [
        [70, columns],
        [70, columns],
      ],
      { temperature: 0.3 },
    ] as const,
    [
      droppedPair,
      [
        [70, columns],
        [70, columns],
      ],
      { rate: 0.3 },
    ] as const,
    [unitRowsPair, [[70, columns]], { length: 5 }] as const,
    [
      unitRowsSlopePair,
      [
        [70, columns],
        [70, columns],
      ],
      { length: 5 },
    ] as const,
  ]),
  ...[1, -1].map((sign) => [keptRowsPair, [[210], [70]], { share: 0.29, sign, first: 1, end: 3 }] as const),
  [weightedSumPair, [[140], [70]], { factor: 0.3 }],
  [weightedSumSlopePair, [[70], [1]], { factor: 0.3, repeats: 3 }],
];

describePairs('a kernel of layers', LAYERS);
describePairs('a kernel of long products', PRODUCTS);
describePairs('a kernel of spectra', SPECTRA);
describePairs('a kernel of contrasts', CONTRASTS);

/** 1 for all but every third of `rows`. */
const maskOf = (rows: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: rows }, (_, row) => Number(row % 3 > 0)));
const listed = (x: tf.Tensor | undefined): tf.Tensor1D => vectorOf(tf.reshape(required(x), [-1]));

/** `Σ_j mask_j exp(s a_i · c_j)`, `[n]`. */
const exponentials = (a: tf.Tensor2D, c: tf.Tensor2D, scale: number): tf.Tensor1D => {
  const all = tf.exp(tf.mul(tf.matMul(a, c, false, true), scale));
  return vectorOf(tf.sum(tf.mul(all, maskOf(c.shape[0])), 1));
};

/** Neighbours of eight items, themselves among them; of every third there is one less. */
const NEIGHBOURS = Array.from({ length: 8 }, (_, item) => [item, (item + 3) % 8, item % 3 > 0 ? (item + 5) % 8 : -1]);
const WEIGHTS = NEIGHBOURS.map((row) => row.map((place, k) => (place < 0 ? 0 : 0.6 - 0.2 * k)));
/** Of a number of rows that four do not divide. */
const ITEMS = Array.from({ length: 22 }, (_, row) => (row * row) % 8);
/** `A [n, n]` between the rows of a batch. */
const LINKS = ITEMS.map((item) => ITEMS.map((other) => WEIGHTS[item]![NEIGHBOURS[item]!.indexOf(other)] ?? 0));

/** Real and imaginary parts of rows that hold both. */
const partsOf = (x: tf.Tensor | undefined): tf.Tensor[] => tf.split(required(x), 2, 1);
const complexChain = ([a, b]: tf.Tensor2D[]): tf.Tensor => {
  const [ar, ai, br, bi] = [...partsOf(a), ...partsOf(b)] as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  return tf.concat([tf.sub(tf.mul(ar, br), tf.mul(ai, bi)), tf.add(tf.mul(ar, bi), tf.mul(ai, br))], 1);
};

const noise = (): tf.Tensor2D => tf.tensor2d(NOISE, [20, 4]);
const NOISE = uniform([80]).map((value) => (value + 1) / 2);
const keptNumbers = (rate: number): tf.Tensor2D =>
  tf.tensor2d(
    NOISE.map((draw) => (draw >= Math.fround(rate) ? 1 / (1 - rate) : 0)),
    [20, 4],
  );

const OPERATIONS: Operations = {
  'a layer norm': [
    ([x, scale, shift]) => layerNorm(x!, tf.reshape(scale!, [-1]), tf.reshape(shift!, [-1]), 1e-3),
    ([x, scale, shift]) => {
      const { mean, variance } = tf.moments(x!, 1, true);
      const normed = tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 1e-3)));
      return tf.add(tf.mul(normed, scale!), shift!);
    },
    [
      [70, 12],
      [1, 12],
      [1, 12],
    ],
  ],
  'logarithms of the shares of neighbours': [
    ([x]) => {
      const table = { places: tf.tensor2d(NEIGHBOURS, [8, 3], 'int32'), weights: tf.tensor2d(WEIGHTS) };
      return neighbourLosses(x!, tf.tensor1d(ITEMS, 'int32'), maskOf(22), table, 1.5);
    },
    ([x]) => {
      const others = tf.sub(1, tf.eye(22));
      const powers = tf.exp(tf.mul(tf.mul(tf.matMul(x!, x!, false, true), others), 1.5));
      const counted = tf.mul(powers, maskOf(22));
      return tf.neg(tf.log(tf.add(tf.div(tf.sum(tf.mul(counted, LINKS), 1), tf.sum(counted, 1)), 1e-8)));
    },
    [[22, 8]],
  ],
  'a product of complex rows': [
    ([a, b]) => complexProduct(a!, b!),
    complexChain,
    [
      [20, 12],
      [20, 12],
    ],
  ],
  'complex rows times one row': [
    ([a, b]) => complexProduct(a!, b!),
    complexChain,
    [
      [20, 12],
      [1, 12],
    ],
  ],
  ...Object.fromEntries(
    ACTIVATIONS.map((activation) => [
      `a layer, ${activation}`,
      [
        ([x, w, b]) => productWithBias(x!, w!, tf.reshape(b!, [8]), { activation }),
        ([x, w, b]) => {
          const z = tf.add(tf.matMul(x!, w!), b!);
          if (activation === 'leakyRelu') return tf.maximum(z, tf.mul(z, 0.01));
          if (activation === 'tanh') return tf.tanh(z);
          return activation === 'relu' ? tf.relu(z) : activation === 'sigmoid' ? tf.sigmoid(z) : z;
        },
        [
          [70, 12],
          [12, 8],
          [1, 8],
        ],
      ] as const,
    ]),
  ),
  'logarithms of sums of three products': [
    ([a, b, c]) =>
      productLogSums([
        { a: a!, c: b!, scale: 2, mask: maskOf(20) },
        { a: a!, c: c!, scale: 3, mask: maskOf(30) },
        { a: a!, c: a!, scale: 1, mask: maskOf(20) },
      ]),
    ([a, b, c]) => tf.log(tf.addN([exponentials(a!, b!, 2), exponentials(a!, c!, 3), exponentials(a!, a!, 1)])),
    [
      [20, 8],
      [20, 8],
      [30, 8],
    ],
  ],
  'a contrast both ways': [
    ([a, b]) => productLogSums([{ a: a!, c: b!, scale: 2, mask: maskOf(20) }], { bothWays: true, paired: true }),
    ([a, b]) => {
      const own = tf.mul(rowDots(a!, b!), 2);
      const ways = [exponentials(a!, b!, 2), exponentials(b!, a!, 2)];
      return tf.concat(
        ways.map((sums) => tf.sub(tf.log(sums), own)),
        0,
      );
    },
    [
      [20, 8],
      [20, 8],
    ],
  ],
  'a weighted sum of repeated weights': [
    ([x]) => weightedSum(listed(x), maskOf(12), 0.3),
    ([x]) => tf.mul(tf.sum(tf.mul(tf.reshape(x!, [-1, 12]), maskOf(12))), 0.3),
    [[3, 12]],
  ],
  'norms of weighted tables': [
    ([a, b]) =>
      weightedNorms([
        [a!, maskOf(20)],
        [b!, maskOf(30)],
      ]),
    ([a, b]) => tf.addN([a!, b!].map((x) => tf.sqrt(tf.sum(tf.mul(tf.sum(tf.square(x), 1), maskOf(x.shape[0])))))),
    [
      [20, 8],
      [30, 8],
    ],
  ],
  'a softmax with noise': [
    ([x]) => gumbelSoftmax(x!, noise(), 0.3),
    ([x]) => softWithNoise(x!, noise(), 0.3),
    [[20, 4]],
  ],
  'dropped numbers': [([x]) => dropped(x!, noise(), 0.3), ([x]) => tf.mul(x!, keptNumbers(0.3)), [[20, 4]]],
  'squares of weighted rows': [
    ([a, b]) =>
      weightedSquares(
        [
          [a!, maskOf(20)],
          [b!, maskOf(30)],
        ],
        0.3,
      ),
    ([a, b]) => tf.mul(tf.addN([a!, b!].map((x) => tf.sum(tf.mul(tf.sum(tf.square(x), 1), maskOf(x.shape[0]))))), 0.3),
    [
      [20, 8],
      [30, 8],
    ],
  ],
};

describeOperations('an operation of layers', OPERATIONS);

describeOn('webgpu', 'a kernel of norms', (test) => {
  test('equals its twin', () =>
    sameAsTwin(
      tableNormsPair,
      [{ values: uniform([1000]).map((value) => value ** 2), shape: [1000] }],
      { rows0: 300, rows1: 1, rows2: 699 },
      1e-6,
    ));
});

for (const backend of BACKENDS)
  describeOn(backend, 'a layer', (test) => {
    test('sums of columns are those of tfjs, and no gradient is made for a constant table', async () => {
      const [x, w, b, f] = [[70, 12], [12, 8], [8], [70]].map((shape) => tf.tensor(uniform(shape), shape));
      const sums = await values(() => columnSums(x!, f, true));
      const wanted = await values(() => tf.sum(tf.mul(tf.tanh(x!), tf.reshape(f!, [-1, 1])), 0));
      expect(worst(sums, wanted)).toBeLessThanOrEqual(2e-5);
      const layer = (constant: boolean): tf.Tensor => productWithBias(matrixOf(x!), matrixOf(w!), b!, { constant });
      const [own, other] = [await slopes(() => layer(true), [w!, b!]), await slopes(() => layer(false), [w!, b!])];
      own.forEach((one, place) => expect(worst(one, required(other[place]))).toBe(0));
      tf.dispose([x!, w!, b!, f!]);
    });
  });

for (const backend of BACKENDS)
  describeOn(backend, 'rows that are kept', (test) => {
    test('are those with the greatest or least losses that count, ties to the lower row, one at least', async () => {
      const losses = Float32Array.of(3, 5, 1, 5, 9, 2);
      const kept = (share: number, which: 'largest' | 'smallest'): Promise<Float32Array> =>
        values(() => keptRows(tf.tensor1d(losses), tf.tensor1d([1, 1, 1, 1, 0, 1]), { share, which }));
      expect([...(await kept(0.4, 'largest'))]).toEqual([0, 0.5, 0, 0.5, 0, 0]);
      expect([...(await kept(0.2, 'largest'))]).toEqual([0, 1, 0, 0, 0, 0]);
      expect([...(await kept(0.4, 'smallest'))]).toEqual([0, 0, 0.5, 0, 0, 0.5]);
      expect([...(await kept(0.01, 'smallest'))]).toEqual([0, 0, 1, 0, 0, 0]);
    });

    test('are chosen for each column by itself', async () => {
      const made = await values(() =>
        keptRows(tf.tensor1d([1, 9, 4, 2, 8, 5, 3, 7, 6]), tf.ones([3]), {
          share: 0.4,
          which: 'largest',
          columns: [1, 3],
        }),
      );
      expect([...made]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 1]);
    });
  });
