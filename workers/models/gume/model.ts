/**
 * GUME. Lin, Meng, Wang, Long, Zhou, Xiao: GUME: Graphs and User Modalities Enhancement for Long-Tail Multimodal
 * Recommendation, CIKM 2024 (arXiv 2407.12338). MGCN's views on a behaviour graph with links between items that are
 * neighbours in every modality, and users' extended modality embeddings contrasted with the explicit ones under noise.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { disposeParameter, newParameter } from '../../engine/kernels/adam';
import { unitRows } from '../../engine/kernels/rowCosines';
import { gatherRows } from '../../engine/rows';
import { matrixOf, scalarOf } from '../../engine/tensors';
import { behaviourGraph, userItemBlock } from '../../graphs/behaviour';
import { xavierUniform } from '../layers/initialisers';
import { cosineGraph } from '../../graphs/neighbours';
import { adjacencyEnhancement, enhancementRecord, modalityGraph, modalityNeighbours } from '../layers/itemGraphs';
import { infoNce } from '../layers/contrast';
import { batchRows, bprLoss, squaredRegulariser } from '../layers/losses';
import { multiView } from '../layers/multiView';
import { meanOfLayers, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  const width = config.embeddingSize;
  const layers = config.userItemLayers;
  const lists = await modalityNeighbours(context, table.name);
  const enhancement = adjacencyEnhancement(context, lists);
  const matrix = behaviourGraph(input.train, input.users, input.items, 0, enhancement.block);
  const core = await multiView(context, lists, {
    userItem: { name: 'userItem', meaning: 'sym of the enhanced graph, users before items', matrix },
    symmetric: false,
    userFromItem: {
      name: 'userFromItem',
      meaning: 'the users × items block of userItem',
      matrix: userItemBlock(matrix, input.users),
    },
    itemGraph: (list) => modalityGraph(context, list, cosineGraph),
  });
  const extended = input.features.map(({ key }) =>
    newParameter(
      `extendedUser/${key}`,
      `extended user embeddings of ${key}, users × d`,
      [input.users, width],
      xavierUniform(random(`init/extendedUser/${key}`), input.users, width),
    ),
  );

  return {
    ...enhancementRecord(enhancement),
    parameters: [...core.parameters, ...extended],
    graphs: [enhancement.graph, ...core.graphs],
    loss: (batch, step) => {
      const views = core.views();
      const { users, items } = core.final(views);
      const rows = batchRows(users, items, batch);
      const behaviour = splitNodes(views.behaviour, input.users);
      const modality = splitNodes(views.modality, input.users);
      // X_m: extended users and explicit items over the enhanced graph; X: their mean over modalities. Propagation is linear: the mean goes first.
      const starts = views.perModality.map((explicit, m) => {
        const table = extended[m];
        if (!table) throw new Error('GUME has lost an extended table.');
        return stackNodes(matrixOf(table.tensor), splitNodes(explicit, input.users).items);
      });
      const start = matrixOf(tf.mul(tf.addN(starts), 1 / starts.length));
      const mean = splitNodes(meanOfLayers(core.userItem, start, layers), input.users);
      const explicitUsers = gatherRows(modality.users, batch.users);
      const extendedUsers = gatherRows(mean.users, batch.users);

      const contrast = { weight: config.contrastWeight, temperature: config.temperature };
      const userModality = { weight: config.userModalityWeight, temperature: config.userModalityTemperature };
      const noisy = (site: string, of: tf.Tensor2D): tf.Scalar => {
        const view = (which: number): tf.Tensor2D =>
          perturbed(of, step.draw(`${site}/${which}`, batch.users.indices, width), config.noise);
        return infoNce(view(1), view(2), userModality.temperature, batch);
      };
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        ...alignment(views.perModality, config.alignWeight),
        {
          key: 'contrastUsers',
          weight: contrast.weight,
          value: infoNce(explicitUsers, gatherRows(behaviour.users, batch.users), contrast.temperature, batch),
        },
        {
          key: 'contrastItems',
          weight: contrast.weight,
          value: infoNce(
            gatherRows(modality.items, batch.positives),
            gatherRows(behaviour.items, batch.positives),
            contrast.temperature,
            batch,
          ),
        },
        {
          key: 'userModality',
          weight: userModality.weight,
          value: infoNce(extendedUsers, explicitUsers, userModality.temperature, batch),
        },
        { key: 'noiseModality', weight: userModality.weight, value: noisy('noiseModality', explicitUsers) },
        { key: 'noiseExtended', weight: userModality.weight, value: noisy('noiseExtended', extendedUsers) },
        { key: 'reg', weight: config.regWeight, value: squaredRegulariser(rows, batch) },
        {
          key: 'regExtended',
          weight: config.regExtendedWeight,
          value: halfSquares(gatherRows(mean.items, batch.positives), batch),
        },
      ];
    },
    represent: () => core.final(core.views()),
    dispose: () => {
      core.dispose();
      extended.forEach(disposeParameter);
    },
  };
}

/** `x + noise · sign(x) ⊙ n/‖n‖` with `n` uniform; the sign carries no gradient. */
function perturbed(x: tf.Tensor2D, draws: tf.Tensor2D, noise: number): tf.Tensor2D {
  return matrixOf(tf.add(x, tf.mul(tf.mul(tf.sign(x), unitRows(draws)), noise)));
}

/** Over pairs of modalities, `|var − var'| + |mean − mean'|` of all their entries, the variance unbiased. */
function alignment(views: readonly tf.Tensor2D[], weight: number): LossTermValue[] {
  const moments = views.map((view) => {
    const mean = tf.mean(view);
    return { mean, variance: tf.mul(tf.sum(tf.square(tf.sub(view, mean))), 1 / (view.size - 1)) };
  });
  const differences = moments.flatMap((a, m) =>
    moments.slice(m + 1).map((b) => tf.add(tf.abs(tf.sub(a.variance, b.variance)), tf.abs(tf.sub(a.mean, b.mean)))),
  );
  return differences.length === 0 ? [] : [{ key: 'alignModalities', weight, value: scalarOf(tf.addN(differences)) }];
}

const halfSquares = (rows: tf.Tensor2D, batch: Batch): tf.Scalar =>
  scalarOf(tf.mul(tf.sum(tf.mul(tf.sum(tf.square(rows), 1), batch.mask)), 0.5 / batch.size));

export const model = defineModel(table, build);
