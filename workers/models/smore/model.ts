/**
 * SMORE. Ong, Khong: Spectrum-based Modality Representation Fusion Graph Convolutional Network for Multimodal Recommendation,
 * WSDM 2025 (arXiv 2412.14978). The attention runs over the components of a row, as the authors' code has it.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import type { Representation, StepScope } from '../../engine/contract';
import { disposeParameter, newParameter } from '../../engine/parameters';
import { complexProduct } from '../../engine/kernels/complexProduct';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { productWithBias } from '../../engine/products';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph, userFromItem } from '../../graphs/behaviour';
import { cosineGraph, elementwiseMaximum } from '../../graphs/neighbours';
import { infoNce } from '../layers/contrast';
import { dropout } from '../layers/dropout';
import { featureTable, forEachFeature, requireFeatures } from '../layers/features';
import { storageOf } from '../layers/frozenTable';
import { drawnMatrix, linearMatrix, normals } from '../layers/initialisers';
import { itemNeighbours } from '../layers/itemGraphs';
import { linear, type Linear } from '../layers/linear';
import { batchRowsOf, bprLoss, squaredRegulariser } from '../layers/losses';
import { lastLayer, meanOfLayers, nodeTable, splitNodes, stackNodes } from '../layers/propagation';
import { filterRow, fourier } from '../layers/spectrum';
import { defineModel, type BuildContext, type Model, type NamedGraph } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** The view of all modalities together. */
const FUSION = 'fusion';

const GATE_EDGES = Array.from({ length: 21 }, (_, i) => i / 20);

