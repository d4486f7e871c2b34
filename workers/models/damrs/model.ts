/**
 * DA-MRS on LightGCN. Xv, Li, Xie, Lin, Liu, Xia, Kang, Lin: Improving Multi-modal Recommender Systems by Denoising and Aligning
 * Multi-modal Content and User Feedback, KDD 2024 (arXiv 2406.12501). Formulas as the authors' code has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { entry, required } from '../../../src/domain/at';
import { AppError } from '../../../src/domain/errors';
import type { Finding } from '../../../src/domain/observations';
import { readFloats } from '../../engine/backends';
import { disposeParameter } from '../../engine/parameters';
import { bprLosses } from '../../engine/kernels/bpr';
import { feedback, meanLikelihood } from '../../engine/kernels/feedbackWeights';
import { copyInto } from '../../engine/kernels/inPlace';
import type { LabelSets } from '../../engine/kernels/labelled';
import { rowDots, unitRows } from '../../engine/kernels/rowCosines';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { nearestValidRows } from '../../engine/nearest';
import { gatherRows } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrix, matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph, interactionMatrix } from '../../graphs/behaviour';
import { commonNeighbours } from '../../graphs/common';
import { transpose } from '../../graphs/csr';
import { listedGraph } from '../../graphs/neighbours';
import { withoutGradient } from '../layers/losses';
import { labelledAlignment, labelTables, weighedDivergence } from '../layers/alignment';
import { requireFeatures } from '../layers/features';
import { drawnMatrix } from '../layers/initialisers';
import { lastLayer, meanOfLayers, nodeTable, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type Model, type NamedGraph } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Added to degrees and to row counts. */
const EPSILON = 1e-7;
/** Users that two items share at least. */
const LEAST_COMMON = 2;

/** Rows of a batch, of its positives and of its negatives. */
interface Sides<T> {
  readonly positives: T;
  readonly negatives: T;
}

