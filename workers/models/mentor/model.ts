/**
 * MENTOR. Xu, Chen, Yang, Li, Wang, Ngai: MENTOR: Multi-level Self-supervised Learning for Multimodal Recommendation, AAAI 2025
 * (arXiv 2402.19407). BPR to the base 2 and views aligned by single numbers, as the authors' code has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import type { Representation, StepScope } from '../../engine/contract';
import { disposeParameter, newParameter, type Parameter } from '../../engine/kernels/adam';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { rowCosinesWith, rowSquares, unitRows } from '../../engine/kernels/rowCosines';
import { productWithBias } from '../../engine/products';
import { gatherRows } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { floats, matrix, matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import { distinctRows, infoNce, infoNceTables } from '../layers/contrast';
import { dropout } from '../layers/dropout';
import { twoLayerEncoder, type Encoder } from '../layers/encoder';
import { forEachFeature } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { linearUniform, normals, xavierNormal } from '../layers/initialisers';
import { mixedGraph, modalityNeighbours } from '../layers/itemGraphs';
import { linear } from '../layers/linear';
import { batchMean, batchRows, bprLoss, withoutGradient } from '../layers/losses';
import { lastLayer, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model, type NamedInput } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Propagation steps over the user–item graph. */
const LAYERS = 2;

