/**
 * MGCN. Yu, Tan, Lu, Bao: Multi-View Graph Convolutional Network for Multimedia Recommendation, ACM MM 2023
 * (arXiv 2308.03588). Any number of modalities; regulariser and trained features as MMRec has them.
 */
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, numberOption } from '../../src/domain/models/catalogue';
import { disposeParameter, newParameter, type Parameter } from '../engine/kernels/adam';
import { sparseProduct } from '../engine/kernels/csrProduct';
import { nearestRows } from '../engine/nearest';
import { gatherRows } from '../engine/rows';
import { disposeSparse, sparseBytes, sparseTensor } from '../engine/sparse';
import { matrixOf } from '../engine/tensors';
import { behaviourGraph, userFromItem } from '../graphs/behaviour';
import { cosineGraph } from '../graphs/neighbours';
import { stepUnits } from './layers/bytes';
import { featureTable, linear, requireFeatures } from './layers/features';
import { fuseModalities } from './layers/fusion';
import { linearUniform, xavierUniform } from './layers/initialisers';
import { batchRows, bprLoss, infoNce, squaredRegulariser } from './layers/losses';
import { lastLayer, meanOfLayers, splitNodes, stackNodes } from './layers/propagation';
import type { BuildContext, Model, ModelKind, NamedGraph } from './model';

async function build({ input, config, random, progress }: BuildContext): Promise<Model> {
  requireFeatures(input.features, 'MGCN');
  const width = numberOption(config, 'embeddingSize');
  const behaviourLayers = numberOption(config, 'userItemLayers');
  const modalityLayers = numberOption(config, 'itemItemLayers');
  const neighbours = Math.min(numberOption(config, 'neighbours'), input.items);
  const contrastWeight = numberOption(config, 'contrastWeight');
  const temperature = numberOption(config, 'temperature');
  const regWeight = numberOption(config, 'regWeight');

  await progress('building the user–item graph', null);
  const graphs: NamedGraph[] = [
    { name: 'userItem', meaning: 'sym(G), users before items', matrix: behaviourGraph(input.train, input.users, input.items, 0) },
    { name: 'userFromItem', meaning: '1/√(deg(u) deg(i)), users × items', matrix: userFromItem(input.train, input.users, input.items) },
  ];
  for (const feature of input.features) {
    const text = `finding the ${neighbours} nearest items by ${feature.key}`;
    const lists = await nearestRows(feature.values, feature.rows, feature.columns, neighbours, true, (fraction) => progress(text, fraction));
    graphs.push({ name: `items/${feature.key}`, meaning: `sym of the ${neighbours}-nearest-neighbour graph, cosine weights, self included`, matrix: cosineGraph(lists) });
  }
  const [userItem, fromItems, ...itemGraphs] = graphs.map((graph, position) => sparseTensor(graph.matrix, position === 0));
  if (!userItem || !fromItems) throw new Error('MGCN has lost its graphs.');

  const userIds = newParameter('userEmbedding', 'users × d', [input.users, width], xavierUniform(random('init/userEmbedding'), input.users, width));
  const itemIds = newParameter('itemEmbedding', 'items × d', [input.items, width], xavierUniform(random('init/itemEmbedding'), input.items, width));
  const modalities = input.features.map((feature, position) => {
    const graph = itemGraphs[position];
    if (!graph) throw new Error(`MGCN has no graph of ${feature.key}.`);
    const layer = (role: string, meaning: string, inputs: number) => linear(`${role}/${feature.key}`, `${meaning}, ${feature.key}`, inputs, width, random);
    return {
      graph,
      features: featureTable(feature, booleanOption(config, 'trainFeatures')),
      project: layer('project', 'projection', feature.columns),
      purify: layer('purify', 'behaviour-guided purifier', width),
      preference: layer('preference', 'gate of the specific part', width),
    };
  });
  const attention = linear('attention', 'attention over modalities', width, width, random);
  const query = newParameter('attention/query', 'attention query v', [width, 1], linearUniform(random('init/attention/query'), width, width));
  const parameters: Parameter[] = [
    userIds, itemIds,
    ...modalities.flatMap(({ features, project, purify, preference }) => [
      ...(features.parameter ? [features.parameter] : []), ...project.parameters, ...purify.parameters, ...preference.parameters,
    ]),
    ...attention.parameters, query,
  ];

  /** Behaviour view and modality view of all nodes, `[U + I, d]` each. */
  const views = (): { behaviour: tf.Tensor2D; modality: tf.Tensor2D } => {
    const items = matrixOf(itemIds.tensor);
    // Behaviour view: LightGCN on sym(G), mean of layers.
    const behaviour = meanOfLayers(userItem, stackNodes(matrixOf(userIds.tensor), items), behaviourLayers);
    const perModality = modalities.map(({ graph, features, project, purify }) => {
      // Purifier: E⁰ ⊙ σ(W₂(W₁X + b₁) + b₂); item view: last layer on the neighbour graph; users by R_norm.
      const gate = tf.sigmoid(purify.apply(project.apply(features.read())));
      const itemView = lastLayer(graph, matrixOf(tf.mul(items, gate)), modalityLayers);
      return stackNodes(sparseProduct(fromItems, itemView), itemView);
    });
    // Shared part by attention, specific parts gated by the behaviour view.
    const gates = modalities.map(({ preference }) => matrixOf(tf.sigmoid(preference.apply(behaviour))));
    return { behaviour, modality: fuseModalities(perModality, gates, attention, matrixOf(query.tensor)) };
  };

  return {
    parameters,
    graphs,
    loss: (batch) => {
      const { behaviour, modality } = views();
      const final = splitNodes(matrixOf(tf.add(behaviour, modality)), input.users);
      const behaviourParts = splitNodes(behaviour, input.users);
      const modalityParts = splitNodes(modality, input.users);
      const rows = batchRows(final.users, final.items, batch);
      const pair = (part: 'users' | 'items') => {
        const index = part === 'users' ? batch.users : batch.positives;
        return infoNce(gatherRows(modalityParts[part], index), gatherRows(behaviourParts[part], index), temperature, batch);
      };
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        { key: 'contrastUsers', weight: contrastWeight, value: pair('users') },
        { key: 'contrastItems', weight: contrastWeight, value: pair('items') },
        { key: 'reg', weight: regWeight, value: squaredRegulariser(rows, batch) },
      ];
    },
    represent: () => {
      const { behaviour, modality } = views();
      return splitNodes(matrixOf(tf.add(behaviour, modality)), input.users);
    },
    dispose: () => {
      [userItem, fromItems, ...itemGraphs].forEach(disposeSparse);
      for (const { features } of modalities) features.dispose();
      for (const parameter of parameters) if (!modalities.some(({ features }) => features.parameter === parameter)) disposeParameter(parameter);
    },
  };
}

