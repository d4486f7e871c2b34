/**
 * LATTICE. Zhang, Zhu, Liu, Wu, Wang, Wang: Mining Latent Structures for Multimedia Recommendation, ACM MM 2021
 * (arXiv 2104.09036). As MMRec has it: the item graph is learned from projected features in the first batch of each
 * epoch, with gradient, and constant in the others; ranking builds it from the current parameters.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import { unitRows } from '../../engine/kernels/rowCosines';
import { at } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { readFloats } from '../../engine/backends';
import { disposeParameter, newParameter } from '../../engine/parameters';
import { sparseProduct, type SparseTensor } from '../../engine/kernels/csrProduct';
import { nearestRows } from '../../engine/nearest';
import { heldRows } from '../../engine/rowSource';
import { disposeRowIndex, gatherRows, hostRowIndex, rowIndex, sumRows, type RowIndex } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { bipartiteGraph } from '../../graphs/behaviour';
import { rowNormalised, symmetricNormalised, withDiagonal, type Csr } from '../../graphs/csr';
import { cosineGraph, cosineMatrix, weightedSum, type NeighbourLists } from '../../graphs/neighbours';
import { featureTable, forEachFeature } from '../layers/features';
import { linear } from '../layers/linear';
import { storageOf } from '../layers/frozenTable';
import { drawnMatrix } from '../layers/initialisers';
import {
  edgeEnhancement,
  enhancementRecord,
  modalityGraph,
  modalityNeighbours,
  refinedFindings,
} from '../layers/itemGraphs';
import { batchRows, bprLoss, squaredRegulariser, withoutGradient } from '../layers/losses';
import { lastLayer, meanOfLayers, splitNodes, stackNodes } from '../layers/propagation';
import type { Representation } from '../../engine/contract';
import { defineModel, type BuildContext, type Model, type NamedGraph } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Which item takes which neighbours in a learned graph, on the device. */
interface LearnedEdges {
  readonly from: RowIndex;
  readonly to: RowIndex;
}

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  const width = config.embeddingSize;
  const mix = config.graphMix;
  const neighbours = Math.min(config.neighbours, input.items);
  const itemLayers = config.itemItemLayers;

  const lists = await modalityNeighbours(context, table.name);
  const enhancement = await edgeEnhancement(context, lists);
  const userItemMatrix = rowNormalised(
    withDiagonal(bipartiteGraph(input.train, input.users, input.items, enhancement?.block ?? null), 1),
  );
  const originals = lists.map((list) => modalityGraph(context, list, cosineGraph));
  const userItem = sparseTensor(userItemMatrix, false);
  const originalTensors = originals.map((graph) => sparseTensor(graph, false));

  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const modalities = await forEachFeature(input.features, async (feature) => ({
    features: await featureTable(feature, config.trainFeatures, storageOf(config)),
    project: linear(`project/${feature.key}`, `projection, ${feature.key}`, feature.columns, width, random),
  }));
  const shares = newParameter(
    'modalityWeights',
    'one logit per modality, softmax gives its share',
    [modalities.length],
    new Float32Array(modalities.length).fill(1 / modalities.length),
  );
  const trained = modalities.flatMap(({ features, project }) => [
    ...(features.parameter ? [features.parameter] : []),
    ...project.parameters,
  ]);
  const parameters = [userIds, itemIds, ...trained, shares];

  /** The learned graph of the epoch and, for its first batch, the edges through which the gradient flows. */
  let adjacency: SparseTensor | null = null;
  let edges: LearnedEdges[] = [];
  let kept: Kept | null = null;
  /** Neighbours that a ranking found, as long as no step has moved the features: an epoch begins with those of the ranking before it. */
  let found: NeighbourLists[] | null = null;

  /** Neighbours by the projected features as they are now. */
  const findNeighbours = async (): Promise<NeighbourLists[]> => {
    const nearest: NeighbourLists[] = [];
    for (const { features, project } of modalities) {
      const projected = tf.tidy(() => features.through(project));
      const values = await readFloats(projected);
      projected.dispose();
      nearest.push(await nearestRows(heldRows(values, input.items, width), neighbours, true, () => {}));
    }
    return nearest;
  };
  const currentShares = async (): Promise<Float32Array> => softmax(await readFloats(shares.tensor));
  const learnedGraph = (nearest: readonly NeighbourLists[], share: Float32Array): Csr =>
    symmetricNormalised(weightedSum(nearest.map(cosineMatrix), [...share]));
  const mixed = (graph: Csr, share: Float32Array): Csr =>
    weightedSum([graph, ...originals], [1 - mix, ...Array.from(share, (value) => mix * value)]);
  const use = (graph: Csr, share: Float32Array): void => {
    if (adjacency) disposeSparse(adjacency);
    adjacency = sparseTensor(mixed(graph, share), false);
  };
  const dropEdges = (): void => {
    edges.forEach(({ from, to }) => [from, to].forEach(disposeRowIndex));
    edges = [];
  };

  /** `adj h` with the gradient through cosines, row sums and shares: `L = sym(Σ_m w_m S_m)`, `adj = (1 − λ) L + λ Σ_m w_m Ŝ_m`. */
  const differentiableProduct = (): ((h: tf.Tensor2D) => tf.Tensor2D) => {
    const share = vectorOf(tf.softmax(vectorOf(shares.tensor)));
    const shareOf = (m: number): tf.Tensor => tf.slice(share, m, 1);
    const weighted = modalities.map(({ features, project }, m) => {
      const edge = edges[m];
      if (!edge) throw new Error('LATTICE has lost its learned edges.');
      const unit = unitRows(features.through(project));
      const cosines = tf.relu(tf.sum(tf.mul(gatherRows(unit, edge.from), gatherRows(unit, edge.to)), 1, true));
      return { edge, values: matrixOf(tf.mul(cosines, shareOf(m))) };
    });
    const sums = matrixOf(tf.addN(weighted.map(({ edge, values }) => sumRows(values, edge.from))));
    const positive = withoutGradient(sums, (x) => tf.cast(tf.greater(x, 0), 'float32'));
    // Rows without an edge: 1/√1 · 0.
    const scale = matrixOf(tf.mul(tf.rsqrt(tf.add(sums, tf.sub(1, positive))), positive));
    return (h) => {
      const scaled = matrixOf(tf.mul(h, scale));
      const products = weighted.map(({ edge, values }) =>
        sumRows(matrixOf(tf.mul(gatherRows(scaled, edge.to), values)), edge.from),
      );
      const fromLearned = tf.mul(tf.mul(tf.addN(products), scale), 1 - mix);
      const fromOriginal = originalTensors.map((graph, m) => tf.mul(sparseProduct(graph, h), tf.mul(shareOf(m), mix)));
      return matrixOf(tf.addN([fromLearned, ...fromOriginal]));
    };
  };

  const represent = (content: tf.Tensor2D): Representation => {
    const items = matrixOf(itemIds.tensor);
    const nodes = splitNodes(
      meanOfLayers(userItem, stackNodes(matrixOf(userIds.tensor), items), config.userItemLayers),
      input.users,
    );
    return { users: nodes.users, items: matrixOf(tf.add(nodes.items, unitRows(content))) };
  };
  const constantContent = (): tf.Tensor2D => {
    if (!adjacency) throw new Error('LATTICE has no item graph yet.');
    return lastLayer(adjacency, matrixOf(itemIds.tensor), itemLayers);
  };

  return {
    ...enhancementRecord(enhancement),
    findings: [...(enhancement?.findings ?? []), ...refinedFindings(context, lists)],
    parameters,
    graphs: [
      ...(enhancement ? [enhancement.graph] : []),
      { name: 'userItem', meaning: 'D⁻¹(A + I), users before items', matrix: userItemMatrix },
      ...originals.map((matrix, m): NamedGraph => ({
        name: `items/${input.features[m]?.key ?? ''}`,
        meaning: 'sym of the neighbour graph of the raw features, self included',
        matrix,
      })),
    ],
    epochGraphs: async (epoch) => {
      // A run that resumes within an epoch goes on with the graph its first batch was given.
      const resumed = kept?.epoch === epoch ? kept : null;
      const learned = resumed?.lists ?? found ?? (await findNeighbours());
      const share = resumed?.shares ?? (await currentShares());
      kept = { epoch, lists: learned, shares: share };
      dropEdges();
      edges = learned.map(deviceEdges);
      const graph = learnedGraph(learned, share);
      use(graph, share);
      return [
        {
          name: `learned@epoch${epoch}`,
          meaning: 'sym of the learned neighbour graph of this epoch, before it is mixed with the raw one',
          matrix: graph,
        },
      ];
    },
    loss: (batch, step) => {
      found = null;
      let content = matrixOf(itemIds.tensor);
      if (step.first) {
        const multiply = differentiableProduct();
        for (let layer = 0; layer < itemLayers; layer++) content = multiply(content);
      } else content = constantContent();
      const { users, items } = represent(content);
      const rows = batchRows(users, items, batch);
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        { key: 'reg', weight: config.regWeight, value: squaredRegulariser(rows, batch) },
      ];
    },
    prepareRanking: async () => {
      const share = await currentShares();
      found = await findNeighbours();
      use(learnedGraph(found, share), share);
    },
    represent: () => represent(constantContent()),
    state: async () => (kept ? savedGraph(kept) : {}),
    restoreState: (state) => {
      kept = restoredGraph(state, modalities.length, input.items, neighbours);
    },
    dispose: () => {
      dropEdges();
      [userItem, ...originalTensors, ...(adjacency ? [adjacency] : [])].forEach(disposeSparse);
      for (const { features, project } of modalities) {
        features.dispose();
        project.parameters.forEach(disposeParameter);
      }
      [userIds, itemIds, shares].forEach(disposeParameter);
    },
  };
}

