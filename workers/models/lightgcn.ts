/**
 * LightGCN. He, Deng, Wang, Li, Zhang, Wang: LightGCN: Simplifying and Powering Graph Convolution Network for
 * Recommendation, SIGIR 2020 (arXiv 2002.02126). Degrees + 1e-7 and the regulariser as MMRec has them.
 */
import { numberOption } from '../../src/domain/models/catalogue';
import { disposeParameter, newParameter } from '../engine/kernels/adam';
import { disposeSparse, sparseBytes, sparseTensor } from '../engine/sparse';
import { matrixOf } from '../engine/tensors';
import { behaviourGraph } from '../graphs/behaviour';
import { stepUnits } from './layers/bytes';
import { xavierUniform } from './layers/initialisers';
import { edgeEnhancement, enhancementRecord } from './layers/itemGraphs';
import { batchRows, bprLoss, frobeniusRegulariser } from './layers/losses';
import { enhancerEntries } from './layers/multiView';
import { meanOfLayers, splitNodes, stackNodes } from './layers/propagation';
import type { BuildContext, Model, ModelKind, Representation } from './model';

async function build(context: BuildContext): Promise<Model> {
  const { input, config, random, progress } = context;
  const width = numberOption(config, 'embeddingSize');
  const layers = numberOption(config, 'layers');
  const regWeight = numberOption(config, 'regWeight');
  await progress('building the user–item graph', null);
  const enhancement = await edgeEnhancement(context, null);
  const matrix = behaviourGraph(input.train, input.users, input.items, 1e-7, enhancement?.block);
  const graph = sparseTensor(matrix, enhancement === null);
  const table = (name: string, meaning: string, rows: number) =>
    newParameter(name, meaning, [rows, width], xavierUniform(random(`init/${name}`), rows, width));
  const userIds = table('userEmbedding', 'users × d, layer 0', input.users);
  const itemIds = table('itemEmbedding', 'items × d, layer 0', input.items);

  /** Section 3.1: E^{k+1} = D^{-1/2} A D^{-1/2} E^k, E = mean of E^0 … E^L (eq. 4, 7 and 8, α_k = 1/(L+1)). */
  const represent = (): Representation =>
    splitNodes(
      meanOfLayers(graph, stackNodes(matrixOf(userIds.tensor), matrixOf(itemIds.tensor)), layers),
      input.users,
    );

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
    dispose: () => {
      disposeSparse(graph);
      [userIds, itemIds].forEach(disposeParameter);
    },
  };
}

export const lightgcn: ModelKind = {
  build,
  bytes: (sizes, config) => {
    const unit = stepUnits(sizes, config);
    const nodes = sizes.users + sizes.items;
    return {
      parameters: unit.nodes,
      graphs: sparseBytes(
        nodes,
        nodes,
        2 * sizes.trainPairs + enhancerEntries(sizes, config),
        config['edgeEnhancer'] === 'none',
      ),
      constants: 0,
      step:
        (13 + 3 * numberOption(config, 'layers')) * unit.nodes +
        30 * unit.rows +
        36 * unit.rowVector +
        8 * unit.nodeVector,
      largest: unit.nodes,
    };
  },
};
