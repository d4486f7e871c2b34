import * as tf from '@tensorflow/tfjs-core';
import { at, entry } from '../../../src/domain/at';
import type { Emptied, RankingPart } from '../../../src/domain/knockouts';
import type { Representation } from '../../engine/contract';
import type { Parameter } from '../../engine/parameters';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { rowBlend } from '../../engine/kernels/rowBlend';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf } from '../../engine/tensors';
import { behaviourGraph, historyMean } from '../../graphs/behaviour';
import { forEachFeature } from '../layers/features';
import { linear } from '../layers/linear';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { drawnMatrix } from '../layers/initialisers';
import { meanThrough, splitNodes, stackNodes } from '../layers/propagation';
import { standardisedUnitRows } from '../layers/scaling';
import type { Batch, BuildContext, Model, NamedGraph } from '../model';
import type { MagnetConfig } from './table';
import { sampledGraph, viewLayers, type InducedView } from './views';

type EpochGraphs = Pick<Model, 'epochGraphs' | 'useEpochGraphs'>;

/** Views of the user–item graph, and modality cues of users and items. */
export interface Encoder {
  readonly parameters: readonly Parameter[];
  readonly graphs: readonly NamedGraph[];
  /** Sampled neighbours, made anew in every epoch; nothing without a fan-out. */
  readonly epochGraphs: EpochGraphs;
  /** `z` of each view, and of all together, `[U + I, d]`; with the epoch's sampled neighbours while training. */
  encode(training: boolean): { perView: tf.Tensor2D[]; z: tf.Tensor2D };
  /** `z` of users and items apart, by all their neighbours; `plain`: in the graph of training edges alone. */
  represent(plain?: boolean): Representation;
  /** `h_i^m = X_m W_m + b_m` and its mean over the history, `[I, d]` and `[U, d]`; `without` may take some away. */
  cues(without?: RankingPart | null): { items: tf.Tensor2D; users: tf.Tensor2D }[];
  /** What makes of means and own items `(n h_u − h_i)/(n − 1)`, 0 where the row's own item is all there is; `[B, d]`. */
  withoutOwn(batch: Batch): (mean: tf.Tensor2D, own: tf.Tensor2D) => tf.Tensor2D;
  dispose(): void;
}

export async function newEncoder(context: BuildContext<MagnetConfig>, induced: InducedView | null): Promise<Encoder> {
  const { input, config, random } = context;
  const { layers, fanOut, embeddingSize: width } = config;
  const graphs = viewGraphs(context, induced);
  const historyGraph: NamedGraph = {
    name: 'userHistory',
    meaning: 'R with rows that sum to 1, users × items',
    matrix: historyMean(input.train, input.users, input.items),
  };
  const views = graphs.map(({ matrix }) => sparseTensor(matrix, true));
  const history = sparseTensor(historyGraph.matrix, false);
  const { pointers } = historyGraph.matrix;
  const others = tf.keep(withoutOwnFactors(pointers));
  let sampled = viewLayers(views, layers);
  const disposeSampled = (): void => sampled.flat().forEach((graph) => !views.includes(graph) && disposeSparse(graph));

  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const cues = await forEachFeature(input.features, async (feature) => {
    const { key, columns } = feature;
    const scaled = config.featureScale === 'standardise' ? await standardisedUnitRows(feature) : feature;
    return {
      key,
      features: await frozenTable({ ...scaled, key }, storageOf(config)),
      project: linear(`cue/${key}`, `cue of ${key}`, columns, width, random),
    };
  });

  const encode: Encoder['encode'] = (training) => {
    const nodes = stackNodes(matrixOf(userIds.tensor), matrixOf(itemIds.tensor));
    const perView = (training ? sampled : viewLayers(views, layers)).map((ofLayers) => meanThrough(ofLayers, nodes));
    return { perView, z: matrixOf(tf.mul(tf.addN(perView), 1 / perView.length)) };
  };

  return {
    parameters: [userIds, itemIds, ...cues.flatMap(({ project }) => project.parameters)],
    graphs: [...graphs, historyGraph],
    epochGraphs:
      fanOut === 0
        ? {}
        : {
            epochGraphs: async (epoch) =>
              graphs.flatMap(({ name, matrix }) =>
                Array.from({ length: layers }, (_, layer): NamedGraph => ({
                  name: `${name}/layer${layer}@epoch${epoch}`,
                  meaning: `${fanOut} neighbours of each node, drawn for this epoch and layer`,
                  matrix: sampledGraph(matrix, fanOut, random(`fanOut/${name}/${layer}@epoch${epoch}`)),
                })),
              ),
            useEpochGraphs: (made) => {
              disposeSampled();
              const tensors = made.map(({ matrix }) => sparseTensor(matrix, false));
              sampled = views.map((_, view) => tensors.slice(view * layers, (view + 1) * layers));
            },
          },
    encode,
    represent: (plain = false) => {
      const { perView, z } = encode(false);
      return splitNodes(plain ? entry(perView, 0) : z, input.users);
    },
    cues: (without = null) =>
      cues.map(({ key, features, project }) => {
        const own = features.through(project);
        const items = without?.kind === 'cue' && without.modality === key ? emptied(own, without.as) : own;
        const users = sparseProduct(history, items);
        return { items, users: without?.kind === 'userCue' ? emptied(users, without.as) : users };
      }),
    withoutOwn: (batch) => {
      const factors = matrixOf(tf.gather(others, batch.users.indices));
      return (mean, own) => rowBlend(mean, own, factors);
    },
    dispose: () => {
      disposeSampled();
      [...views, history].forEach(disposeSparse);
      others.dispose();
      cues.forEach(({ features }) => features.dispose());
    },
  };
}

/** Zeros, or the mean of all rows in each. */
const emptied = (x: tf.Tensor2D, as: Emptied): tf.Tensor2D =>
  as === 'nothing' ? tf.zerosLike(x) : matrixOf(tf.add(tf.zerosLike(x), tf.mean(x, 0, true)));

/** `n/(n − 1)` and `−1/(n − 1)` of each user's `n` items, 0 for those with one alone; `[U, 2]`. */
function withoutOwnFactors(pointers: Int32Array): tf.Tensor2D {
  const factors = new Float32Array(2 * (pointers.length - 1));
  for (let user = 0; user < pointers.length - 1; user++) {
    const n = at(pointers, user + 1) - at(pointers, user);
    if (n > 1) factors.set([n / (n - 1), -1 / (n - 1)], 2 * user);
  }
  return tf.tensor2d(factors, [pointers.length - 1, 2]);
}

function viewGraphs({ input }: BuildContext<MagnetConfig>, induced: InducedView | null): NamedGraph[] {
  const graphs: NamedGraph[] = [
    {
      name: 'userItem',
      meaning: 'sym of the training edges, users before items',
      matrix: behaviourGraph(input.train, input.users, input.items, 0),
    },
  ];
  if (induced)
    graphs.push({
      name: 'userItemInduced',
      meaning: 'sym of training and induced edges, users before items',
      matrix: behaviourGraph(induced.joined, input.users, input.items, 0),
    });
  return graphs;
}
