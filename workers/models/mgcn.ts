/**
 * MGCN. Yu, Tan, Lu, Bao: Multi-View Graph Convolutional Network for Multimedia Recommendation, ACM MM 2023
 * (arXiv 2308.03588). Any number of modalities; regulariser and trained features as MMRec has them.
 */
import { numberOption } from '../../src/domain/models/catalogue';
import { gatherRows } from '../engine/rows';
import { behaviourGraph, userFromItem } from '../graphs/behaviour';
import { edgeEnhancement, enhancementRecord, modalityNeighbours } from './layers/itemGraphs';
import { infoNce } from './layers/contrast';
import { batchRows, bprLoss, squaredRegulariser } from './layers/losses';
import { enhancerEntries, multiView, multiViewBytes } from './layers/multiView';
import { splitNodes } from './layers/propagation';
import type { BuildContext, Model, ModelKind } from './model';

async function build(context: BuildContext): Promise<Model> {
  const { input, config } = context;
  const contrastWeight = numberOption(config, 'contrastWeight');
  const temperature = numberOption(config, 'temperature');
  const regWeight = numberOption(config, 'regWeight');

  const lists = await modalityNeighbours(context, 'MGCN');
  const enhancement = await edgeEnhancement(context, lists);
  const block = enhancement?.block ?? null;
  const core = multiView(context, lists, {
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
  });

  return {
    ...enhancementRecord(enhancement),
    parameters: core.parameters,
    graphs: [...(enhancement ? [enhancement.graph] : []), ...core.graphs],
    loss: (batch) => {
      const views = core.views();
      const { users, items } = core.final(views);
      const behaviour = splitNodes(views.behaviour, input.users);
      const modality = splitNodes(views.modality, input.users);
      const rows = batchRows(users, items, batch);
      const pair = (part: 'users' | 'items') => {
        const index = part === 'users' ? batch.users : batch.positives;
        return infoNce(gatherRows(modality[part], index), gatherRows(behaviour[part], index), temperature, batch);
      };
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        { key: 'contrastUsers', weight: contrastWeight, value: pair('users') },
        { key: 'contrastItems', weight: contrastWeight, value: pair('items') },
        { key: 'reg', weight: regWeight, value: squaredRegulariser(rows, batch) },
      ];
    },
    represent: () => core.final(core.views()),
    dispose: () => core.dispose(),
  };
}

export const mgcn: ModelKind = {
  build,
  bytes: (sizes, config) => multiViewBytes(sizes, config, enhancerEntries(sizes, config)),
};
