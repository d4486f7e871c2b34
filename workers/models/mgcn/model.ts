/**
 * MGCN. Yu, Tan, Lu, Bao: Multi-View Graph Convolutional Network for Multimedia Recommendation, ACM MM 2023
 * (arXiv 2308.03588). Any number of modalities; regulariser and trained features as MMRec has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import { behaviourGraph, userFromItem } from '../../graphs/behaviour';
import { cosineGraph } from '../../graphs/neighbours';
import { edgeEnhancement, enhancementRecord, modalityGraph, modalityNeighbours } from '../layers/itemGraphs';
import { infoNce } from '../layers/contrast';
import { batchRowsOf, bprLoss, squaredRegulariser } from '../layers/losses';
import { multiView } from '../layers/multiView';
import { nodeTable } from '../layers/propagation';
import { defineModel, type BuildContext, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config } = context;
  const contrastWeight = config.contrastWeight;
  const temperature = config.temperature;
  const regWeight = config.regWeight;

  const lists = await modalityNeighbours(context, table.name);
  const enhancement = await edgeEnhancement(context, lists);
  const block = enhancement?.block ?? null;
  const core = await multiView(context, lists, {
    userItem: {
      name: 'userItem',
      meaning: 'sym(G), users before items',
      matrix: behaviourGraph(input.train, input.users, input.items, 0, block),
    },
    symmetric: block === null,
    userFromItem: {
      name: 'userFromItem',
      meaning: '1/√(deg(u) deg(i)), users × items',
      matrix: userFromItem(input.train, input.users, input.items),
    },
    itemGraph: (list) => modalityGraph(context, list, cosineGraph),
  });

  return {
    ...enhancementRecord(enhancement),
    parameters: core.parameters,
    graphs: [...(enhancement ? [enhancement.graph] : []), ...core.graphs],
    loss: (batch) => {
      const views = core.views();
      const rows = batchRowsOf(nodeTable(core.final(views), input.users), batch);
      const behaviour = nodeTable(views.behaviour, input.users);
      const modality = nodeTable(views.modality, input.users);
      const pair = (part: 'users' | 'items') => {
        const index = part === 'users' ? batch.users : batch.positives;
        return infoNce(modality[part](index), behaviour[part](index), temperature, batch);
      };
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        { key: 'contrastUsers', weight: contrastWeight, value: pair('users') },
        { key: 'contrastItems', weight: contrastWeight, value: pair('items') },
        { key: 'reg', weight: regWeight, value: squaredRegulariser(rows, batch) },
      ];
    },
    represent: () => core.represent(),
    dispose: () => core.dispose(),
  };
}

export const model = defineModel(table, build);
