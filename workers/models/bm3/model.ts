/**
 * BM3. Zhou, Zhou, Liu, Zeng, Miao, Wang, You, Jiang: Bootstrap Latent Representations for Multi-modal Recommendation,
 * WWW 2023 (arXiv 2207.05969). Degrees + 1e-7, the weight of the modality terms and the norms not squared as the authors' code has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import type { Representation, StepScope } from '../../engine/contract';
import { disposeParameter } from '../../engine/parameters';
import { gatherRows, type RowIndex } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import { dropout } from '../layers/dropout';
import { featureTable, forEachFeature, requireFeatures } from '../layers/features';
import { linear, type Linear } from '../layers/linear';
import { storageOf } from '../layers/frozenTable';
import { drawnMatrix, xavierNormal } from '../layers/initialisers';
import { cosineDistance, frobeniusNorm, withoutGradient } from '../layers/losses';
import { meanOfLayers, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  const width = config.embeddingSize;
  requireFeatures(input.features, table.name);
  await progress('building the user–item graph', null);
  const matrix = behaviourGraph(input.train, input.users, input.items, 1e-7);
  const graph = sparseTensor(matrix, true);
  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d, layer 0', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d, layer 0', input.items, width);
  const xavierLinear = (name: string, meaning: string, inputs: number): Linear =>
    linear(name, meaning, inputs, width, random, xavierNormal);
  const predictor = xavierLinear('predictor', 'predictor of users, items and modalities', width);
  const modalities = await forEachFeature(input.features, async (feature) => ({
    table: await featureTable(feature, config.trainFeatures, storageOf(config)),
    project: xavierLinear(`project/${feature.key}`, `projection, ${feature.key}`, feature.columns),
  }));
  const modalityWeight = config.modalityWeight * (config.modalityReduction === 'mean2' ? 2 / input.features.length : 1);

  /** H_U and H_I, before the predictor: the mean of layers 0…L, and the item table once more on top of it. */
  const nodes = (): Representation => {
    const ids = matrixOf(itemIds.tensor);
    const mean = meanOfLayers(graph, stackNodes(matrixOf(userIds.tensor), ids), config.layers);
    const { users, items } = splitNodes(mean, input.users);
    return { users, items: matrixOf(tf.add(items, ids)) };
  };

  const loss = (batch: Batch, step: StepScope): LossTermValue[] => {
    /** What the predictor makes of rows, and the rows with dropout: a constant that others are pulled towards. */
    const sides = (site: string, rows: tf.Tensor2D, index: RowIndex) => ({
      online: predictor.apply(rows),
      target: matrixOf(
        withoutGradient(dropout(rows, index.indices, { step, site: `target/${site}`, rate: config.dropout })),
      ),
    });
    const all = nodes();
    const users = sides('users', gatherRows(all.users, batch.users), batch.users);
    const items = sides('items', gatherRows(all.items, batch.positives), batch.positives);
    const ofModalities = modalities.flatMap(({ table: { key, rows }, project }) => {
      const { online, target } = sides(key, project.apply(rows(batch.positives)), batch.positives);
      return [
        { key: `between/${key}`, weight: modalityWeight, value: cosineDistance(online, items.target, batch) },
        { key: `within/${key}`, weight: modalityWeight, value: cosineDistance(online, target, batch) },
      ];
    });
    const norms = tf.add(frobeniusNorm(all.users), frobeniusNorm(all.items));
    return [
      { key: 'userToItem', weight: 1, value: cosineDistance(users.online, items.target, batch) },
      { key: 'itemToUser', weight: 1, value: cosineDistance(items.online, users.target, batch) },
      ...ofModalities,
      { key: 'reg', weight: config.regWeight, value: scalarOf(tf.div(norms, input.items)) },
    ];
  };

  return {
    parameters: [
      userIds,
      itemIds,
      ...predictor.parameters,
      ...modalities.flatMap(({ table: { parameter }, project }) => [
        ...(parameter ? [parameter] : []),
        ...project.parameters,
      ]),
    ],
    gradientShares: [itemIds, predictor.weight],
    graphs: [{ name: 'userItem', meaning: 'sym(G), users before items, degrees + 1e-7', matrix }],
    loss,
    represent: () => {
      const { users, items } = nodes();
      return { users: predictor.apply(users), items: predictor.apply(items) };
    },
    dispose: () => {
      disposeSparse(graph);
      for (const { table: features, project } of modalities) {
        features.dispose();
        project.parameters.forEach(disposeParameter);
      }
      [userIds, itemIds, ...predictor.parameters].forEach(disposeParameter);
    },
  };
}

export const model = defineModel(table, build);
