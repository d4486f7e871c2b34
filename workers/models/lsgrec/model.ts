/**
 * LSGRec, DASFAA 2025: one light convolution over likes and dislikes, with a positive and a negative embedding of every node. As the
 * authors' code has it: dislikes enter from the positive table, and observed pairs are pushed below drawn ones in the negative score.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { disposeParameter, type Parameter } from '../../engine/parameters';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { rowDots } from '../../engine/kernels/rowCosines';
import { weightedSquares } from '../../engine/kernels/weightedSquares';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { floats, matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import type { Csr } from '../../graphs/csr';
import { drawnMatrix, xavierNormal } from '../layers/initialisers';
import { linear } from '../layers/linear';
import { batchMean, batchRowsOf, margins, rowLosses, scoresOf, type BatchRows } from '../layers/losses';
import { meanOfLayers, nodeTable, splitNodes, stackNodes } from '../layers/propagation';
import { deviceSigns, observeScores, pairsOfSign, signsAbove, signsFinding, signsOfBatch } from '../layers/signs';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model } from '../model';
import { filteredRanking } from './filter';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  const { users: userCount, items: itemCount, ratings } = input;
  const { embeddingSize: width, layers } = config;
  await progress('building the graphs of liked and disliked interactions', null);
  const signs = signsAbove(input, config.threshold);
  const graphOf = (sign: 0 | 1): Csr => behaviourGraph(pairsOfSign(input.train, signs, sign), userCount, itemCount, 0);
  const matrices = { positive: graphOf(1), negative: ratings ? graphOf(0) : null };
  const positive = sparseTensor(matrices.positive, true);
  const negative = matrices.negative && sparseTensor(matrices.negative, true);
  const pairSigns = deviceSigns(signs);
  /** `y`, what is predicted, by training pair. */
  const wanted = ratings && tf.keep(floats(ratings.map((rating) => rating - config.threshold)));

  const ids = [
    drawnMatrix(random, 'userEmbedding', 'E⁺, users × d', userCount, width, xavierNormal),
    drawnMatrix(random, 'itemEmbedding', 'E⁺, items × d', itemCount, width, xavierNormal),
  ] as const;
  const others = [
    drawnMatrix(random, 'negativeUserEmbedding', 'E⁻, users × d', userCount, width, xavierNormal),
    drawnMatrix(random, 'negativeItemEmbedding', 'E⁻, items × d', itemCount, width, xavierNormal),
  ] as const;
  const head = wanted && linear('rating', 'ratings from [P_u; P_i]', 2 * width, 1, random);
  const parameters = [...ids, ...others, ...(head?.parameters ?? [])];

  const stacked = ([users, items]: readonly [Parameter, Parameter]): tf.Tensor2D =>
    stackNodes(matrixOf(users.tensor), matrixOf(items.tensor));
  /** `P = mean_l Â⁺^l P⁰`, and `N = (E⁻ + Σ_{l<L} Â⁺^l Â⁻ P⁰)/(L + 1)`, both `[U + I, d]`. */
  const views = (): { readonly positive: tf.Tensor2D; readonly negative: tf.Tensor2D } => {
    const start = stacked(ids);
    const own = matrixOf(tf.mul(stacked(others), 1 / (layers + 1)));
    return {
      positive: meanOfLayers(positive, start, layers),
      negative: negative
        ? matrixOf(
            tf.add(own, meanOfLayers(positive, sparseProduct(negative, start), layers - 1, layers / (layers + 1))),
          )
        : own,
    };
  };

  /** Mean of `(ŷ − ȳ)²` or of `(ŷ − y)²`, `ŷ = [P_u; P_i]·w + b`. The variance of `y`, which the code adds, moves nothing. */
  const rating = ({ users, positives }: BatchRows, batch: Batch): LossTermValue[] => {
    if (!head || !wanted) return [];
    const predicted = vectorOf(tf.reshape(head.apply(matrixOf(tf.concat([users, positives], 1))), [-1]));
    const own = vectorOf(tf.gather(wanted, batch.pairs));
    const target = config.ratingLoss === 'batchMean' ? batchMean(own, batch) : own;
    const errors = vectorOf(tf.square(tf.sub(predicted, target)));
    return [{ key: 'rating', weight: config.ratingWeight, value: batchMean(errors, batch) }];
  };

  return {
    parameters,
    graphs: [
      { name: 'positive', meaning: 'sym of the liked interactions, users before items', matrix: matrices.positive },
      ...(matrices.negative
        ? [
            {
              name: 'negative',
              meaning: 'sym of the disliked interactions, users before items',
              matrix: matrices.negative,
            },
          ]
        : []),
    ],
    inputs: [
      {
        name: 'signs',
        meaning: '1 liked, 0 not, by row of the training pairs',
        shape: [signs.length],
        read: async () => Float32Array.from(signs),
      },
      ...(ratings
        ? [
            {
              name: 'ratings',
              meaning: 'ratings, by row of the training pairs',
              shape: [ratings.length],
              read: async () => ratings.slice(),
            },
          ]
        : []),
    ],
    ...(ratings && { findings: [signsFinding(input.train, signs)] }),
    loss: (batch, step) => {
      const found = views();
      const p = batchRowsOf(nodeTable(found.positive, userCount), batch);
      const n = batchRowsOf(nodeTable(found.negative, userCount), batch);
      const liked = signsOfBatch(pairSigns, batch);
      const scores = scoresOf(p, batch);
      const negativeScores = scoresOf(n, batch);
      observeScores(step, batch, 'score', scores, liked, ratings !== null);
      observeScores(step, batch, 'negativeScore', negativeScores, liked, ratings !== null);
      const shared = 1 / (config.bprSum === 'mean' ? batch.negativesPerPositive : 1);
      const mean = (losses: tf.Tensor1D): tf.Scalar => scalarOf(tf.mul(batchMean(losses, batch), shared));
      const above = margins(scores, vectorOf(tf.sub(2, liked)));
      const below = margins(negativeScores, vectorOf(tf.add(1, liked)));
      return [
        { key: 'bpr', weight: 1, value: mean(rowLosses(above)) },
        { key: 'bprNegative', weight: 1, value: mean(rowLosses(matrixOf(tf.neg(below)))) },
        ...rating(p, batch),
        { key: 'orthogonal', weight: config.orthogonalWeight, value: orthogonality(p, n, batch) },
        { key: 'reg', weight: config.regWeight, value: squares([p, n], batch, shared) },
      ];
    },
    represent: () => {
      const found = views();
      const ranked = splitNodes(found.positive, userCount);
      return config.negativeFilter === 'top'
        ? filteredRanking(ranked, splitNodes(found.negative, userCount), config.filterCount)
        : ranked;
    },
    dispose: () => {
      disposeSparse(positive);
      if (negative) disposeSparse(negative);
      tf.dispose([pairSigns, ...(wanted ? [wanted] : [])]);
      parameters.forEach(disposeParameter);
    },
  };
}

/** `mean (P_u·N_u)² + mean (P_i·N_i)²` over the rows' users and items. */
const orthogonality = (p: BatchRows, n: BatchRows, batch: Batch): tf.Scalar =>
  scalarOf(
    tf.add(
      batchMean(vectorOf(tf.square(rowDots(p.users, n.users))), batch),
      batchMean(vectorOf(tf.square(rowDots(p.positives, n.positives))), batch),
    ),
  );

/** `½ Σ ‖·‖²` over the batch's rows of both embeddings: a sum, not a mean. */
const squares = (views: readonly BatchRows[], batch: Batch, factor: number): tf.Scalar =>
  scalarOf(
    tf.addN(
      views.map(({ users, positives, negatives }) =>
        weightedSquares(
          [
            [users, batch.mask],
            [positives, batch.mask],
            [negatives, batch.negativeMask],
          ],
          0.5 * factor,
        ),
      ),
    ),
  );

export const model = defineModel(table, build);
