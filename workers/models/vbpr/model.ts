/**
 * VBPR. He, McAuley: VBPR: Visual Bayesian Personalized Ranking from Implicit Feedback, AAAI 2016 (arXiv 1510.01784).
 * All modalities side by side before one projection, initialisation and regulariser as MMRec has them; features frozen.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { disposeParameter, newParameter } from '../../engine/parameters';
import { gatherRows, type RowIndex } from '../../engine/rows';
import { sideBySide } from '../../engine/rowSource';
import { matrixOf } from '../../engine/tensors';
import { requireFeatures } from '../layers/features';
import { linearOf } from '../layers/linear';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { drawnMatrix, xavierNormal } from '../layers/initialisers';
import { bprLoss, frobeniusRegulariser } from '../layers/losses';
import { defineModel, type BuildContext, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build({ input, config, random }: BuildContext<Settings>): Promise<Model> {
  requireFeatures(input.features, 'VBPR');
  const width = config.embeddingSize;
  const regWeight = config.regWeight;
  const joined = { key: 'all', ...sideBySide(input.features, input.items) };
  const features = await frozenTable(joined, storageOf(config));
  const userTable = drawnMatrix(
    random,
    'userEmbedding',
    'users × 2d: taste for item IDs, then for projected features',
    input.users,
    2 * width,
  );
  const itemTable = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const weight = drawnMatrix(
    random,
    'projection/weight',
    'projection of all features, [in, out]',
    joined.columns,
    width,
    xavierNormal,
  );
  const bias = newParameter('projection/bias', 'projection of all features, bias', [width], new Float32Array(width));
  const project = linearOf(weight, bias);
  const parameters = [userTable, itemTable, weight, bias];

  /** Rows [ID, X W + b] of the items a batch takes: only they pass the projection. */
  const itemRows = (index: RowIndex): tf.Tensor2D =>
    matrixOf(tf.concat([gatherRows(matrixOf(itemTable.tensor), index), project.apply(features.rows(index))], 1));

  return {
    parameters,
    graphs: [],
    loss: (batch) => {
      const rows = {
        users: gatherRows(matrixOf(userTable.tensor), batch.users),
        positives: itemRows(batch.positives),
        negatives: itemRows(batch.negatives),
      };
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, true) },
        { key: 'reg', weight: regWeight, value: frobeniusRegulariser(rows, batch) },
      ];
    },
    represent: () => ({
      users: matrixOf(userTable.tensor),
      items: matrixOf(tf.concat([matrixOf(itemTable.tensor), features.through(project)], 1)),
    }),
    dispose: () => {
      features.dispose();
      parameters.forEach(disposeParameter);
    },
  };
}

export const model = defineModel(table, build);
