/**
 * SOIL. Su et al.: SOIL: Contrastive Second-Order Interest Learning for Multimodal Recommendation, ACM MM 2024. MGCN without gates, on richer graphs;
 * users' aggregation and fusion as the authors' code has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import { entry } from '../../../src/domain/at';
import { infoNce } from '../layers/contrast';
import { requireFeatures } from '../layers/features';
import { batchRowsOf, bprLoss } from '../layers/losses';
import { multiView } from '../layers/multiView';
import { nodeTable } from '../layers/propagation';
import { defineModel, type BuildContext, type LossTermValue, type Model } from '../model';
import { soilGraphs } from './graphs';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config } = context;
  requireFeatures(input.features, table.name);
  const { contrastWeight, interestWeight, temperature } = config;
  const graphs = await soilGraphs(context);
  const core = await multiView({ ...context, config: { ...config, trainFeatures: false } }, graphs.neighbours, {
    userItem: {
      name: 'userItem',
      meaning: 'sym(G) and half of the second-order graph, users before items',
      matrix: graphs.userItem,
    },
    symmetric: true,
    userFromItem: {
      name: 'userFromItem',
      meaning: 'users from items: 1/√(deg(u) deg(i)) and half of the second order, users × items',
      matrix: graphs.userFromItem,
    },
    itemGraph: (_, m) => entry(graphs.items, m),
    itemMeaning: 'common interests and neighbours, each normalised',
    ungated: config.fusion === 'open' ? input.features.length - 1 : 1,
  });

  return {
    findings: graphs.findings,
    parameters: core.parameters,
    graphs: core.graphs,
    loss: (batch) => {
      const views = core.views();
      const final = nodeTable(core.final(views), input.users);
      const behaviour = nodeTable(views.behaviour, input.users);
      const side = nodeTable(views.modality, input.users);
      const rows = batchRowsOf(final, batch);
      const own = { behaviour: behaviour.items(batch.positives), side: side.items(batch.positives) };
      const contrast = (key: string, weight: number, ...[x, y]: Contrasted): LossTermValue => ({
        key,
        weight,
        value: infoNce(x, y, temperature, batch),
      });
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        contrast('contrastUsers', contrastWeight, side.users(batch.users), behaviour.users(batch.users)),
        contrast('contrastItems', contrastWeight, own.side, own.behaviour),
        contrast('userToBehaviour', interestWeight, rows.users, own.behaviour),
        contrast('userToSide', interestWeight, rows.users, own.side),
      ];
    },
    represent: () => core.represent(),
    dispose: () => core.dispose(),
  };
}

type Contrasted = readonly [x: Parameters<typeof infoNce>[0], y: Parameters<typeof infoNce>[1]];

export const model = defineModel(table, build);
