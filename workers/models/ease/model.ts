/** EASE. Steck: Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019 (arXiv 1905.03375). */
import * as tf from '@tensorflow/tfjs-core';
import { at } from '../../../src/domain/at';
import { AppError } from '../../../src/domain/errors';
import { heldRows } from '../../engine/rowSource';
import { readFloats } from '../../engine/backends';
import { integers, matrixOf } from '../../engine/tensors';
import { uploadRows } from '../../engine/upload';
import { interactionMatrix } from '../../graphs/behaviour';
import { columnsOf, type Csr } from '../../graphs/csr';
import { invertPositive } from '../../numbers/inverse';
import { scoredByRows } from '../layers/historyScores';
import { computedModel, defineModel, type ComputedMemory } from '../model';
import { MOST_ITEMS, tableBytes } from './size.table';
import { table } from './table';

/**
 * `B = I − P · diag(1 ⊘ diag P)`, `P = (XᵀX + λI)⁻¹`: `B_ij = −P_ij / P_jj` off the diagonal, 0 on it. `[I, I]`, made in double precision.
 */
async function weightsOf(
  histories: Csr,
  regWeight: number,
  progress: (share: number) => Promise<void>,
): Promise<Float32Array> {
  const items = histories.columns;
  const inverse = new Float64Array(items * items);
  for (let user = 0; user < histories.rows; user++) {
    const own = histories.indices.subarray(at(histories.pointers, user), at(histories.pointers, user + 1));
    // The lower half is enough.
    for (const i of own) for (const j of own) if (j <= i) inverse[i * items + j] = (inverse[i * items + j] ?? 0) + 1;
  }
  for (let item = 0; item < items; item++) inverse[item * (items + 1)] = (inverse[item * (items + 1)] ?? 0) + regWeight;
  await invertPositive(inverse, items, progress);
  const weights = new Float32Array(items * items);
  for (let i = 0; i < items; i++)
    for (let j = 0; j < items; j++)
      if (i !== j) weights[i * items + j] = -(inverse[i * items + j] ?? 0) / (inverse[j * (items + 1)] ?? 1);
  return weights;
}

/** `score(u, ·) = x_u · B`. Throws `RUN_MEMORY` for more items than `MOST_ITEMS`. */
export const model = defineModel(
  table,
  async ({ input: { train, users, items }, config: { regWeight }, progress }) => {
    if (items > MOST_ITEMS)
      throw new AppError(
        'RUN_MEMORY',
        `EASE weighs every pair of items, and ${items.toLocaleString('en-US')} items take ${(tableBytes(items) / 2 ** 30).toFixed(1)} GiB.`,
        `It is computed for at most ${MOST_ITEMS.toLocaleString('en-US')} items. Item kNN keeps the strongest pairs alone and fits.`,
        { items },
      );
    const histories = interactionMatrix(train, users, items);
    const weights = await uploadRows(
      heldRows(
        await weightsOf(histories, regWeight, (share) => progress('inverting the co-occurrences', share)),
        items,
        items,
      ),
    );
    const scores = scoredByRows(histories, items, false, (rows) => matrixOf(tf.matMul(rows, weights)));
    return computedModel({
      represent: () => scores.represent(),
      historyShares: async (user, item) => {
        const parts = tf.tidy(() => {
          const rows = tf.gather(weights, integers(columnsOf(histories, user)));
          return tf.reshape(tf.slice(rows, [0, item], [-1, 1]), [-1]);
        });
        const shares = await readFloats(parts);
        parts.dispose();
        return { own: 0, items: shares };
      },
      dispose: () => {
        scores.dispose();
        weights.dispose();
      },
    });
  },
  ({ users, items, train }): ComputedMemory => ({
    graphs: 4 * (users + train),
    constants: 4 * items * items + 4 * (users + items),
    made: tableBytes(items),
    largest: 4 * items * items,
  }),
);
