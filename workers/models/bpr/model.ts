/**
 * BPR-MF. Rendle, Freudenthaler, Gantner, Schmidt-Thieme: BPR: Bayesian Personalized Ranking from Implicit Feedback,
 * UAI 2009. Initialisation and regulariser as MMRec has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import { disposeParameter } from '../../engine/parameters';
import { matrixOf } from '../../engine/tensors';
import { drawnMatrix, xavierNormal } from '../layers/initialisers';
import { batchRows, bprLoss, frobeniusRegulariser } from '../layers/losses';
import { defineModel, type BuildContext, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build({ input, config, random }: BuildContext<Settings>): Promise<Model> {
  const width = config.embeddingSize;
  const regWeight = config.regWeight;
  const users = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width, xavierNormal);
  const items = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width, xavierNormal);

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

export const model = defineModel(table, build);
