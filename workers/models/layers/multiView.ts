/**
 * Behaviour view and modality view as MGCN has them: LightGCN on the user–item graph; per modality item IDs purified by
 * the features and propagated on the item graph, users from items; shared and specific parts fused under the behaviour
 * view's gates. EGRA and GUME are built on it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, numberOption } from '../../../src/domain/models/catalogue';
import type { Config } from '../../../src/domain/models/table';
import { disposeParameter, newParameter, type Parameter } from '../../engine/kernels/adam';
import { sparseProduct, type SparseTensor } from '../../engine/kernels/csrProduct';
import { disposeSparse, sparseBytes, sparseTensor } from '../../engine/sparse';
import { matrixOf } from '../../engine/tensors';
import { cosineGraph, type NeighbourLists } from '../../graphs/neighbours';
import type { BuildContext, ModelBytes, ModelSizes, NamedGraph, Representation } from '../model';
import { featureBytes, stepUnits } from './bytes';
import { featureTable, linear } from './features';
import { storageOf } from './frozenTable';
import { fuseModalities } from './fusion';
import { linearUniform, xavierUniform } from './initialisers';
import { modalityGraph } from './itemGraphs';
import { lastLayer, meanOfLayers, splitNodes, stackNodes } from './propagation';

/** `[U + I, d]` each, users first. */
export interface Views {
  /** `E_B` */
  readonly behaviour: tf.Tensor2D;
  /** `E_M` */
  readonly modality: tf.Tensor2D;
  /** `E_m`, one per modality, before fusion. */
  readonly perModality: readonly tf.Tensor2D[];
}

export interface MultiView {
  readonly parameters: readonly Parameter[];
  readonly graphs: readonly NamedGraph[];
  /** The tables of user and item IDs. */
  readonly ids: readonly [Parameter, Parameter];
  readonly userItem: SparseTensor;
  views(): Views;
  /** `E = E_B + E_M`. */
  final(views: Views): Representation;
  dispose(): void;
}

interface BehaviourGraphs {
  /** Users and items together, as it is propagated. */
  readonly userItem: NamedGraph;
  readonly symmetric: boolean;
  /** `[U, I]`: users' modality vectors from items'. */
  readonly userFromItem: NamedGraph;
}

/** Builds the views on given behaviour graphs; `lists` are each modality's neighbours. */
export function multiView(
  context: BuildContext,
  lists: readonly NeighbourLists[],
  behaviour: BehaviourGraphs,
): MultiView {
  const { input, config, random } = context;
  const width = numberOption(config, 'embeddingSize');
  const behaviourLayers = numberOption(config, 'userItemLayers');
  const modalityLayers = numberOption(config, 'itemItemLayers');
  const itemGraphs = lists.map((list, m): NamedGraph => {
    const key = input.features[m]?.key ?? '';
    return {
      name: `items/${key}`,
      meaning: `sym of the neighbour graph by ${key}, self included`,
      matrix: modalityGraph(context, list, cosineGraph),
    };
  });
  const userItem = sparseTensor(behaviour.userItem.matrix, behaviour.symmetric);
  const fromItems = sparseTensor(behaviour.userFromItem.matrix, false);

  const userIds = newParameter(
    'userEmbedding',
    'users × d',
    [input.users, width],
    xavierUniform(random('init/userEmbedding'), input.users, width),
  );
  const itemIds = newParameter(
    'itemEmbedding',
    'items × d',
    [input.items, width],
    xavierUniform(random('init/itemEmbedding'), input.items, width),
  );
  const modalities = input.features.map((feature, m) => {
    const matrix = itemGraphs[m]?.matrix;
    if (!matrix) throw new Error(`There is no item graph of ${feature.key}.`);
    const layer = (role: string, meaning: string, inputs: number) =>
      linear(`${role}/${feature.key}`, `${meaning}, ${feature.key}`, inputs, width, random);
    return {
      graph: sparseTensor(matrix, false),
      features: featureTable(feature, booleanOption(config, 'trainFeatures'), storageOf(config)),
      project: layer('project', 'projection', feature.columns),
      purify: layer('purify', 'behaviour-guided purifier', width),
      preference: layer('preference', 'gate of the specific part', width),
    };
  });
  const attention = linear('attention', 'attention over modalities', width, width, random);
  const query = newParameter(
    'attention/query',
    'attention query v',
    [width, 1],
    linearUniform(random('init/attention/query'), width, width),
  );
  const layers = [...modalities.flatMap(({ project, purify, preference }) => [project, purify, preference]), attention];
  const own = [userIds, itemIds, ...layers.flatMap(({ parameters }) => parameters), query];

  return {
    parameters: [
      userIds,
      itemIds,
      ...modalities.flatMap(({ features, project, purify, preference }) => [
        ...(features.parameter ? [features.parameter] : []),
        ...project.parameters,
        ...purify.parameters,
        ...preference.parameters,
      ]),
      ...attention.parameters,
      query,
    ],
    graphs: [behaviour.userItem, behaviour.userFromItem, ...itemGraphs],
    ids: [userIds, itemIds],
    userItem,
    views: () => {
      const items = matrixOf(itemIds.tensor);
      // Behaviour view: LightGCN on sym(G), mean of layers.
      const behaviourView = meanOfLayers(userItem, stackNodes(matrixOf(userIds.tensor), items), behaviourLayers);
      const perModality = modalities.map(({ graph, features, project, purify }) => {
        // Purifier: E⁰ ⊙ σ(W₂(W₁X + b₁) + b₂); item view: last layer on the neighbour graph; users by R_norm.
        const gate = tf.sigmoid(purify.apply(features.through(project)));
        const itemView = lastLayer(graph, matrixOf(tf.mul(items, gate)), modalityLayers);
        return stackNodes(sparseProduct(fromItems, itemView), itemView);
      });
      // Shared part by attention, specific parts gated by the behaviour view.
      const gates = modalities.map(({ preference }) => matrixOf(tf.sigmoid(preference.apply(behaviourView))));
      return {
        behaviour: behaviourView,
        modality: fuseModalities(perModality, gates, attention, matrixOf(query.tensor)),
        perModality,
      };
    },
    final: (views) => splitNodes(matrixOf(tf.add(views.behaviour, views.modality)), input.users),
    dispose: () => {
      [userItem, fromItems, ...modalities.map(({ graph }) => graph)].forEach(disposeSparse);
      modalities.forEach(({ features }) => features.dispose());
      own.forEach(disposeParameter);
    },
  };
}

