/**
 * TMLP. Huang, Qin, Yu, Zhang: Beyond Graph Convolution: Multimodal Recommendation with Topology-aware MLPs, AAAI 2025 (arXiv 2412.11747).
 * As the authors' code has it, where mutual information is taken with marginals that are the same for all items.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf } from '../../../src/domain/models/table';
import { at } from '../../../src/domain/at';
import type { StepScope } from '../../engine/contract';
import { disposeParameter } from '../../engine/parameters';
import { neighbourLosses, type NeighbourTable } from '../../engine/kernels/neighbourShares';
import { unitRows } from '../../engine/kernels/rowCosines';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { integerMatrix, matrix, matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import { rowNormalised, withDiagonal, type Csr } from '../../graphs/csr';
import { mostInformative } from '../../graphs/informative';
import { forEachFeature } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { drawnMatrix, xavierNormal } from '../layers/initialisers';
import { mixedGraph, modalityNeighbours } from '../layers/itemGraphs';
import { linear } from '../layers/linear';
import { batchRowsOf, bprLoss, type BatchRows } from '../layers/losses';
import { meanOfLayers, nodeTable, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type Model } from '../model';
import { table } from './table';
import { tower } from './tower';

type Settings = ConfigOf<typeof table>;

/** Propagation steps over the user–item graph. */
const LAYERS = 2;

/** Throws `MODEL_NEEDS_FEATURES`, and `CONFIG_INVALID` as `frozenTable` does. */
async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  const width = config.embeddingSize;
  const keys = input.features.map(({ key }) => key);
  const lists = await modalityNeighbours(context, table.name);
  await context.progress('looking for the most informative neighbours', null);
  const mixed = mixedGraph(lists, keys, config.visionWeight, 1e-7);
  const kept = mostInformative(mixed, config.keptNeighbours, config.marginals);
  const itemMatrix = rowNormalised(withDiagonal(kept, 1));
  const userItemMatrix = behaviourGraph(input.train, input.users, input.items, 0);
  const userItem = sparseTensor(userItemMatrix, true);
  const neighbours = neighbourTable(itemMatrix);
  const ids = tf.keep(tf.range(0, input.items, 1, 'int32'));

  const userWidth = (keys.length + 1) * width;
  const userIds = drawnMatrix(
    random,
    'userEmbedding',
    'users × (modalities + 1) d',
    input.users,
    userWidth,
    xavierNormal,
  );
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const modalities = await forEachFeature(input.features, async (feature) => {
    const { key, columns } = feature;
    const wide = config.projectionFactor * width;
    return {
      features: await frozenTable(feature, storageOf(config)),
      hidden: linear(`project/${key}/hidden`, `projection, hidden layer, ${key}`, columns, wide, random),
      output: linear(`project/${key}/output`, `projection, last layer, ${key}`, wide, width, random),
      tower: tower(key, { width, hidden: config.hiddenSize, layers: config.towerLayers }, random),
    };
  });

  /** `x + Âx + Â²x` of unit rows, `[U + I, (|M| + 1) d]`; without a step there is no dropout. */
  const nodes = (step: StepScope | null): tf.Tensor2D => {
    const blocks = modalities.map(({ features, hidden, output, tower: layers }) =>
      layers.apply(output.apply(features.through(hidden, 'leakyRelu')), ids, step, config.dropout),
    );
    const items = matrixOf(tf.concat([...blocks, matrixOf(itemIds.tensor)], 1));
    const start = unitRows(stackNodes(matrixOf(userIds.tensor), items));
    return meanOfLayers(userItem, start, LAYERS, LAYERS + 1);
  };

  return {
    parameters: [
      userIds,
      itemIds,
      ...modalities.flatMap(({ hidden, output, tower: layers }) => [
        ...hidden.parameters,
        ...output.parameters,
        ...layers.parameters,
      ]),
    ],
    graphs: [
      { name: 'userItem', meaning: 'sym(G), users before items', matrix: userItemMatrix },
      {
        name: 'items',
        meaning: 'D⁻¹(S′ + 1), S′ the most informative neighbours; directed, read by the loss alone',
        matrix: itemMatrix,
      },
    ],
    loss: (batch, step) => {
      const rows = batchRowsOf(nodeTable(nodes(step), input.users), batch);
      const value = neighbourhoodLoss(rows, batch, neighbours, config.temperature);
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        { key: 'neighbourhood', weight: config.neighbourhoodWeight, value },
      ];
    },
    represent: () => splitNodes(nodes(null), input.users),
    dispose: () => {
      disposeSparse(userItem);
      tf.dispose([ids, neighbours.places, neighbours.weights]);
      for (const { features, hidden, output, tower: layers } of modalities) {
        features.dispose();
        [...hidden.parameters, ...output.parameters].forEach(disposeParameter);
        layers.dispose();
      }
      [userIds, itemIds].forEach(disposeParameter);
    },
  };
}

/** `mean_r −ln( Σ_s A_rs e^(τ c_rs) / Σ_s e^(τ c_rs) + 1e-8 )` over the batch's positives and negatives, with repetition; `c_rr` is 0. */
function neighbourhoodLoss(
  { positives, negatives }: BatchRows,
  batch: Batch,
  neighbours: NeighbourTable,
  temperature: number,
): tf.Scalar {
  const unit = unitRows(stackNodes(positives, negatives));
  const items = vectorOf(tf.concat([batch.positives.indices, batch.negatives.indices], 0));
  const mask = vectorOf(tf.concat([batch.mask, batch.negativeMask], 0));
  const losses = neighbourLosses(unit, items, mask, neighbours, temperature);
  return scalarOf(tf.div(weightedSum(losses, mask, 1 / (1 + batch.negativesPerPositive)), batch.rows));
}

/** The rows of `matrix [I, I]` as lists of equal length, kept on the device. */
function neighbourTable({ rows, pointers, indices, values }: Csr): NeighbourTable {
  const degrees = Array.from({ length: rows }, (_, row) => at(pointers, row + 1) - at(pointers, row));
  const most = degrees.reduce((largest, degree) => Math.max(largest, degree), 1);
  const places = new Int32Array(rows * most).fill(-1);
  const weights = new Float32Array(rows * most);
  degrees.forEach((degree, row) => {
    const first = at(pointers, row);
    places.set(indices.subarray(first, first + degree), row * most);
    weights.set(values.subarray(first, first + degree), row * most);
  });
  return { places: tf.keep(integerMatrix(places, rows, most)), weights: tf.keep(matrix(weights, rows, most)) };
}

export const model = defineModel(table, build);
