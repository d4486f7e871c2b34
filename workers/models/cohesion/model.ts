/**
 * COHESION. Xu, Chen, Wang, Hu, Kim, Ngai: COHESION: Composite Graph Convolutional Network with Dual-Stage Fusion for Multimodal
 * Recommendation, SIGIR 2025 (arXiv 2504.04452). As the authors' code has it: no ε beside the cosines, and no gradient into the block of IDs.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import type { Representation } from '../../engine/contract';
import { disposeParameter } from '../../engine/parameters';
import { bprLosses } from '../../engine/kernels/bpr';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { rowCosines, rowDots } from '../../engine/kernels/rowCosines';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { channel, preferenceSquares, sideBySide, unitBlocks, type Channel } from '../layers/encoder';
import { forEachFeature } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { drawnMatrix, xavierNormal } from '../layers/initialisers';
import { mixedGraph, modalityNeighbours } from '../layers/itemGraphs';
import { batchMean, batchRows, withoutGradient, type BatchRows } from '../layers/losses';
import { plusLastLayer, splitNodes, stackNodes } from '../layers/propagation';
import { untrained } from '../layers/untrained';
import { defineModel, type Batch, type BuildContext, type Model } from '../model';
import { epochGraphs } from './graphs';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Under the root of the early fusion: there a slope at 0 is finite. */
const EPSILON = 1e-8;

/** Throws `MODEL_NEEDS_FEATURES`. */
async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  const width = config.embeddingSize;
  const nodes = input.users + input.items;
  const lists = await modalityNeighbours(context, table.name);
  const keys = input.features.map(({ key }) => key);
  const itemMatrix = mixedGraph(lists, keys, config.visionWeight, 1e-7);
  const itemItem = sparseTensor(itemMatrix, false);
  await progress('counting the items that users share', null);
  const graphs = epochGraphs(context);
  const constants = await forEachFeature(input.features, (feature) => frozenTable(feature, storageOf(config)));
  const stopped = config.idGradient === 'stopped';

  const itemIds = drawnMatrix(
    random,
    'itemEmbedding',
    'items × d, fused with every block',
    input.items,
    width,
    xavierNormal,
  );
  const ofIds = channel('id', { users: input.users, inputs: width, width }, random);
  const modalities = input.features.map(({ key, columns }) =>
    channel(key, { users: input.users, inputs: columns, width }, random),
  );
  const trained = [itemIds, ...[...(stopped ? [] : [ofIds]), ...modalities].flatMap(({ parameters }) => parameters)];

  /** Layer-refined blocks of channels side by side, `[U + I, C·d]`: `C_b = √(½(T² + F_b²) + 1e-8)` below the preferences, then cosines times layers, added up. */
  const refined = (channels: readonly Channel[]): tf.Tensor2D => {
    const count = channels.length;
    const encoded = sideBySide(
      channels.map((one) => one.encode(entry([matrixOf(itemIds.tensor), ...constants], keys.indexOf(one.key) + 1))),
    );
    const blocks = [input.items, count, width];
    const squares = tf.add(
      tf.square(tf.reshape(encoded, blocks)),
      tf.reshape(tf.square(itemIds.tensor), [input.items, 1, width]),
    );
    const fused = tf.reshape(tf.sqrt(tf.add(tf.mul(squares, 0.5), EPSILON)), [input.items, count * width]);
    const users = sideBySide(channels.map(({ preference }) => preference.tensor));
    const start = unitBlocks(stackNodes(users, matrixOf(fused)), width);
    const rows = (x: tf.Tensor2D): tf.Tensor2D => matrixOf(tf.reshape(x, [nodes * count, width]));
    const all = [start];
    for (let layer = 1; layer <= config.layers; layer++) {
      const next = sparseProduct(graphs.now('userItem'), entry(all, layer - 1));
      const cosines = tf.reshape(rowCosines(rows(next), rows(start)), [-1, 1]);
      all.push(matrixOf(tf.reshape(tf.mul(rows(next), cosines), start.shape)));
    }
    return matrixOf(tf.addN(all));
  };
  const final = (): Representation => {
    const all = stopped
      ? sideBySide([withoutGradient(tf.zeros([nodes, width]), () => refined([ofIds])), refined(modalities)])
      : refined([ofIds, ...modalities]);
    const { users, items } = splitNodes(all, input.users);
    return {
      users: plusLastLayer(graphs.now('userGraph'), users, 1),
      items: plusLastLayer(itemItem, items, config.itemItemLayers),
    };
  };

  return {
    parameters: trained,
    inputs: stopped ? ofIds.parameters.map(untrained) : [],
    graphs: [
      ...graphs.frozen,
      {
        name: 'items',
        meaning: 'weighted sum of the modalities’ neighbour graphs, each sym with equal weights, row sums + 1e-7',
        matrix: itemMatrix,
      },
    ],
    findings: [graphs.finding],
    ...(graphs.epochGraphs && {
      epochGraphs: graphs.epochGraphs,
      useEpochGraphs: graphs.useEpochGraphs,
      state: graphs.state,
      restoreState: graphs.restoreState,
    }),
    loss: (batch) => {
      const { users, items } = final();
      const value = blockwiseBpr(batchRows(users, items, batch), keys.length + 1, batch);
      return [
        { key: 'bpr', weight: 1, value },
        { key: 'reg', weight: config.regWeight, value: preferenceSquares(modalities, batch) },
      ];
    },
    represent: final,
    dispose: () => {
      graphs.dispose();
      disposeSparse(itemItem);
      constants.forEach((one) => one.dispose());
      [...trained, ...(stopped ? ofIds.parameters : [])].forEach(disposeParameter);
    },
  };
}

/**
 * The mean of `softplus(−Σ_b g_b Δ_b) / ln 2`, `Δ_b` the margins of the blocks of each row and negative, `g = 1 − softmax_b(Δ)` without a gradient: the block that ranks worst weighs
 * most. A user's blocks times g have the weighted sum as their margin.
 */
function blockwiseBpr(rows: BatchRows, blocks: number, batch: Batch): tf.Scalar {
  const ratio = batch.negativesPerPositive;
  const repeated = (x: tf.Tensor2D): tf.Tensor2D => {
    const columns = x.shape[1];
    return ratio === 1
      ? x
      : matrixOf(tf.reshape(tf.tile(tf.reshape(x, [-1, 1, columns]), [1, ratio, 1]), [-1, columns]));
  };
  const [users, positives, negatives] = [repeated(rows.users), repeated(rows.positives), rows.negatives];
  const pairs = batch.size * ratio;
  const width = users.shape[1] / blocks;
  const shares = withoutGradient(tf.zeros([pairs, blocks]), () => {
    const each = (x: tf.Tensor): tf.Tensor2D => matrixOf(tf.reshape(x, [pairs * blocks, width]));
    const margins = rowDots(each(users), each(tf.sub(positives, negatives)));
    return tf.sub(1, tf.softmax(tf.reshape(margins, [pairs, blocks])));
  });
  const weighed = tf.mul(tf.reshape(users, [pairs, blocks, width]), tf.reshape(shares, [pairs, blocks, 1]));
  const losses = bprLosses(matrixOf(tf.reshape(weighed, users.shape)), positives, negatives, false);
  const ofRows = ratio === 1 ? losses : vectorOf(tf.mean(tf.reshape(losses, [batch.size, ratio]), 1));
  return scalarOf(tf.mul(batchMean(ofRows, batch), 1 / Math.LN2));
}

export const model = defineModel(table, build);