/** Bytes of the views; `blockEntries` item–item entries in the behaviour graph make it asymmetric. */
export function multiViewBytes(sizes: ModelSizes, config: Config, blockEntries: number): ModelBytes {
  const { users, items, trainPairs, featureColumns } = sizes;
  const unit = stepUnits(sizes, config);
  const width = numberOption(config, 'embeddingSize');
  const nodes = users + items;
  const modalities = featureColumns.length;
  const features = featureBytes(sizes, config, booleanOption(config, 'trainFeatures'));
  const weights =
    4 *
    (featureColumns.reduce((sum, columns) => sum + (columns + 1) * width, 0) +
      (2 * modalities + 1) * (width + 1) * width +
      width);
  const parameters = unit.nodes + weights + features.parameters;
  return {
    parameters,
    graphs:
      sparseBytes(nodes, nodes, 2 * trainPairs + blockEntries, blockEntries === 0) +
      sparseBytes(users, items, trainPairs, false) +
      modalities * sparseBytes(items, items, itemEntries(sizes, config), false),
    constants: features.constants,
    step:
      (28 + 28 * modalities + 3.5 * numberOption(config, 'userItemLayers')) * unit.nodes +
      modalities * (18 + numberOption(config, 'itemItemLayers')) * unit.items +
      84 * unit.rows +
      3 * unit.logits +
      1.2 * parameters +
      31 * modalities * unit.nodeVector +
      115 * unit.rowVector,
    largest: Math.max(unit.nodes, unit.logits, features.largest),
  };
}

/** Most entries of one modality's item graph. */
export function itemEntries({ items }: ModelSizes, config: Config): number {
  const co = config['itemGraph'] === 'refined' ? numberOption(config, 'coNeighbours') : 0;
  return items * Math.min(numberOption(config, 'neighbours') + co, items);
}

/** Most entries of an enhancer's item–item block. */
export function enhancerEntries({ items }: ModelSizes, config: Config): number {
  const enhancer = config['edgeEnhancer'];
  if (enhancer === '+E')
    return items * numberOption(config, 'enhancedNeighbours') * (booleanOption(config, 'symmetrise') ? 2 : 1);
  return enhancer === '+G' ? items * numberOption(config, 'neighbours') : 0;
}