function deviceEdges({ rows, k, indices, values }: NeighbourLists): LearnedEdges {
  const places = Array.from(indices.keys()).filter((place) => at(indices, place) >= 0 && at(values, place) > 0);
  const index = (of: (place: number) => number): RowIndex =>
    rowIndex(hostRowIndex(Int32Array.from(places, of), places.length, rows));
  return { from: index((place) => Math.floor(place / k)), to: index((place) => at(indices, place)) };
}

function softmax(logits: Float32Array): Float32Array {
  const top = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

interface Kept {
  readonly epoch: number;
  readonly lists: NeighbourLists[];
  readonly shares: Float32Array;
}

function savedGraph({ epoch, lists, shares }: Kept): Record<string, Float32Array> {
  return {
    epoch: Float32Array.of(epoch),
    shares,
    ...Object.fromEntries(
      lists.flatMap(({ indices, values }, m) => [
        [`indices/${m}`, Float32Array.from(indices)],
        [`values/${m}`, values],
      ]),
    ),
  };
}

function restoredGraph(
  state: Readonly<Record<string, Float32Array>>,
  modalities: number,
  rows: number,
  k: number,
): Kept | null {
  const { epoch, shares } = state;
  if (!epoch || !shares) return null;
  const lists = Array.from({ length: modalities }, (_, m): NeighbourLists => ({
    rows,
    k,
    indices: Int32Array.from(state[`indices/${m}`] ?? []),
    values: state[`values/${m}`] ?? new Float32Array(0),
  }));
  return { epoch: at(epoch, 0), lists, shares };
}

export const model = defineModel(table, build);