/** K of a modality. */
function neighboursOf(key: string, { neighbours, neighboursImage, neighboursText }: Settings): number {
  const own = key === 'image' ? neighboursImage : key === 'text' ? neighboursText : 0;
  return own || neighbours;
}

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  requireFeatures(input.features, table.name);
  const width = config.embeddingSize;
  const frequencies = width / 2 + 1;
  const keys = input.features.map(({ key }) => key);
  const userItemMatrix = behaviourGraph(input.train, input.users, input.items, 0);
  const fromItemsMatrix = userFromItem(input.train, input.users, input.items);
  const itemMatrices = await forEachFeature(input.features, async (feature) =>
    cosineGraph(await itemNeighbours(context, feature, neighboursOf(feature.key, config), true)),
  );
  const itemGraphs: NamedGraph[] = [
    ...keys.map((key, m) => ({
      name: `items/${key}`,
      meaning: `sym of the neighbour graph by ${key}, self included`,
      matrix: entry(itemMatrices, m),
    })),
    {
      name: `items/${FUSION}`,
      meaning: 'the greatest of the modalities’ graphs, entry by entry',
      matrix: elementwiseMaximum(itemMatrices),
    },
  ];
  const userItem = sparseTensor(userItemMatrix, true);
  const fromItems = sparseTensor(fromItemsMatrix, false);

  const layer = (name: string, meaning: string): Linear => linear(name, meaning, width, width, random);
  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const modalities = await forEachFeature(input.features, async (feature) => {
    const output = `query/${feature.key}/output/weight`;
    return {
      features: await featureTable(feature, config.trainFeatures, storageOf(config)),
      project: linear(`project/${feature.key}`, `projection, ${feature.key}`, feature.columns, width, random),
      hidden: layer(`query/${feature.key}/hidden`, `attention, hidden layer, ${feature.key}`),
      output: drawnMatrix(
        random,
        output,
        `attention, last layer without a bias, ${feature.key}, [in, out]`,
        width,
        width,
        linearMatrix,
      ),
    };
  });
  const views = [...keys, FUSION].map((key, place) => {
    const filter = `filter/${key}`;
    return {
      key,
      graph: sparseTensor(entry(itemGraphs, place).matrix, false),
      filter: newParameter(
        filter,
        `filter of ${key}, frequencies × (real, imaginary)`,
        [frequencies, 2],
        normals(random(`init/${filter}`), 2 * frequencies, 1),
      ),
      purify: layer(`purify/${key}`, `gate of the item embeddings, ${key}`),
      preference: layer(`preference/${key}`, `behaviour gate, ${key}`),
    };
  });
  const own = [
    userIds,
    itemIds,
    ...modalities.flatMap(({ project, hidden, output }) => [...project.parameters, ...hidden.parameters, output]),
    ...views.flatMap(({ filter, purify, preference }) => [filter, ...purify.parameters, ...preference.parameters]),
  ];
  const transform = fourier(width);
  const nodeIds = tf.keep(tf.range(0, input.users + input.items, 1, 'int32'));

  /** `σ(g(D))` with D what the filter leaves of the spectrum; the way back and the layer are one product. */
  const gateOf = (spectrum: tf.Tensor2D, { filter, purify }: (typeof views)[number]): tf.Tensor2D => {
    const kept = complexProduct(spectrum, filterRow(matrixOf(filter.tensor)));
    const weight = matrixOf(tf.matMul(transform.back, matrixOf(purify.weight.tensor)));
    return productWithBias(kept, weight, purify.bias.tensor, { activation: 'sigmoid' });
  };

  /** Behaviour view C and side view S, `[U + I, d]` each; without a step there is no dropout. */
  const nodes = (step: StepScope | null): { behaviour: tf.Tensor2D; side: tf.Tensor2D } => {
    const items = matrixOf(itemIds.tensor);
    const behaviour = meanOfLayers(userItem, stackNodes(matrixOf(userIds.tensor), items), config.userItemLayers);
    const spectra = modalities.map(({ features, project }) => transform.spectrum(features.through(project)));
    const channels = [...spectra, spectra.reduce(complexProduct)];
    const gates = views.map((view, place) => gateOf(entry(channels, place), view));
    step?.distribution('gate/fusion', () => vectorOf(tf.reshape(entry(gates, keys.length), [-1])), GATE_EDGES);
    const stacked = views.map(({ graph }, place) => {
      const view = lastLayer(graph, matrixOf(tf.mul(items, entry(gates, place))), config.itemItemLayers);
      return stackNodes(sparseProduct(fromItems, view), view);
    });
    const fused = entry(stacked, keys.length);
    const parts = views.map(({ key, preference }, place) => {
      const open = preference.apply(behaviour, { activation: 'sigmoid' });
      const gate = step ? dropout(open, nodeIds, { step, site: `gate/${key}`, rate: config.dropout }) : open;
      const gated = tf.mul(gate, entry(stacked, place));
      const attention = modalities[place];
      if (!attention) return gated;
      const hidden = tf.tanh(attention.hidden.apply(fused));
      return tf.mul(tf.softmax(tf.matMul(matrixOf(hidden), matrixOf(attention.output.tensor))), gated);
    });
    return { behaviour, side: matrixOf(tf.mul(tf.addN(parts), 1 / parts.length)) };
  };
  const final = ({ behaviour, side }: ReturnType<typeof nodes>): tf.Tensor2D => matrixOf(tf.add(behaviour, side));

  return {
    parameters: [
      userIds,
      itemIds,
      ...modalities.flatMap(({ features, project, hidden, output }) => [
        ...(features.parameter ? [features.parameter] : []),
        ...project.parameters,
        ...hidden.parameters,
        output,
      ]),
      ...views.flatMap(({ filter, purify, preference }) => [filter, ...purify.parameters, ...preference.parameters]),
    ],
    graphs: [
      { name: 'userItem', meaning: 'sym(G), users before items', matrix: userItemMatrix },
      { name: 'userFromItem', meaning: '1/√(deg(u) deg(i)), users × items', matrix: fromItemsMatrix },
      ...itemGraphs,
    ],
    loss: (batch, step) => {
      const all = nodes(step);
      const rows = batchRowsOf(nodeTable(final(all), input.users), batch);
      const behaviour = nodeTable(all.behaviour, input.users);
      const side = nodeTable(all.side, input.users);
      const pair = (part: 'users' | 'items') => {
        const index = part === 'users' ? batch.users : batch.positives;
        return infoNce(side[part](index), behaviour[part](index), config.temperature, batch);
      };
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        { key: 'contrastUsers', weight: config.contrastWeight, value: pair('users') },
        { key: 'contrastItems', weight: config.contrastWeight, value: pair('items') },
        { key: 'reg', weight: config.regWeight, value: squaredRegulariser(rows, batch) },
      ];
    },
    represent: (): Representation => splitNodes(final(nodes(null)), input.users),
    dispose: () => {
      [userItem, fromItems, ...views.map(({ graph }) => graph)].forEach(disposeSparse);
      modalities.forEach(({ features }) => features.dispose());
      own.forEach(disposeParameter);
      transform.dispose();
      nodeIds.dispose();
    },
  };
}

export const model = defineModel(table, build);
