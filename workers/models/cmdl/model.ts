/**
 * CMDL: contrastive modality-disentangled learning, TOIS 43(3), 2025. As the authors' code has it: MGCN with gated shared and specific parts, weights of modalities over
 * all nodes, and critics of mutual information that hold the parts apart. Critics of upper bounds learn by a loss of their own.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf } from '../../../src/domain/models/table';
import { disposeParameter, type Parameter } from '../../engine/parameters';
import { sharedPart } from '../../engine/kernels/sharedPart';
import { tanhScores } from '../../engine/kernels/tanhScores';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph, userFromItem } from '../../graphs/behaviour';
import { cosineGraph } from '../../graphs/neighbours';
import { infoNce } from '../layers/contrast';
import { gatesOf, partsOfViews, sharedOut } from '../layers/fusion';
import { drawnMatrix, linearMatrix } from '../layers/initialisers';
import { modalityNeighbours } from '../layers/itemGraphs';
import { linear } from '../layers/linear';
import { batchRowsOf, bprLoss, squaredRegulariser, withoutGradient } from '../layers/losses';
import { multiView } from '../layers/multiView';
import { nodeTable, splitNodes } from '../layers/propagation';
import { untrained } from '../layers/untrained';
import { defineModel, type Batch, type BuildContext, type Model } from '../model';
import { criticGroup, criticsOf, parametersOf } from './critics';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Throws `MODEL_NEEDS_FEATURES`. */
async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  const width = config.embeddingSize;
  const keys = input.features.map(({ key }) => key);
  const count = keys.length;
  const core = await views(context);
  const shared = linear('preference/shared', 'gate of the shared part', width, width, random);
  const fusion = linear('fusion', 'hidden layer of the modalities’ weights', width, width, random);
  const fusionOut = drawnMatrix(
    random,
    'fusion/output/weight',
    'scores of the modalities and of the shared part, [d, |M| + 1]',
    width,
    count + 1,
    linearMatrix,
  );
  const critics = criticsOf(keys, width, random);
  const all = ['upper', 'lower', 'cross'] as const;
  const own = [...shared.parameters, ...fusion.parameters, fusionOut, ...parametersOf(critics, all)];
  const sizes = { modalities: count, width };
  const first = criticGroup(critics, { ...sizes, trained: ['lower'], logs: ['lower'], constant: false });
  const above = critics.filter(({ kind }) => kind !== 'lower');
  const bounds = { ...sizes, trained: ['upper', 'cross'], logs: ['upper', 'cross'], constant: true } as const;
  const second = above.length > 0 ? criticGroup(above, bounds) : null;
  const authors = config.training === 'authors';
  const fixed = ({ name }: Parameter): boolean =>
    authors ? /^(purify|attention|fusion)/.test(name) : name.startsWith('fusion') && !config.fusionGradient;
  const parameters = [...core.parameters, ...own];

  /** D_m side by side, then E_S, `[U + I, (|M| + 1)·d]`. */
  const makeParts = (): tf.Tensor2D => {
    const { attention, query } = core.fusion;
    const { stacked } = core.modalities();
    const joint = sharedPart(stacked, tanhScores(attention.apply(stacked), matrixOf(query.tensor)), count);
    return partsOfViews(stacked, joint, count);
  };
  /** ω = softmax_k max over all nodes of f(E_B)_k, `[|M| + 1]`. */
  const sharesOf = (behaviour: tf.Tensor2D): tf.Tensor => {
    const hidden = fusion.apply(behaviour, { activation: 'tanh' });
    return tf.softmax(tf.max(tf.matMul(hidden, matrixOf(fusionOut.tensor)), 0));
  };
  /** E_B, E_M and E, `[U + I, d]`. */
  const makeViews = (parts: tf.Tensor2D) => {
    const behaviour = core.behaviour();
    const constant = authors || !config.fusionGradient;
    const shares = constant ? withoutGradient(tf.zeros([count + 1]), () => sharesOf(behaviour)) : sharesOf(behaviour);
    const gates = gatesOf(behaviour, [...core.fusion.preferences, shared]);
    const side = sharedOut(gates, parts, vectorOf(shares), { constant });
    return { behaviour, side, final: matrixOf(tf.add(behaviour, side)) };
  };
  const rowsOf = (parts: tf.Tensor2D) => ({
    parts,
    first: config.miRows === 'items' ? input.users : 0,
    items: input.items,
  });
  const contrast = ({ behaviour, side }: ReturnType<typeof makeViews>, batch: Batch) => {
    const [anchors, candidates] = [nodeTable(side, input.users), nodeTable(behaviour, input.users)];
    return {
      users: infoNce(anchors.users(batch.users), candidates.users(batch.users), config.temperatureUsers, batch),
      items: infoNce(anchors.items(batch.positives), candidates.items(batch.positives), config.temperatureItems, batch),
    };
  };

  return {
    parameters: parameters.filter((parameter) => !fixed(parameter)),
    inputs: parameters.filter(fixed).map(untrained),
    graphs: core.graphs,
    loss: (batch, step) => {
      const parts = makeParts();
      const made = makeViews(parts);
      const rows = batchRowsOf(nodeTable(made.final, input.users), batch);
      const { users, items } = contrast(made, batch);
      const { values, active } = first.estimates(rowsOf(parts), batch);
      step.observeAll(
        first.names.map((name) => `active/${name}`),
        active(),
      );
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        { key: 'reg', weight: config.regWeight, value: squaredRegulariser(rows, batch) },
        { key: 'contrastUsers', weight: config.contrastWeight, value: users },
        { key: 'contrastItems', weight: config.contrastWeight, value: items },
        { keys: first.names, weight: config.miWeight, values },
      ];
    },
    ...(second && {
      second: {
        parameters: second.parameters,
        loss: (batch: Batch) => {
          const { values } = second.estimates(rowsOf(makeParts()), batch);
          return [{ keys: second.names, weight: 1, values }];
        },
      },
    }),
    represent: () => splitNodes(makeViews(makeParts()).final, input.users),
    dispose: () => {
      first.dispose();
      second?.dispose();
      core.dispose();
      own.forEach(disposeParameter);
    },
  };
}

/** MGCN's views, on its graphs, with one layer of each modality's. */
async function views(context: BuildContext<Settings>) {
  const { input, config } = context;
  const lists = await modalityNeighbours(context, table.name);
  return multiView({ ...context, config: { ...config, itemItemLayers: 1 } }, lists, {
    userItem: {
      name: 'userItem',
      meaning: 'sym(G), users before items',
      matrix: behaviourGraph(input.train, input.users, input.items, 0, null),
    },
    symmetric: true,
    userFromItem: {
      name: 'userFromItem',
      meaning: '1/√(deg(u) deg(i)), users × items',
      matrix: userFromItem(input.train, input.users, input.items),
    },
    itemGraph: cosineGraph,
  });
}

export const model = defineModel(table, build);
