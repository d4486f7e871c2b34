/**
 * MENTOR. Xu, Chen, Yang, Li, Wang, Ngai: MENTOR: Multi-level Self-supervised Learning for Multimodal Recommendation, AAAI 2025
 * (arXiv 2402.19407). BPR to the base 2 and views aligned by single numbers, as the authors' code has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import type { Representation, StepScope } from '../../engine/contract';
import { disposeParameter, newParameter } from '../../engine/parameters';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { momentDifferences } from '../../engine/kernels/moments';
import { perturbedRows } from '../../engine/kernels/perturbedRows';
import { gatherRows } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import { distinctRows, infoNce, infoNceTables } from '../layers/contrast';
import { channel, preferenceSquares, sideBySide, unitBlocks, type Channel } from '../layers/encoder';
import { forEachFeature } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { normals, xavierNormal } from '../layers/initialisers';
import { mixedGraph, modalityNeighbours } from '../layers/itemGraphs';
import { batchRowsOf, bprLoss, squaresOf } from '../layers/losses';
import { meanOfLayers, nodeTable, plusLastLayer, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model } from '../model';
import { fixedMask, maskTerm, trainedMask, type MaskLayer } from './mask';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Propagation steps over the user–item graph. */
const LAYERS = 2;

/** Throws `MODEL_NEEDS_FEATURES`. */
async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  const width = config.embeddingSize;
  const nodes = input.users + input.items;
  const keys = input.features.map(({ key }) => key);
  const count = keys.length;
  const lists = await modalityNeighbours(context, table.name);
  const itemMatrix = mixedGraph(lists, keys, config.visionWeight, 1e-7);
  const userItemMatrix = behaviourGraph(input.train, input.users, input.items, 0);
  const userItem = sparseTensor(userItemMatrix, true);
  const itemItem = sparseTensor(itemMatrix, false);
  const ids = {
    users: tf.keep(tf.range(0, input.users, 1, 'int32')),
    items: tf.keep(tf.range(0, input.items, 1, 'int32')),
    nodes: tf.keep(tf.range(0, nodes, 1, 'int32')),
  };
  const constants = await forEachFeature(input.features, (feature) => frozenTable(feature, storageOf(config)));

  const itemIds = newParameter(
    'itemEmbedding',
    'items × d; aligned, never ranked',
    [input.items, width],
    xavierNormal(random('init/itemEmbedding'), input.items, width),
  );
  const ofModalities = (view = ''): Channel[] =>
    input.features.map(({ key, columns }) =>
      channel(key, { users: input.users, inputs: columns, width }, random, view),
    );
  const ranked = ofModalities();
  const ofIds = channel('id', { users: input.users, inputs: width, width }, random);
  const own = config.graphNoise === 'reference' ? [ofModalities('view1/'), ofModalities('view2/')] : [];
  const shares = newParameter(
    'userModalityWeights',
    'weights of a user’s modalities, users × modalities',
    [input.users, count],
    softmaxOfRows(
      normals(random('init/userModalityWeights'), input.users * count, Math.sqrt(2 / (input.users + count))),
      count,
    ),
  );
  const mask = maskOf(config.featureMask, count * width, random);
  const ownParameters = [itemIds, ...[...ranked, ofIds, ...own.flat()].flatMap(({ parameters }) => parameters), shares];

  /** `x + H¹ + H²` of channels side by side, `[U + I, C·d]`; `perturb` changes a layer before the next is made of it. */
  const encoded = (
    channels: readonly Channel[],
    perturb?: (layer: tf.Tensor2D, number: number) => tf.Tensor2D,
  ): tf.Tensor2D => {
    const users = sideBySide(channels.map(({ preference }) => preference.tensor));
    const items = sideBySide(channels.map(({ encode }, place) => encode(constants[place] ?? matrixOf(itemIds.tensor))));
    const start = unitBlocks(stackNodes(users, items), width);
    if (!perturb) return meanOfLayers(userItem, start, LAYERS, LAYERS + 1);
    const all = [start];
    for (let layer = 1; layer <= LAYERS; layer++)
      all.push(perturb(sparseProduct(userItem, entry(all, layer - 1)), layer));
    return matrixOf(tf.addN(all));
  };
  /** `E + S^L E` */
  const smoothed = (items: tf.Tensor2D): tf.Tensor2D => plusLastLayer(itemItem, items, config.itemItemLayers);
  /** Users' blocks by their weights, `[U, |M|·d]`. */
  const weighed = (users: tf.Tensor2D): tf.Tensor2D => {
    const blocks = tf.reshape(users, [input.users, count, width]);
    return matrixOf(
      tf.reshape(tf.mul(blocks, tf.reshape(shares.tensor, [input.users, count, 1])), [input.users, count * width]),
    );
  };
  const fused = (all: tf.Tensor2D): Representation => {
    const { users, items } = splitNodes(all, input.users);
    return { users: weighed(users), items: smoothed(items) };
  };
  /** The modalities' blocks without that of the IDs. */
  const leading = (x: tf.Tensor2D): tf.Tensor2D => tf.slice(x, [0, 0], [x.shape[0], count * width]);

  /** A fused view whose layers are perturbed: `h + ε sign(h) ⊙ r/‖r‖` for each modality's rows. */
  const perturbedView = (channels: readonly Channel[], view: number, step: StepScope): Representation =>
    fused(
      encoded(channels, (layer, number) => {
        const draws = sideBySide(keys.map((key) => step.draw(`noise/${view}/${key}/${number}`, ids.nodes, width)));
        const rows = (x: tf.Tensor2D): tf.Tensor2D => matrixOf(tf.reshape(x, [nodes * count, width]));
        return matrixOf(tf.reshape(perturbedRows(rows(layer), rows(draws), config.noise), layer.shape));
      }),
    );
  const graphContrast = (batch: Batch, step: StepScope): tf.Scalar => {
    const one = perturbedView(own[0] ?? ranked, 1, step);
    const other = perturbedView(own[1] ?? ranked, 2, step);
    const side = (of: 'users' | 'items'): tf.Scalar => {
      if (config.graphNoise === 'reference') return infoNceTables(one[of], other[of], config.temperature);
      const index = of === 'users' ? batch.users : batch.positives;
      const rows = distinctRows(of === 'users' ? batch.distinctUsers : batch.distinctItems);
      return infoNce(gatherRows(one[of], index), gatherRows(other[of], index), config.temperature, batch, rows);
    };
    return scalarOf(tf.add(side('users'), side('items')));
  };
  /** Mean squares of the batch's preferences, summed over modalities, and of all users' weights. */
  const squares = (batch: Batch): tf.Scalar =>
    scalarOf(tf.add(preferenceSquares(ranked, batch), tf.mul(squaresOf([shares]), 1 / shares.tensor.size)));

  return {
    parameters: [...ownParameters, ...(mask?.parameters ?? [])],
    graphs: [
      { name: 'userItem', meaning: 'sym(G), users before items', matrix: userItemMatrix },
      {
        name: 'items',
        meaning: 'weighted sum of the modalities’ neighbour graphs, each sym with equal weights, row sums + 1e-7',
        matrix: itemMatrix,
      },
    ],
    inputs: mask?.inputs ?? [],
    loss: (batch, step): LossTermValue[] => {
      const { users, items } = splitNodes(encoded([...ranked, ofIds]), input.users);
      const smooth = smoothed(items);
      const final = { users: weighed(leading(users)), items: leading(smooth) };
      const together = stackNodes(final.users, final.items);
      const rows = batchRowsOf(nodeTable(together, input.users), batch);
      const align = momentDifferences([
        { x: together, blocks: 1 },
        { x: stackNodes(users, smooth), blocks: count + 1, across: count + 1, copies: count },
      ]);
      const terms: LossTermValue[] = [
        { key: 'bpr', weight: 1, value: scalarOf(tf.mul(bprLoss(rows, batch, false), 1 / Math.LN2)) },
        { key: 'reg', weight: config.regWeight, value: squares(batch) },
        { key: 'align', weight: config.alignWeight, value: align },
      ];
      if (config.graphNoise !== 'off')
        terms.push({ key: 'graph', weight: config.graphWeight, value: graphContrast(batch, step) });
      if (mask) {
        const value = maskTerm(final, mask, { ids, step, rate: config.maskRate });
        if (config.featureMask === 'live') terms.push({ key: 'mask', weight: config.maskWeight, value });
        else step.observe('mask', value);
      }
      return terms;
    },
    represent: () => fused(encoded(ranked)),
    dispose: () => {
      [userItem, itemItem].forEach(disposeSparse);
      constants.forEach((one) => one.dispose());
      ownParameters.forEach(disposeParameter);
      mask?.dispose();
      tf.dispose([ids.users, ids.items, ids.nodes]);
    },
  };
}

function maskOf(kind: Settings['featureMask'], width: number, random: BuildContext['random']): MaskLayer | null {
  if (kind === 'off') return null;
  return kind === 'live' ? trainedMask(width, random) : fixedMask(width, random);
}

/** Softmax over each row of `values`, `columns` numbers long. */
function softmaxOfRows(values: Float32Array, columns: number): Float32Array {
  const result = values.map(Math.exp);
  for (let first = 0; first < result.length; first += columns) {
    const row = result.subarray(first, first + columns);
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, place) => (row[place] = value / sum));
  }
  return result;
}

export const model = defineModel(table, build);