/** Throws `MODEL_NEEDS_FEATURES`, and `CONFIG_INVALID` where there are too few items for the label sets. */
async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  requireFeatures(input.features, table.name);
  const width = config.embeddingSize;
  const count = config.labelCount;
  if (input.items < 2 * count) throw tooFewItems(input.items, count);
  const lists = await neighbourLists(context);
  await progress('building the user–item graph', null);
  const userItemMatrix = behaviourGraph(input.train, input.users, input.items, EPSILON);
  const itemMatrices = lists.map(({ key, lists: own }): NamedGraph => ({
    name: `items/${key}`,
    meaning: `neighbours by ${key} with weight 1, the item itself among them; both sides divided by √(row count + 1e-7)`,
    matrix: listedGraph(own, EPSILON),
  }));
  const userItem = sparseTensor(userItemMatrix, true);
  const itemGraphs = itemMatrices.map(({ matrix }) => sparseTensor(matrix, false));

  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  /** Labels of the epoch, where they are made once in it: of each graph both sets, `[I, count]`. */
  const kept =
    config.labels === 'epoch'
      ? itemGraphs.map((): LabelSets => {
          const nothing = (): tf.Tensor2D => tf.keep(matrix(new Float32Array(input.items * count), input.items, count));
          return { near: nothing(), own: nothing(), count };
        })
      : null;
  const keptTables = kept?.flatMap(({ near, own }) => [near, own]) ?? [];

  /** What each item graph makes of the items, `[I, d]` each, and their mean. */
  const content = (): { views: tf.Tensor2D[]; mean: tf.Tensor2D } => {
    const views = itemGraphs.map((graph) => lastLayer(graph, matrixOf(itemIds.tensor), config.itemItemLayers));
    return { views, mean: matrixOf(tf.mul(tf.addN(views), 1 / views.length)) };
  };
  const behaviour = (): tf.Tensor2D =>
    meanOfLayers(userItem, stackNodes(matrixOf(userIds.tensor), matrixOf(itemIds.tensor)), config.layers);
  const both = (of: (side: 'positives' | 'negatives') => tf.Tensor2D): Sides<tf.Tensor2D> => ({
    positives: of('positives'),
    negatives: of('negatives'),
  });
  const stacked = ({ positives, negatives }: Sides<tf.Tensor2D>): tf.Tensor2D => stackNodes(positives, negatives);

  /** The labels of the batch's items, where they are known. */
  const knownLabels = (units: readonly tf.Tensor2D[], batch: Batch, first: boolean): LabelSets[] | null => {
    if (!kept) return null;
    if (first)
      labelTables(units, count).forEach(({ near, own }, view) => {
        copyInto(entry(kept, view).near, near);
        copyInto(entry(kept, view).own, own);
      });
    const items = vectorOf(tf.concat([batch.positives.indices, batch.negatives.indices], 0));
    const of = (labels: tf.Tensor2D): tf.Tensor2D => matrixOf(tf.gather(labels, items));
    return kept.map(({ near, own }) => ({ near: of(near), own: of(own), count }));
  };

  return {
    parameters: [userIds, itemIds],
    graphs: [
      { name: 'userItem', meaning: 'sym(G), users before items, degrees + 1e-7', matrix: userItemMatrix },
      ...itemMatrices,
    ],
    findings: [neighbourFinding(lists, config.neighbours)],
    loss: (batch, step) => {
      const { views, mean } = content();
      const nodes = nodeTable(behaviour(), input.users);
      const users = nodes.users(batch.users);
      const ofNodes = both((side) => nodes.items(batch[side]));
      const ofContent = both((side) => gatherRows(mean, batch[side]));
      const units = views.map((view) => unitRows(view));
      const ofViews = units.map((unit) => both((side) => gatherRows(unit, batch[side])));

      const items = batch.distinctBoth.weights;
      const weights = { rows: batch.distinctUsers.weights, columns: items };
      const alignUsers = weighedDivergence(users, unitRows(stacked(ofNodes)), unitRows(stacked(ofContent)), weights);
      const sets = knownLabels(units, batch, step.first);
      const alignItems = labelledAlignment(
        ofViews.map((rows, view) => ({ anchors: stacked(rows), table: entry(units, view) })),
        items,
        { count, temperature: config.temperature, sets },
      );
      const scored = both((side) => matrixOf(tf.add(ofNodes[side], ofContent[side])));
      return [
        { key: 'bpr', weight: 1, value: weightedBpr(users, scored, ofViews, batch) },
        { key: 'alignUsers', weight: config.alignUserWeight, value: alignUsers },
        { key: 'alignItems', weight: config.alignItemWeight, value: alignItems },
      ];
    },
    represent: () => {
      const { users, items } = splitNodes(behaviour(), input.users);
      return { users, items: matrixOf(tf.add(items, content().mean)) };
    },
    ...(kept && {
      state: async () => {
        const labels = await Promise.all(keptTables.map(readFloats));
        return Object.fromEntries(labels.map((values, place) => [`labels/${place}`, values]));
      },
      restoreState: (state) =>
        keptTables.forEach((labels, place) => {
          const values = state[`labels/${place}`];
          if (values) tf.tidy(() => copyInto(labels, matrix(values.slice(), input.items, count)));
        }),
    }),
    dispose: () => {
      [userItem, ...itemGraphs].forEach(disposeSparse);
      [userIds, itemIds].forEach(disposeParameter);
      tf.dispose(keptTables);
    },
  };
}

/** Neighbours of items by each modality and by common users, the item itself the first. */
interface ItemNeighbours {
  readonly key: string;
  readonly lists: readonly (readonly number[])[];
}