/** Users' preferences and an encoder of what items bring. */
interface Channel {
  readonly key: string;
  readonly preference: Parameter;
  readonly encoder: Encoder;
}

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
  const channel = (key: string, inputs: number, view = ''): Channel => {
    const name = `${view}userPreference/${key}`;
    return {
      key,
      preference: newParameter(
        name,
        `preferences of users, ${key}`,
        [input.users, width],
        xavierNormal(random(`init/${name}`), input.users, width),
      ),
      encoder: twoLayerEncoder(`${view}encode/${key}`, `encoder, ${key}`, inputs, width, random),
    };
  };
  const ofModalities = (view = ''): Channel[] =>
    input.features.map(({ key, columns }) => channel(key, columns, view));
  const ranked = ofModalities();
  const ofIds = channel('id', width);
  const ofViews =
    config.graphNoise === 'reference' ? [ofModalities('view1/'), ofModalities('view2/')] : [ranked, ranked];
  const shares = newParameter(
    'userModalityWeights',
    'weights of a user’s modalities, users × modalities',
    [input.users, count],
    softmaxOfRows(normals(random('init/userModalityWeights'), input.users * count, Math.sqrt(2 / (input.users + count))), count),
  );
  const mask =
    config.featureMask === 'live'
      ? linear('mask', 'reconstruction of masked rows', count * width, count * width, random)
      : null;
  const fixed = config.featureMask === 'value' ? fixedMask(count * width, random) : null;
  const parameters = [
    itemIds,
    ...[...ranked, ofIds, ...(config.graphNoise === 'reference' ? ofViews.flat() : [])].flatMap(
      ({ preference, encoder }) => [preference, ...encoder.parameters],
    ),
    shares,
    ...(mask?.parameters ?? []),
  ];

  /** `x + H¹ + H²` of channels side by side, `[U + I, C·d]`; `perturb` changes a layer before the next is made of it. */
  const encoded = (
    channels: readonly Channel[],
    perturb: (layer: tf.Tensor2D, number: number) => tf.Tensor2D = (layer) => layer,
  ): tf.Tensor2D => {
    const users = tf.concat(
      channels.map(({ preference }) => preference.tensor),
      1,
    );
    const items = tf.concat(
      channels.map(({ encoder }, place) => encoder.apply(constants[place] ?? matrixOf(itemIds.tensor))),
      1,
    );
    const stacked = stackNodes(matrixOf(users), matrixOf(items));
    const all = [
      matrixOf(tf.reshape(unitRows(matrixOf(tf.reshape(stacked, [nodes * channels.length, width]))), stacked.shape)),
    ];
    for (let layer = 1; layer <= LAYERS; layer++)
      all.push(perturb(sparseProduct(userItem, entry(all, layer - 1)), layer));
    return matrixOf(tf.addN(all));
  };
  /** `E + S^L E` */
  const smoothed = (items: tf.Tensor2D): tf.Tensor2D =>
    matrixOf(tf.add(items, lastLayer(itemItem, items, config.itemItemLayers)));
  /** Users' blocks by their weights. */
  const weighed = (users: tf.Tensor2D): tf.Tensor2D =>
    matrixOf(
      tf.reshape(
        tf.mul(tf.reshape(users, [input.users, count, width]), tf.reshape(shares.tensor, [input.users, count, 1])),
        [input.users, count * width],
      ),
    );
  const fused = (all: tf.Tensor2D): Representation => {
    const { users, items } = splitNodes(all, input.users);
    return { users: weighed(users), items: smoothed(items) };
  };
  const leading = (x: tf.Tensor2D): tf.Tensor2D => tf.slice(x, [0, 0], [x.shape[0], count * width]);

  /** `Σ_{pairs of views} |σ²_a − σ²_b| + |μ_a − μ_b|`; `views` are those of modalities and of IDs side by side. */
  const align = (of: Representation, views: tf.Tensor2D): tf.Scalar => {
    const together = stackNodes(of.users, of.items);
    const all = [momentsOf(together, count * width, 1), momentsOf(views, width, count)];
    const differences = (['mean', 'variance'] as const).map((kind) => {
      const list = tf.concat(
        all.map((one) => one[kind]),
        0,
      );
      // Of every pair one order is positive: the sum over both is that of the absolute differences.
      return tf.sum(tf.relu(tf.sub(tf.reshape(list, [-1, 1]), tf.reshape(list, [1, -1]))));
    });
    return scalarOf(tf.addN(differences));
  };

  const graphContrast = (batch: Batch, step: StepScope): tf.Scalar => {
    const [one, other] = ofViews.map((channels, place) =>
      fused(
        encoded(channels, (layer, number) => {
          const directions = keys.map((key) =>
            unitRows(step.draw(`noise/${place + 1}/${key}/${number}`, ids.nodes, width)),
          );
          return matrixOf(tf.add(layer, tf.mul(tf.mul(tf.sign(layer), tf.concat(directions, 1)), config.noise)));
        }),
      ),
    );
    if (!one || !other) throw new Error('MENTOR contrasts two views.');
    const side = (of: 'users' | 'items'): tf.Scalar => {
      if (config.graphNoise === 'reference') return infoNceTables(one[of], other[of], config.temperature);
      const index = of === 'users' ? batch.users : batch.positives;
      const rows = distinctRows(of === 'users' ? batch.distinctUsers : batch.distinctItems);
      return infoNce(gatherRows(one[of], index), gatherRows(other[of], index), config.temperature, batch, rows);
    };
    return scalarOf(tf.add(side('users'), side('items')));
  };

  /** `2 − mean cos(drop(E_u), E_u Q + q) − mean cos(drop(E_i), E_i Q + q)`, towards the rows with dropout, which are constant. */
  const maskTerm = (of: Representation, through: (x: tf.Tensor2D) => tf.Tensor2D, step: StepScope): tf.Scalar => {
    const cosine = (side: 'users' | 'items'): tf.Tensor => {
      const target = withoutGradient(dropout(of[side], ids[side], { step, site: `mask/${side}`, rate: config.maskRate }));
      return tf.mean(rowCosinesWith(through(of[side]), matrixOf(target)));
    };
    return scalarOf(tf.sub(2, tf.add(cosine('users'), cosine('items'))));
  };

  return {
    parameters,
    graphs: [
      { name: 'userItem', meaning: 'sym(G), users before items', matrix: userItemMatrix },
      {
        name: 'items',
        meaning: 'weighted sum of the modalities’ neighbour graphs, each sym with equal weights, row sums + 1e-7',
        matrix: itemMatrix,
      },
    ],
    inputs: fixed?.inputs ?? [],
    loss: (batch, step): LossTermValue[] => {
      const { users, items } = splitNodes(encoded([...ranked, ofIds]), input.users);
      const smooth = smoothed(items);
      const final = { users: weighed(leading(users)), items: leading(smooth) };
      const rows = batchRows(final.users, final.items, batch);
      const preferences = ranked.map(({ preference }) =>
        batchMean(rowSquares(gatherRows(matrixOf(preference.tensor), batch.users)), batch),
      );
      const squares = tf.add(tf.mul(tf.addN(preferences), 1 / width), tf.mean(tf.square(shares.tensor)));
      if (fixed) step.observe('mask', maskTerm(final, fixed.through, step));
      return [
        { key: 'bpr', weight: 1, value: scalarOf(tf.mul(bprLoss(rows, batch, false), 1 / Math.LN2)) },
        { key: 'reg', weight: config.regWeight, value: scalarOf(squares) },
        { key: 'align', weight: config.alignWeight, value: align(final, stackNodes(users, smooth)) },
        ...(config.graphNoise === 'off'
          ? []
          : [{ key: 'graph', weight: config.graphWeight, value: graphContrast(batch, step) }]),
        ...(mask
          ? [{ key: 'mask', weight: config.maskWeight, value: maskTerm(final, (x) => mask.apply(x), step) }]
          : []),
      ];
    },
    represent: () => fused(encoded(ranked)),
    dispose: () => {
      [userItem, itemItem].forEach(disposeSparse);
      constants.forEach((one) => one.dispose());
      parameters.forEach(disposeParameter);
      fixed?.dispose();
      tf.dispose([ids.users, ids.items, ids.nodes]);
    },
  };
}

