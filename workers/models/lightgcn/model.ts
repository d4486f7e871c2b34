/**
 * LightGCN. He, Deng, Wang, Li, Zhang, Wang: LightGCN: Simplifying and Powering Graph Convolution Network for
 * Recommendation, SIGIR 2020 (arXiv 2002.02126). Degrees + 1e-7 and the regulariser as MMRec has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import { disposeParameter } from '../../engine/parameters';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import { propagatedShares } from '../layers/historyShares';
import { drawnMatrix } from '../layers/initialisers';
import { edgeEnhancement, enhancementRecord } from '../layers/itemGraphs';
import { batchRows, bprLoss, frobeniusRegulariser } from '../layers/losses';
import { meanOfLayers, splitNodes, stackNodes } from '../layers/propagation';
import type { Representation } from '../../engine/contract';
import { defineModel, type BuildContext, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  const width = config.embeddingSize;
  const layers = config.layers;
  const regWeight = config.regWeight;
  await progress('building the user–item graph', null);
  const enhancement = await edgeEnhancement(context, null);
  const matrix = behaviourGraph(input.train, input.users, input.items, 1e-7, enhancement?.block);
  const graph = sparseTensor(matrix, enhancement === null);
  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d, layer 0', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d, layer 0', input.items, width);

  /** Section 3.1: E^{k+1} = D^{-1/2} A D^{-1/2} E^k, E = mean of E^0 … E^L (eq. 4, 7 and 8, α_k = 1/(L+1)). */
  const start = () => stackNodes(matrixOf(userIds.tensor), matrixOf(itemIds.tensor));
  const represent = (): Representation => splitNodes(meanOfLayers(graph, start(), layers), input.users);

  return {
    ...enhancementRecord(enhancement),
    parameters: [userIds, itemIds],
    graphs: [
      ...(enhancement ? [enhancement.graph] : []),
      { name: 'userItem', meaning: `sym(G), users before items, degrees${enhancement ? '' : ' + 1e-7'}`, matrix },
    ],
    loss: (batch) => {
      const { users, items } = represent();
      const zero = batchRows(matrixOf(userIds.tensor), matrixOf(itemIds.tensor), batch);
      return [
        { key: 'bpr', weight: 1, value: bprLoss(batchRows(users, items, batch), batch, true) },
        { key: 'reg', weight: regWeight, value: frobeniusRegulariser(zero, batch) },
      ];
    },
    represent,
    historyShares: (user, item) =>
      propagatedShares({ matrix, graph, layers, users: input.users, start, represent }, user, item),
    dispose: () => {
      disposeSparse(graph);
      [userIds, itemIds].forEach(disposeParameter);
    },
  };
}

export const model = defineModel(table, build);
