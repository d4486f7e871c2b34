/**
 * SLMRec. Tao, Liu, Xia, Wang, Yang, Huang, Chua: Self-Supervised Learning for Multimedia Recommendation, IEEE TMM 2023.
 * The chain of FAC for two modalities, unit feature rows and coupled weight decay as MMRec has them; views of FD and FM as the paper does.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import type { Representation, StepScope } from '../../engine/contract';
import { disposeParameter } from '../../engine/parameters';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { unitRows } from '../../engine/nearest';
import { gatherRows } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import { infoNce, productEntropy } from '../layers/contrast';
import { dropoutMask } from '../layers/dropout';
import { forEachFeature, requireFeatures } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { drawnMatrix, xavierUniform } from '../layers/initialisers';
import { linear, type Linear } from '../layers/linear';
import { squaresOf } from '../layers/losses';
import { meanOfLayers, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** The paper's order of modalities; others follow by key. */
const FIRST = ['image', 'audio', 'text'];

/** In the order of the chain, which is that of the channels after the IDs. */
function inOrder<T extends { readonly key: string }>(features: readonly T[]): T[] {
  const rank = ({ key }: T): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return features.toSorted((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1));
}

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  requireFeatures(input.features, table.name);
  const width = config.embeddingSize;
  const features = inOrder(input.features);
  const names = ['id', ...features.map(({ key }) => key)];
  await progress('building the user–item graph', null);
  const matrix = behaviourGraph(input.train, input.users, input.items, 1e-8);
  const graph = sparseTensor(matrix, true);

  const layer = (name: string, meaning: string, inputs: number, outputs: number): Linear =>
    linear(name, meaning, inputs, outputs, random, xavierUniform);
  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d, layer 0 of every channel', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d, layer 0 of the channel of IDs', input.items, width);
  const modalities = await forEachFeature(features, async (feature) => ({
    key: feature.key,
    features: await frozenTable({ key: feature.key, ...unitRows(feature) }, storageOf(config)),
    project: layer(`project/${feature.key}`, `projection, ${feature.key}`, feature.columns, width),
  }));
  const fuseUsers = layer('fuse/user', 'fusion of the users’ channels', names.length * width, width);
  const fuseItems = layer('fuse/item', 'fusion of the items’ channels', names.length * width, width);
  const chain = config.ssl === 'fac' ? links() : [];
  const parameters = [
    userIds,
    itemIds,
    ...[
      ...modalities.map(({ project }) => project),
      fuseUsers,
      fuseItems,
      ...chain.flatMap(({ bridge, step, head }) => [...(bridge ? [bridge] : []), step, head]),
    ].flatMap((one) => one.parameters),
  ];
  const nodeIds = tf.keep(tf.range(0, input.users + input.items, 1, 'int32'));
  const first = tf.keep(tf.range(0, 1, 1, 'int32'));

  /** A step of the chain for each modality; the last of several halves the width. */
  function links() {
    return modalities.map(({ key }, place) => {
      const last = place > 0 && place === modalities.length - 1;
      const outputs = last ? width / 2 : width;
      return {
        key,
        bridge:
          last && place === 1 && config.facBridge
            ? layer('chain/bridge', 'extra step of the chain', width, width)
            : null,
        step: layer(`chain/${key}`, `step of the chain to ${key}`, width, outputs),
        head: layer(`head/${key}`, `head of ${key}`, width, outputs),
      };
    });
  }

  /** Item rows that the channels start from: IDs, then projected features. */
  const starts = (): tf.Tensor2D[] => [
    matrixOf(itemIds.tensor),
    ...modalities.map(({ features: constants, project }) => constants.through(project)),
  ];
  /** All channels side by side, `[U + I, C·d]`, with the same users in each; they are propagated together. */
  const sideBySide = (items: readonly tf.Tensor2D[]): tf.Tensor2D =>
    stackNodes(
      matrixOf(
        tf.concat(
          items.map(() => userIds.tensor),
          1,
        ),
      ),
      matrixOf(tf.concat([...items], 1)),
    );
  const channels = (items: readonly tf.Tensor2D[]): Representation =>
    splitNodes(meanOfLayers(graph, sideBySide(items), config.layers), input.users);

  /** A view: every layer's output with dropout, the items of one channel at 0. `[U + I, C·d]` */
  const view = (
    items: readonly tf.Tensor2D[],
    number: 1 | 2,
    kept: tf.Tensor | null,
    step: StepScope,
  ): Representation => {
    const start = kept ? items.map((one, c) => matrixOf(tf.mul(one, tf.slice(kept, [c], [1])))) : items;
    const rate = config.ssl === 'fm' ? 0 : config.dropout;
    const all = [sideBySide(start)];
    for (let layerNumber = 1; layerNumber <= config.layers; layerNumber++) {
      const next = sparseProduct(graph, entry(all, layerNumber - 1));
      const masks = names.flatMap((name) => {
        const mask = dropoutMask(nodeIds, width, { step, site: `ssl/${name}/${number}/${layerNumber}`, rate });
        return mask ? [mask] : [];
      });
      all.push(masks.length > 0 ? matrixOf(tf.mul(next, tf.concat(masks, 1))) : next);
    }
    return splitNodes(matrixOf(tf.mul(tf.addN(all), 1 / all.length)), input.users);
  };
  /** For each view 1 for the channels that it keeps, 0 for the one that it lacks; the two lack different ones. */
  const keptChannels = (step: StepScope): readonly [tf.Tensor, tf.Tensor] | null => {
    if (config.ssl !== 'fm' && config.ssl !== 'fd+fm') return null;
    const drawn = step.draw('ssl/mask', first, 2);
    const place = (column: number, count: number): tf.Tensor =>
      tf.minimum(tf.floor(tf.mul(tf.slice(drawn, [0, column], [1, 1]), count)), count - 1);
    const one = place(0, names.length);
    const other = place(1, names.length - 1);
    const second = tf.add(other, tf.cast(tf.greaterEqual(other, one), 'float32'));
    const all = tf.range(0, names.length, 1, 'float32');
    const without = (channel: tf.Tensor): tf.Tensor => tf.cast(tf.notEqual(all, tf.reshape(channel, [1])), 'float32');
    return [without(one), without(second)];
  };

  /** From the items' IDs along the chain, every step against the head of its modality: plain products, not cosines. */
  const chained = (items: tf.Tensor2D, batch: Batch): LossTermValue[] => {
    const channel = (place: number): tf.Tensor2D => tf.slice(items, [0, place * width], [batch.size, width]);
    let z = channel(0);
    return chain.map(({ key, bridge, step, head }, place) => {
      z = step.apply(bridge ? bridge.apply(z) : z);
      const own = head.apply(channel(place + 1));
      return {
        key: `fac/${key}`,
        weight: config.sslWeight,
        value: productEntropy(z, own, config.sslTemperature, batch),
      };
    });
  };
  const contrasted = (items: readonly tf.Tensor2D[], batch: Batch, step: StepScope): LossTermValue[] => {
    const kept = keptChannels(step);
    const [one, other] = ([1, 2] as const).map((number) => {
      const { users, items: rows } = view(items, number, kept?.[number - 1] ?? null, step);
      return {
        users: fuseUsers.apply(gatherRows(users, batch.users)),
        items: fuseItems.apply(gatherRows(rows, batch.positives)),
      };
    });
    if (!one || !other) throw new Error('SLMRec contrasts two views.');
    const contrast = (side: 'users' | 'items'): tf.Scalar =>
      infoNce(one[side], other[side], config.sslTemperature, batch);
    return [
      { key: 'sslUsers', weight: config.sslWeight, value: contrast('users') },
      { key: 'sslItems', weight: config.sslWeight, value: contrast('items') },
    ];
  };

  return {
    parameters,
    graphs: [{ name: 'userItem', meaning: 'sym(G), users before items, degrees + 1e-8', matrix }],
    loss: (batch, step) => {
      const items = starts();
      const all = channels(items);
      const userRows = gatherRows(all.users, batch.users);
      const itemRows = gatherRows(all.items, batch.positives);
      const main = infoNce(fuseUsers.apply(userRows), fuseItems.apply(itemRows), config.temperature, batch);
      return [
        { key: 'contrast', weight: 1, value: main },
        ...(config.ssl === 'fac' ? chained(itemRows, batch) : contrasted(items, batch, step)),
        { key: 'decay', weight: config.weightDecay, value: scalarOf(tf.mul(squaresOf(parameters), 0.5)) },
      ];
    },
    represent: () => {
      const all = channels(starts());
      return {
        users: fuseUsers.apply(all.users),
        items: fuseItems.apply(all.items),
        ...(config.scoreSigmoid && {
          score: (users: tf.Tensor2D, items: tf.Tensor2D) => matrixOf(tf.sigmoid(tf.matMul(users, items, false, true))),
        }),
      };
    },
    dispose: () => {
      disposeSparse(graph);
      modalities.forEach(({ features: constants }) => constants.dispose());
      parameters.forEach(disposeParameter);
      tf.dispose([nodeIds, first]);
    },
  };
}

export const model = defineModel(table, build);