/**
 * Mean and variance of all entries of each block of `width` columns of `x [n, blocks · width]`, `[blocks]` each. The mean is
 * taken out before squaring. Every entry counts `copies` times: `copies · Σ(x − μ)² / (copies · n · width − 1)`.
 */
function momentsOf(x: tf.Tensor2D, width: number, copies: number): { mean: tf.Tensor; variance: tf.Tensor } {
  const [rows, columns] = x.shape;
  const blocks = columns / width;
  const perBlock = (list: tf.Tensor): tf.Tensor => tf.sum(tf.reshape(list, [blocks, width]), 1);
  const mean = tf.mul(perBlock(tf.sum(x, 0)), 1 / (rows * width));
  const centre = tf.reshape(tf.mul(tf.reshape(mean, [blocks, 1]), tf.ones([1, width])), [1, columns]);
  const squares = perBlock(tf.sum(tf.square(tf.sub(x, centre)), 0));
  return { mean, variance: tf.mul(squares, copies / (copies * rows * width - 1)) };
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

/** The layer of the masking term that the authors' code never trains. */
function fixedMask(width: number, random: BuildContext['random']) {
  const kept = new Map<string, tf.Tensor>();
  const named = (name: string, shape: readonly number[], meaning: string): NamedInput => {
    const drawn = (): Float32Array =>
      linearUniform(
        random(`input/${name}`),
        width,
        shape.reduce((product, length) => product * length, 1),
      );
    const replace = (values: Float32Array): void => {
      kept.get(name)?.dispose();
      kept.set(name, tf.keep(shape.length === 1 ? floats(values.slice()) : matrix(values.slice(), width, width)));
    };
    replace(drawn());
    return { name, meaning, shape, read: async () => drawn(), replace };
  };
  const inputs = [
    named('mask/weight', [width, width], 'weight of the masking layer, [in, out]'),
    named('mask/bias', [width], 'bias of the masking layer'),
  ];
  const tensorOf = (name: string): tf.Tensor => {
    const tensor = kept.get(name);
    if (!tensor) throw new Error(`MENTOR has lost ${name}.`);
    return tensor;
  };
  return {
    inputs,
    through: (x: tf.Tensor2D): tf.Tensor2D =>
      productWithBias(x, matrixOf(tensorOf('mask/weight')), vectorOf(tensorOf('mask/bias'))),
    dispose: () => tf.dispose([...kept.values()]),
  };
}

export const model = defineModel(table, build);
