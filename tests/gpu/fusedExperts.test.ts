import * as tf from '@tensorflow/tfjs-core';
import {
  expertReads,
  expertOutputSlopePair,
  expertReadsPair,
  expertReadsSlopePair,
} from '../../workers/engine/kernels/expertReads';
import {
  meanShares,
  mixture,
  mixturePair,
  mixtureSlopePair,
  rowEntropies,
  rowEntropiesPair,
  rowEntropiesSlopePair,
  meanSharesSlopePair,
} from '../../workers/engine/kernels/mixture';
import { rowBlend, rowBlendPair, rowBlendSlopePair } from '../../workers/engine/kernels/rowBlend';
import { sumOfSquares } from '../../workers/engine/kernels/sumOfSquares';
import { matrixOf } from '../../workers/engine/tensors';
import { describeOperations, describePairs, type Operations, type PairCase } from '../helpers/fused';

const PAIRS: readonly PairCase[] = [
  [
    mixturePair,
    [
      [70, 9],
      [70, 9],
    ],
    {},
  ],
  [
    mixturePair,
    [
      [70, 9],
      [70, 9],
      [70, 9],
    ],
    {},
  ],
  ...[0, 1].flatMap((of) => [
    [mixtureSlopePair, [[70, 9], [70, 9], [70]], { of }] as const,
    [mixtureSlopePair, [[70, 9], [70, 9], [70], [70, 9]], { of }] as const,
  ]),
  [rowEntropiesPair, [[70, 9]], {}],
  [rowEntropiesSlopePair, [[70, 9], [70]], {}],
  [meanSharesSlopePair, [[70, 9], [70], [9]], {}],
  ...[16, 7].flatMap((d) => [
    ...[0, 1].flatMap((mlp) =>
      [[], [[70, 3 * d]]].flatMap((keep) => [
        [expertReadsPair, [[3, 70, d], [3, 70, d], [d], ...keep], { mlp }] as const,
        ...[0, 1].map(
          (of) => [expertReadsSlopePair, [[3, 70, d], [3, 70, d], [d], [70, 3], ...keep], { mlp, of }] as const,
        ),
        [expertOutputSlopePair, [[3, 70, d], [3, 70, d], [70, 3], ...keep], { mlp }] as const,
      ]),
    ),
    [
      rowBlendPair,
      [
        [70, d],
        [70, d],
        [70, 2],
      ],
      {},
    ] as const,
    ...[0, 1].map(
      (of) =>
        [
          rowBlendSlopePair,
          [
            [70, d],
            [70, 2],
          ],
          { of },
        ] as const,
    ),
  ]),
];

const stackOf = (x: tf.Tensor2D): tf.Tensor3D => tf.reshape(x, [3, 20, 8]);
const keepOf = (): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: 480 }, (_, place) => Number(place % 3 > 0) * 1.5),
    [20, 24],
  );
const chosen = (): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: 360 }, (_, place) => Number(place % 9 !== (place / 9) % 5)),
    [40, 9],
  );
const factors = (): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: 40 }, (_, place) => Math.cos(place)),
    [20, 2],
  );
const weights = (): tf.Tensor1D => tf.tensor1d(Array.from({ length: 40 }, (_, place) => Math.sin(place)));

/** What experts read, operation by operation. */
function reads([users, items, v]: tf.Tensor2D[], keep: tf.Tensor2D | null, mlp: boolean): tf.Tensor {
  const [p, q] = [stackOf(users!), stackOf(items!)];
  const s = mlp ? tf.relu(tf.add(p, q)) : tf.mul(p, q);
  const kept = keep ? tf.mul(s, tf.transpose(tf.reshape(keep, [20, 3, 8]), [1, 0, 2])) : s;
  return tf.transpose(tf.reshape(tf.matMul(matrixOf(tf.reshape(kept, [60, 8])), v!), [3, 20]));
}

const OPERATIONS: Operations = {
  ...Object.fromEntries(
    [false, true].flatMap((mlp) =>
      [false, true].map((kept) => [
        `what experts read${mlp ? ' by ReLU' : ''}${kept ? ', with dropout' : ''}`,
        [
          ([users, items, v]) => expertReads(stackOf(users!), stackOf(items!), v!, kept ? keepOf() : null, mlp),
          (x) => reads(x, kept ? keepOf() : null, mlp),
          [
            [60, 8],
            [60, 8],
            [8, 1],
          ],
        ] as Operations[string],
      ]),
    ),
  ),
  'a mixture of all': [
    ([logits, values]) => mixture(logits!, values!, null),
    ([logits, values]) => tf.sum(tf.mul(tf.softmax(logits!), values!), 1),
    [
      [40, 9],
      [40, 9],
    ],
  ],
  'a mixture of the chosen': [
    ([logits, values]) => mixture(logits!, values!, chosen()),
    ([logits, values]) => {
      const shares = tf.mul(tf.exp(logits!), chosen());
      return tf.sum(tf.mul(tf.div(shares, tf.sum(shares, 1, true)), values!), 1);
    },
    [
      [40, 9],
      [40, 9],
    ],
  ],
  'entropies of rows': [
    ([logits]) => rowEntropies(logits!),
    ([logits]) => tf.neg(tf.sum(tf.mul(tf.softmax(logits!), tf.logSoftmax(logits!)), 1)),
    [[40, 9]],
  ],
  'a mean of shares': [
    ([logits]) => meanShares(logits!, weights()),
    ([logits]) => tf.sum(tf.mul(tf.softmax(logits!), tf.reshape(weights(), [-1, 1])), 0),
    [[40, 9]],
  ],
  'a blend of rows': [
    ([x, y]) => rowBlend(x!, y!, factors()),
    ([x, y]) => {
      const [a, b] = tf.split(factors(), 2, 1);
      return tf.add(tf.mul(x!, a!), tf.mul(y!, b!));
    },
    [
      [20, 8],
      [20, 8],
    ],
  ],
  'squares of nine tables': [
    (tables) => sumOfSquares(tables),
    (tables) => tf.addN(tables.map((x) => tf.sum(tf.square(x)))),
    Array.from({ length: 9 }, (_, k) => [3 + k, 8]),
  ],
};

describePairs('a kernel of experts', PAIRS);
describeOperations('an operation of experts', OPERATIONS);
