/**
 * BPR-MF. Rendle, Freudenthaler, Gantner, Schmidt-Thieme: BPR: Bayesian Personalized Ranking from Implicit Feedback,
 * UAI 2009. Initialisation and regulariser as MMRec has them.
 */
import { numberOption } from '../../src/domain/models/catalogue';
import { disposeParameter, newParameter } from '../engine/kernels/adam';
import { matrixOf } from '../engine/tensors';
import { stepUnits } from './layers/bytes';
import { xavierNormal } from './layers/initialisers';
import { batchRows, bprLoss, frobeniusRegulariser } from './layers/losses';
import type { BuildContext, Model, ModelKind } from './model';

async function build({ input, config, random }: BuildContext): Promise<Model> {
  const width = numberOption(config, 'embeddingSize');
  const regWeight = numberOption(config, 'regWeight');
  const table = (name: string, meaning: string, rows: number) =>
    newParameter(name, meaning, [rows, width], xavierNormal(random(`init/${name}`), rows, width));
  const users = table('userEmbedding', 'users × d', input.users);
  const items = table('itemEmbedding', 'items × d', input.items);

  return {
    parameters: [users, items],
    graphs: [],
    loss: (batch) => {
      const rows = batchRows(matrixOf(users.tensor), matrixOf(items.tensor), batch);
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, true) },
        { key: 'reg', weight: regWeight, value: frobeniusRegulariser(rows, batch) },
      ];
    },
    represent: () => ({ users: matrixOf(users.tensor), items: matrixOf(items.tensor) }),
    dispose: () => [users, items].forEach(disposeParameter),
  };
}

export const bpr: ModelKind = {
  build,
  bytes: (sizes, config) => {
    const unit = stepUnits(sizes, config);
    return {
      parameters: unit.nodes,
      graphs: 0,
      constants: 0,
      step: 1.1 * unit.nodes + 30 * unit.rows + 36 * unit.rowVector + 8 * unit.nodeVector,
      largest: Math.max(unit.items, unit.nodes - unit.items),
    };
  },
};