export const mgcn: ModelKind = {
  build,
  bytes: (sizes, config) => {
    const { users, items, trainPairs, featureColumns } = sizes;
    const unit = stepUnits(sizes, config);
    const width = numberOption(config, 'embeddingSize');
    const nodes = users + items;
    const modalities = featureColumns.length;
    const features = featureColumns.reduce((sum, columns) => sum + 4 * columns * items, 0);
    const trained = booleanOption(config, 'trainFeatures');
    const weights = 4 * (featureColumns.reduce((sum, columns) => sum + (columns + 1) * width, 0) + (2 * modalities + 1) * (width + 1) * width + width);
    const neighbourEntries = items * Math.min(numberOption(config, 'neighbours'), items);
    const parameters = unit.nodes + weights + (trained ? features : 0);
    return {
      parameters,
      graphs:
        sparseBytes(nodes, nodes, 2 * trainPairs, true) +
        sparseBytes(users, items, trainPairs, false) +
        modalities * sparseBytes(items, items, neighbourEntries, false),
      constants: trained ? 0 : features,
      step:
        (28 + 28 * modalities + 3.5 * numberOption(config, 'userItemLayers')) * unit.nodes +
        modalities * (18 + numberOption(config, 'itemItemLayers')) * unit.items +
        84 * unit.rows + 10 * unit.logits + 1.2 * parameters + 31 * modalities * unit.nodeVector + 115 * unit.rowVector,
      largest: Math.max(unit.nodes, unit.logits, ...featureColumns.map((columns) => 4 * columns * items)),
    };
  },
};
