/**
 * Behaviour view and modality view as MGCN has them: LightGCN on the user–item graph; per modality item IDs purified by
 * the features and propagated on the item graph, users from items; shared and specific parts fused under the behaviour
 * view's gates. EGRA and GUME are built on it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TrainFeaturesConfig } from '../../../src/domain/models/options/graphs';
import { disposeParameter, type Parameter } from '../../engine/parameters';
import { sparseProduct, type SparseTensor } from '../../engine/kernels/csrProduct';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf } from '../../engine/tensors';
import type { Csr } from '../../graphs/csr';
import type { NeighbourLists } from '../../graphs/neighbours';
import type { Representation } from '../../engine/contract';
import type { BuildContext, NamedGraph } from '../model';
import { featureTable, forEachFeature } from './features';
import { linear, type Linear } from './linear';
import { storageOf } from './frozenTable';
import { fuseModalities, fuseUngated, gatesOf } from './fusion';
import { drawnMatrix, linearMatrix } from './initialisers';
import { lastLayer, meanOfLayers, splitNodes, stackNodes } from './propagation';

/** Views before their fusion, `[U + I, d]`, users first, unless it says otherwise. */
export interface ViewParts {
  /** `E_B` */
  readonly behaviour: tf.Tensor2D;
  /** `E_m` of all modalities, before fusion, one under the other: `[|M| · (U + I), d]`. */
  readonly stacked: tf.Tensor2D;
  /** The items' rows of each, `[I, d]`. */
  readonly items: readonly tf.Tensor2D[];
}

export interface Views extends ViewParts {
  /** `E_M`, `[U + I, d]` */
  readonly modality: tf.Tensor2D;
}

export interface MultiView {
  readonly parameters: readonly Parameter[];
  readonly graphs: readonly NamedGraph[];
  /** The tables of user and item IDs. */
  readonly ids: readonly [Parameter, Parameter];
  readonly userItem: SparseTensor;
  /** What fuses the views: attention over modalities with its query, `[d, 1]`, and the gates of the specific parts, by modality. */
  readonly fusion: { readonly attention: Linear; readonly query: Parameter; readonly preferences: readonly Linear[] };
  /** `E_B` alone, and `E_m` alone, as `ViewParts` has them. */
  behaviour(): tf.Tensor2D;
  modalities(): Pick<ViewParts, 'stacked' | 'items'>;
  views(): Views;
  /** `E = E_B + E_M`, `[U + I, d]`. */
  final(views: Views): tf.Tensor2D;
  /** Its halves, which rank. */
  represent(): Representation;
  dispose(): void;
}

interface ViewGraphs {
  /** Users and items together, as it is propagated. */
  readonly userItem: NamedGraph;
  readonly symmetric: boolean;
  /** `[U, I]`: users' modality vectors from items'. */
  readonly userFromItem: NamedGraph;
  /** `[I, I]`: a modality's item graph from its neighbours; `m` is the modality's place. */
  readonly itemGraph: (list: NeighbourLists, m: number) => Csr;
  /** What an item graph is, before the modality's name. */
  readonly itemMeaning?: string;
  /** Without gates of the behaviour view: the factor of the shared part in `fuseUngated`. */
  readonly ungated?: number;
}

interface MultiViewConfig extends TrainFeaturesConfig {
  readonly embeddingSize: number;
  readonly userItemLayers: number;
  readonly itemItemLayers: number;
}