async function neighbourLists({ input, config, progress }: BuildContext<Settings>): Promise<ItemNeighbours[]> {
  const wanted = Math.min(config.neighbours, input.items);
  const text = `finding the ${wanted} nearest items among those near in every modality`;
  await progress(text, null);
  const content = await nearestValidRows(input.features, wanted, (fraction) => progress(text, fraction));
  const audiences = transpose(interactionMatrix(input.train, input.users, input.items));
  const common = commonNeighbours(audiences, config.coNeighbours, LEAST_COMMON);
  return [
    ...input.features.map(({ key }, place) => ({ key, lists: entry(content, place) })),
    { key: 'behaviour', lists: common.lists.map(({ others }, item) => [item, ...others]) },
  ];
}

/** How many neighbours the thresholds leave. */
function neighbourFinding(lists: readonly ItemNeighbours[], wanted: number): Finding {
  const share = (of: ItemNeighbours, counts: (length: number) => boolean): number =>
    of.lists.filter(({ length }) => counts(length)).length / Math.max(1, of.lists.length);
  const [content, behaviour] = [entry(lists, 0), entry(lists, lists.length - 1)];
  return {
    kind: 'numbers',
    key: 'neighbours',
    title: 'Neighbours of items',
    rows: [
      {
        label: `fewer than ${wanted} that every modality confirms`,
        value: share(content, (n) => n < wanted),
        unit: 'share',
      },
      { label: 'none but the item itself', value: share(content, (n) => n === 1), unit: 'share' },
      { label: 'no other item with two users in common', value: share(behaviour, (n) => n === 1), unit: 'share' },
    ],
  };
}

/**
 * The mean of `−w⁺ ln σ(x) − w⁻ ln σ(−x)`, `x = ŷ_ui − ŷ_uj`, of several negatives the mean. As `−ln σ(−x) = x − ln σ(x)`, it is BPR weighted by `w⁺ + w⁻`, and
 * `w⁻ x` besides. `w⁺ = μ e^(−2 s²)`, `w⁻ = max_g p_g − ν` where `μ < ν`, else 0, both between 0 and 1: `p_g` and `n_g` are σ of the products of a user with the positive's and
 * the negatives' unit rows by each item graph, μ and s² the mean and the unbiased variance of the `p_g`, ν the mean of all `n_g` of the batch. The weights are constants.
 */
function weightedBpr(
  users: tf.Tensor2D,
  { positives, negatives }: Sides<tf.Tensor2D>,
  views: readonly Sides<tf.Tensor2D>[],
  { weights, negativeMask, rows, negativesPerPositive: ratio }: Batch,
): tf.Scalar {
  const width = users.shape[1];
  const repeated =
    ratio === 1 ? users : matrixOf(tf.reshape(tf.tile(tf.reshape(users, [-1, 1, width]), [1, ratio, 1]), [-1, width]));
  const logits = (of: tf.Tensor2D, side: 'positives' | 'negatives'): tf.Tensor2D =>
    matrixOf(tf.stack(views.map((view) => rowDots(of, view[side]))));
  const both = withoutGradient(tf.zeros([2, users.shape[0]]), () => {
    const drawn = meanLikelihood(logits(repeated, 'negatives'));
    const threshold = tf.div(weightedSum(drawn, negativeMask, 1 / ratio), rows);
    return feedback(logits(users, 'positives'), vectorOf(tf.reshape(threshold, [1])), weights);
  });
  const [doubted, all] = [0, 1].map((row) => vectorOf(tf.reshape(tf.slice(both, [row, 0], [1, -1]), [-1])));
  const other = ratio === 1 ? negatives : matrixOf(tf.mean(tf.reshape(negatives, [-1, ratio, width]), 1));
  const margins = rowDots(users, matrixOf(tf.sub(positives, other)));
  const losses = bprLosses(users, positives, negatives, false);
  return scalarOf(tf.add(weightedSum(losses, required(all)), weightedSum(margins, required(doubted))));
}

const tooFewItems = (items: number, count: number): AppError =>
  new AppError(
    'CONFIG_INVALID',
    `Two sets of ${count} labels need ${2 * count} items, and this dataset has ${items}.`,
    'Choose fewer labels, or a dataset with more items.',
    { option: 'labelCount' },
  );

export const model = defineModel(table, build);
