/**
 * SiReN. Seo, Jeong, Lim, Shin: SiReN: Sign-Aware Recommendation Using Graph Neural Networks, IEEE TNNLS 2022 (arXiv 2108.08735).
 * Dislikes as a factor within the margin and tables that start as one stacked matrix, as the authors' code has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import type { StepScope } from '../../engine/contract';
import { disposeParameter, newParameter, type Parameter } from '../../engine/parameters';
import { rowSquares } from '../../engine/kernels/rowCosines';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import { dropout } from '../layers/dropout';
import { drawnMatrix, linearMatrix, normals, xavierNormal } from '../layers/initialisers';
import { linear } from '../layers/linear';
import { batchMean, batchRows, margins, rowLosses, scoresOf, type BatchRows } from '../layers/losses';
import { meanOfLayers, splitNodes, stackNodes } from '../layers/propagation';
import { deviceSigns, observeScores, pairsOfSign, signsAbove, signsOfBatch } from '../layers/signs';
import { defineModel, type Batch, type BuildContext, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  const width = config.embeddingSize;
  const nodes = input.users + input.items;
  await progress('building the graph of liked interactions', null);
  const signs = signsAbove(input, config.threshold);
  const matrix = behaviourGraph(pairsOfSign(input.train, signs, 1), input.users, input.items, 0);
  const graph = sparseTensor(matrix, true);
  const pairSigns = deviceSigns(signs);
  const nodeIds = tf.keep(tf.range(0, nodes, 1, 'int32'));

  /** Users and items together are one Xavier-normal matrix. */
  const spread = Math.sqrt(2 / (nodes + width));
  const embedding = (name: string, meaning: string, rows: number): Parameter =>
    newParameter(name, meaning, [rows, width], normals(random(`init/${name}`), rows * width, spread));
  const ids = [
    embedding('userEmbedding', 'T⁺, users × d', input.users),
    embedding('itemEmbedding', 'T⁺, items × d', input.items),
  ] as const;
  const others = [
    embedding('negativeUserEmbedding', 'T⁻, users × d', input.users),
    embedding('negativeItemEmbedding', 'T⁻, items × d', input.items),
  ] as const;
  const network = Array.from({ length: config.mlpLayers }, (_, place) =>
    linear(`mlp/${place + 1}`, `layer ${place + 1} of the network`, width, width, random, xavierNormal),
  );
  const attention = linear('attention', 'attention over the two embeddings', width, width, random);
  const query = drawnMatrix(random, 'attention/query', 'attention query q', width, 1, linearMatrix);
  const parameters = [
    ...ids,
    ...others,
    ...network.flatMap(({ parameters: own }) => own),
    ...attention.parameters,
    query,
  ];
  const stacked = ([users, items]: readonly [Parameter, Parameter]): tf.Tensor2D =>
    stackNodes(matrixOf(users.tensor), matrixOf(items.tensor));

  /** `Z = α⁺Z⁺ + α⁻Z⁻`, `[U + I, d]`; without a step there is no dropout. A softmax of two is a sigmoid of their difference. */
  const embeddings = (step: StepScope | null): tf.Tensor2D => {
    const dropped = (site: string, x: tf.Tensor2D): tf.Tensor2D =>
      step ? dropout(x, nodeIds, { step, site, rate: config.dropout }) : x;
    const positive = meanOfLayers(graph, stacked(ids), config.layers);
    const negative = network.reduce(
      (x, layer, place) => dropped(`mlp/${place + 1}`, matrixOf(tf.relu(layer.apply(x)))),
      stacked(others),
    );
    const hidden = (site: string, x: tf.Tensor2D): tf.Tensor2D =>
      dropped(`attention/${site}`, matrixOf(tf.tanh(attention.apply(x))));
    const lead = matrixOf(tf.sub(hidden('positive', positive), hidden('negative', negative)));
    const share = tf.sigmoid(tf.matMul(lead, matrixOf(query.tensor)));
    return matrixOf(tf.add(negative, tf.mul(share, tf.sub(positive, negative))));
  };

  return {
    parameters,
    graphs: [{ name: 'positive', meaning: 'sym of the liked interactions, users before items', matrix }],
    inputs: [
      {
        name: 'signs',
        meaning: '1 liked, 0 not, by row of the training pairs',
        shape: [signs.length],
        read: async () => Float32Array.from(signs),
      },
    ],
    loss: (batch, step) => {
      const { users, items } = splitNodes(embeddings(step), input.users);
      const rows = batchRows(users, items, batch);
      const liked = signsOfBatch(pairSigns, batch);
      const scores = scoresOf(rows, batch);
      observeScores(step, batch, 'score', scores, liked, input.ratings !== null);
      const factors = vectorOf(tf.add(liked, tf.mul(tf.sub(1, liked), config.dislikeFactor)));
      const perRow = rowLosses(margins(scores, factors));
      const shared = 1 / (config.bprSum === 'mean' ? batch.negativesPerPositive : 1);
      return [
        { key: 'bpr', weight: 1, value: scalarOf(tf.mul(batchMean(perRow, batch), shared)) },
        { key: 'reg', weight: config.regWeight, value: scalarOf(tf.mul(squares(rows, batch), shared)) },
      ];
    },
    represent: () => splitNodes(embeddings(null), input.users),
    dispose: () => {
      disposeSparse(graph);
      tf.dispose([pairSigns, nodeIds]);
      parameters.forEach(disposeParameter);
    },
  };
}

/** `mean_rows (‖Z_u‖² + ‖Z_i‖² + Σ_k ‖Z_jk‖²)`. */
function squares({ users, positives, negatives }: BatchRows, batch: Batch): tf.Tensor {
  return tf.addN([
    batchMean(rowSquares(users), batch),
    batchMean(rowSquares(positives), batch),
    tf.div(weightedSum(rowSquares(negatives), batch.negativeMask), batch.rows),
  ]);
}

export const model = defineModel(table, build);
