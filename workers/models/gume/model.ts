/**
 * GUME. Lin, Meng, Wang, Long, Zhou, Xiao: GUME: Graphs and User Modalities Enhancement for Long-Tail Multimodal
 * Recommendation, CIKM 2024 (arXiv 2407.12338). MGCN's views on a behaviour graph with links between items that are
 * neighbours in every modality, and users' extended modality embeddings contrasted with the explicit ones under noise.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { disposeParameter } from '../../engine/parameters';
import { momentDifferences } from '../../engine/kernels/moments';
import { perturbedRows } from '../../engine/kernels/perturbedRows';
import { weightedSquares } from '../../engine/kernels/weightedSquares';
import { matrixOf } from '../../engine/tensors';
import { behaviourGraph, userItemBlock } from '../../graphs/behaviour';
import { drawnMatrix } from '../layers/initialisers';
import { cosineGraph } from '../../graphs/neighbours';
import { adjacencyEnhancement, enhancementRecord, modalityGraph, modalityNeighbours } from '../layers/itemGraphs';
import { infoNce } from '../layers/contrast';
import { batchRowsOf, bprLoss, squaredRegulariser } from '../layers/losses';
import { multiView } from '../layers/multiView';
import { meanOfLayers, nodeTable, stackNodes } from '../layers/propagation';
import { defineModel, type BuildContext, type LossTermValue, type Model } from '../model';
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
    drawnMatrix(random, `extendedUser/${key}`, `extended user embeddings of ${key}, users × d`, input.users, width),
  );

  return {
    ...enhancementRecord(enhancement),
    parameters: [...core.parameters, ...extended],
    graphs: [enhancement.graph, ...core.graphs],
    loss: (batch, step) => {
      const views = core.views();
      const rows = batchRowsOf(nodeTable(core.final(views), input.users), batch);
      const behaviour = nodeTable(views.behaviour, input.users);
      const modality = nodeTable(views.modality, input.users);
      // X_m: extended users and explicit items over the enhanced graph; X: their mean over modalities. Propagation is linear: the sum goes first.
      const sum = stackNodes(
        matrixOf(tf.addN(extended.map(({ tensor }) => tensor))),
        matrixOf(tf.addN([...views.items])),
      );
      const mean = nodeTable(meanOfLayers(core.userItem, sum, layers, 1 / extended.length), input.users);
      const explicitUsers = modality.users(batch.users);
      const extendedUsers = mean.users(batch.users);

      const contrast = { weight: config.contrastWeight, temperature: config.temperature };
      const userModality = { weight: config.userModalityWeight, temperature: config.userModalityTemperature };
      const noisy = (site: string, of: tf.Tensor2D): tf.Scalar => {
        const view = (which: number): tf.Tensor2D =>
          perturbedRows(of, step.draw(`${site}/${which}`, batch.users.indices, width), config.noise);
        return infoNce(view(1), view(2), userModality.temperature, batch);
      };
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        ...alignment(views.stacked, extended.length, config.alignWeight),
        {
          key: 'contrastUsers',
          weight: contrast.weight,
          value: infoNce(explicitUsers, behaviour.users(batch.users), contrast.temperature, batch),
        },
        {
          key: 'contrastItems',
          weight: contrast.weight,
          value: infoNce(
            modality.items(batch.positives),
            behaviour.items(batch.positives),
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
          value: weightedSquares([[mean.items(batch.positives), batch.mask]], 0.5 / batch.size),
        },
      ];
    },
    represent: () => core.represent(),
    dispose: () => {
      core.dispose();
      extended.forEach(disposeParameter);
    },
  };
}

/** Over pairs of modalities, `|var − var'| + |mean − mean'|` of all entries of their views, which lie one under the other. */
const alignment = (stacked: tf.Tensor2D, modalities: number, weight: number): LossTermValue[] =>
  modalities > 1
    ? [{ key: 'alignModalities', weight, value: momentDifferences([{ x: stacked, blocks: modalities }]) }]
    : [];

export const model = defineModel(table, build);
