import { at } from '../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import type { Csr } from '../graphs/csr';
import type { Representation } from './contract';
import { readFloats } from './backends';
import { maskedTopK, type Mask } from './kernels/maskedTopK';
import { noteBuffer } from './ledger';
import { integers, matrixOf } from './tensors';
import { tiles } from './tiles';

/** Ranks all items for tiles of users on the device; the scores of more than one tile are never held. */
export interface Ranker {
  readonly tileRows: number;
  /** Top `k` of at most `tileRows` users: `[users, k]` items (−1 where fewer are left) and scores, best first. */
  rank(representation: Representation, users: Int32Array): Promise<{ items: Int32Array; scores: Float32Array }>;
  dispose(): void;
}

/** `trained` `[U, I]`: the training items of each user, which are left out. */
export function newRanker(trained: Csr, k: number): Ranker {
  const mask: Mask = {
    pointers: tf.keep(integers(trained.pointers)),
    columns: tf.keep(integers(trained.indices.length > 0 ? trained.indices : new Int32Array(1))),
  };
  const tileRows = tiles().ranking(trained.columns);
  return {
    tileRows,
    rank: async (representation, users) => {
      const found = tf.tidy(() => {
        // A short tile repeats its last user: every tile has the same shape.
        const ids = integers(
          Int32Array.from({ length: tileRows }, (_, row) => at(users, Math.min(row, users.length - 1))),
        );
        const rows = matrixOf(tf.gather(representation.users, ids));
        const scores =
          representation.score?.(rows, representation.items) ?? tf.matMul(rows, representation.items, false, true);
        const best = maskedTopK(matrixOf(scores), ids, mask, k);
        // Never more than a tile of them: they refuse no run.
        for (const tensor of [ids, rows, scores, best]) noteBuffer(tensor, { cut: true });
        return best;
      });
      const both = await readFloats(found);
      found.dispose();
      const items = new Int32Array(users.length * k);
      const scores = new Float32Array(users.length * k);
      for (let row = 0; row < users.length; row++) {
        items.set(both.subarray(row * 2 * k, row * 2 * k + k), row * k);
        scores.set(both.subarray(row * 2 * k + k, (row + 1) * 2 * k), row * k);
      }
      return { items, scores };
    },
    dispose: () => tf.dispose([mask.pointers, mask.columns]),
  };
}

/** Scores of one user with all items, `[I]`. */
export async function scoreAll(representation: Representation, user: number): Promise<Float32Array> {
  const scores = tf.tidy(() => {
    const row = matrixOf(tf.slice(representation.users, [user, 0], [1, -1]));
    return tf.clone(
      representation.score?.(row, representation.items) ?? tf.matMul(row, representation.items, false, true),
    );
  });
  const values = await readFloats(scores);
  scores.dispose();
  return values;
}