/** Builds the views on given graphs; `lists` are each modality's neighbours. */
export async function multiView(
  context: BuildContext<MultiViewConfig>,
  lists: readonly NeighbourLists[],
  graphs: ViewGraphs,
): Promise<MultiView> {
  const { input, config, random } = context;
  const width = config.embeddingSize;
  const behaviourLayers = config.userItemLayers;
  const modalityLayers = config.itemItemLayers;
  const { ungated } = graphs;
  const itemGraphs = lists.map((list, m): NamedGraph => {
    const key = input.features[m]?.key ?? '';
    return {
      name: `items/${key}`,
      meaning: graphs.itemMeaning
        ? `${graphs.itemMeaning}, ${key}`
        : `sym of the neighbour graph by ${key}, self included`,
      matrix: graphs.itemGraph(list, m),
    };
  });
  const userItem = sparseTensor(graphs.userItem.matrix, graphs.symmetric);
  const fromItems = sparseTensor(graphs.userFromItem.matrix, false);

  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const modalities = await forEachFeature(input.features, async (feature, m) => {
    const matrix = itemGraphs[m]?.matrix;
    if (!matrix) throw new Error(`There is no item graph of ${feature.key}.`);
    const layer = (role: string, meaning: string, inputs: number) =>
      linear(`${role}/${feature.key}`, `${meaning}, ${feature.key}`, inputs, width, random);
    return {
      graph: sparseTensor(matrix, false),
      features: await featureTable(feature, config.trainFeatures, storageOf(config)),
      project: layer('project', 'projection', feature.columns),
      purify: layer('purify', 'behaviour-guided purifier', width),
      preference: ungated === undefined ? layer('preference', 'gate of the specific part', width) : null,
    };
  });
  const attention = linear('attention', 'attention over modalities', width, width, random);
  const query = drawnMatrix(random, 'attention/query', 'attention query v', width, 1, linearMatrix);
  const preferences = modalities.flatMap(({ preference }) => (preference ? [preference] : []));
  const layers = [...modalities.flatMap(({ project, purify }) => [project, purify]), ...preferences, attention];
  const own = [userIds, itemIds, ...layers.flatMap(({ parameters }) => parameters), query];

  // Behaviour view: LightGCN on sym(G), mean of layers.
  const behaviourView = (): tf.Tensor2D =>
    meanOfLayers(userItem, stackNodes(matrixOf(userIds.tensor), matrixOf(itemIds.tensor)), behaviourLayers);
  const modalityViews = (): Pick<ViewParts, 'stacked' | 'items'> => {
    const ids = matrixOf(itemIds.tensor);
    const items = modalities.map(({ graph, features, project, purify }) => {
      // Purifier: E⁰ ⊙ σ(W₂(W₁X + b₁) + b₂); item view: last layer on the neighbour graph.
      const gate = purify.apply(features.through(project), { activation: 'sigmoid' });
      return lastLayer(graph, matrixOf(tf.mul(ids, gate)), modalityLayers);
    });
    // Users by R_norm.
    const stacked = matrixOf(
      tf.concat(
        items.flatMap((view) => [sparseProduct(fromItems, view), view]),
        0,
      ),
    );
    return { stacked, items };
  };
  const makeViews = (): Views => {
    const behaviour = behaviourView();
    const { stacked, items } = modalityViews();
    // Shared part by attention, specific parts gated by the behaviour view, if they are.
    const asked = matrixOf(query.tensor);
    const modality =
      ungated === undefined
        ? fuseModalities(stacked, gatesOf(behaviour, preferences), attention, asked)
        : fuseUngated(stacked, modalities.length, attention, asked, ungated);
    return { behaviour, modality, stacked, items };
  };
  const final = ({ behaviour, modality }: Views): tf.Tensor2D => matrixOf(tf.add(behaviour, modality));

  return {
    parameters: [
      userIds,
      itemIds,
      ...modalities.flatMap(({ features, project, purify, preference }) => [
        ...(features.parameter ? [features.parameter] : []),
        ...project.parameters,
        ...purify.parameters,
        ...(preference?.parameters ?? []),
      ]),
      ...attention.parameters,
      query,
    ],
    graphs: [graphs.userItem, graphs.userFromItem, ...itemGraphs],
    ids: [userIds, itemIds],
    userItem,
    fusion: { attention, query, preferences },
    behaviour: behaviourView,
    modalities: modalityViews,
    views: makeViews,
    final,
    represent: () => splitNodes(final(makeViews()), input.users),
    dispose: () => {
      [userItem, fromItems, ...modalities.map(({ graph }) => graph)].forEach(disposeSparse);
      modalities.forEach(({ features }) => features.dispose());
      own.forEach(disposeParameter);
    },
  };
}
