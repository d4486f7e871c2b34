/**
 * FREEDOM. Zhou, Shen: A Tale of Two Graphs: Freezing and Denoising Graph Structures for Multimodal Recommendation,
 * ACM MM 2023 (arXiv 2211.06924). Degrees + 1e-7 and trained features as MMRec has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { disposeParameter } from '../../engine/parameters';
import type { RowIndex } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import type { Csr } from '../../graphs/csr';
import { equalWeightGraph, weightedSum, type NeighbourLists } from '../../graphs/neighbours';
import { degreeSensitiveSample } from '../../graphs/pruning';
import { featureTable, forEachFeature } from '../layers/features';
import { linear } from '../layers/linear';
import { storageOf } from '../layers/frozenTable';
import { drawnMatrix } from '../layers/initialisers';
import { modalityGraph, modalityNeighbours, modalityShares, refinedFindings } from '../layers/itemGraphs';
import { batchRows, bprLoss } from '../layers/losses';
import { lastLayer, meanOfLayers, splitNodes, stackNodes } from '../layers/propagation';
import type { Representation } from '../../engine/contract';
import { defineModel, type BuildContext, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Added to degrees of the user–item graph. */
const EPSILON = 1e-7;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  const { users: userCount, items: itemCount, train } = input;
  const width = config.embeddingSize;
  const regWeight = config.regWeight;
  const kept = keptEdges(train.users.length, config.dropout);

  const lists = await modalityNeighbours(context, table.name);
  const itemMatrix = itemGraph(context, lists);
  const fullMatrix = behaviourGraph(train, userCount, itemCount, EPSILON);
  const itemItem = sparseTensor(itemMatrix, false);
  const full = sparseTensor(fullMatrix, true);
  let pruned = full;

  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', userCount, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', itemCount, width);
  const modalities = await forEachFeature(input.features, async (feature) => ({
    table: await featureTable(feature, config.trainFeatures, storageOf(config)),
    project: linear(`project/${feature.key}`, `projection, ${feature.key}`, feature.columns, width, random),
  }));
  const trained = modalities.flatMap(({ table, project }) => [
    ...(table.parameter ? [table.parameter] : []),
    ...project.parameters,
  ]);

  /** LightGCN on the user–item graph; items also get what the frozen item graph makes of their IDs. */
  const represent = (graph = full): Representation => {
    const items = matrixOf(itemIds.tensor);
    const nodes = meanOfLayers(graph, stackNodes(matrixOf(userIds.tensor), items), config.userItemLayers);
    const behaviour = splitNodes(nodes, userCount);
    const content = lastLayer(itemItem, items, config.itemItemLayers);
    return { users: behaviour.users, items: matrixOf(tf.add(behaviour.items, content)) };
  };
  const usePruned = (matrix: Csr | null): void => {
    if (pruned !== full) disposeSparse(pruned);
    pruned = matrix ? sparseTensor(matrix, true) : full;
  };

  return {
    parameters: [userIds, itemIds, ...trained],
    findings: refinedFindings(context, lists),
    graphs: [
      {
        name: 'items',
        meaning: 'weighted sum of the modalities’ neighbour graphs, each sym with equal weights',
        matrix: itemMatrix,
      },
      { name: 'userItem', meaning: 'sym(G), users before items, degrees + 1e-7; used for ranking', matrix: fullMatrix },
    ],
    epochGraphs: async (epoch) => {
      const edges = degreeSensitiveSample(train, userCount, itemCount, kept, random(`edges@epoch${epoch}`));
      return [
        {
          name: `userItem@epoch${epoch}`,
          meaning: 'sym of the edges kept in this epoch, degrees + 1e-7',
          matrix: behaviourGraph(edges, userCount, itemCount, EPSILON),
        },
      ];
    },
    useEpochGraphs: ([graph]) => usePruned(graph?.matrix ?? null),
    loss: (batch) => {
      const { users, items } = represent(pruned);
      const rows = batchRows(users, items, batch);
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        ...modalities.map(({ table, project }) => {
          const projected = (index: RowIndex): tf.Tensor2D => project.apply(table.rows(index));
          const contentRows = {
            users: rows.users,
            positives: projected(batch.positives),
            negatives: projected(batch.negatives),
          };
          return { key: `bpr/${table.key}`, weight: regWeight, value: bprLoss(contentRows, batch, false) };
        }),
      ];
    },
    represent: () => represent(),
    dispose: () => {
      usePruned(null);
      [itemItem, full].forEach(disposeSparse);
      for (const { table, project } of modalities) {
        table.dispose();
        project.parameters.forEach(disposeParameter);
      }
      [userIds, itemIds].forEach(disposeParameter);
    },
  };
}

function itemGraph(context: BuildContext<Settings>, lists: readonly NeighbourLists[]): Csr {
  const shares = modalityShares(
    context.input.features.map(({ key }) => key),
    context.config.visionWeight,
  );
  return weightedSum(
    lists.map((list) => modalityGraph(context, list, equalWeightGraph)),
    shares,
  );
}

const keptEdges = (edges: number, dropout: number): number => Math.max(1, Math.floor(edges * (1 - dropout)));

export const model = defineModel(table, build);
