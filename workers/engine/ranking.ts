import { at } from '../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import type { Csr } from '../graphs/csr';
import type { Representation } from './contract';
import { isWebGPU, readFloats } from './backends';
import { given } from './capture/given';
import { Repeated } from './capture/repeated';
import { maskedTopK, type Mask } from './kernels/maskedTopK';
import { noteBuffer } from './ledger';
import { integers, matrixOf } from './tensors';
import { tiles } from './tiles';

/** Ranks all items for tiles of users on the device; the scores of more than one tile are never held. */
export interface Ranker {
  readonly tileRows: number;
  /** Top `k` of at most `tileRows` users: `[users, k]` items (−1 where fewer are left) and scores, best first. */
  rank(representation: Representation, users: Int32Array): Promise<{ items: Int32Array; scores: Float32Array }>;
  /** A ranking has ended: what was held for its tiles is free. */
  rest(): void;
  dispose(): void;
}

/** `trained` `[U, I]`: the training items of each user, which are left out. `capture`: on WebGPU tiles may be played from one. */
export function newRanker(trained: Csr, k: number, capture = true): Ranker {
  const mask: Mask = {
    pointers: tf.keep(integers(trained.pointers)),
    columns: tf.keep(integers(trained.indices.length > 0 ? trained.indices : new Int32Array(1))),
  };
  const tileRows = tiles().ranking(trained.columns);
  const backend: unknown = tf.backend();
  const repeated = capture && isWebGPU(backend) ? new Repeated(backend) : null;
  /** What the capture ranks with. */
  let held: Representation | null = null;

  /** The tile's best, `[tileRows, 2k]`. */
  const ranked = async (representation: Representation, tile: Int32Array): Promise<Float32Array> => {
    if (held !== representation) repeated?.release();
    held = representation;
    if (repeated?.captured) return repeated.playAndRead(() => tile);
    const recorder = repeated?.record() ?? null;
    try {
      const found = tf.tidy(() => {
        const ids = given(integers(tile), 'users');
        const rows = matrixOf(tf.gather(representation.users, ids));
        const scores =
          representation.score?.(rows, representation.items) ?? tf.matMul(rows, representation.items, false, true);
        const best = maskedTopK(matrixOf(scores), ids, mask, k);
        // Never more than a tile of them: they refuse no run.
        for (const tensor of [ids, rows, scores, best]) noteBuffer(tensor, { cut: true });
        return best;
      });
      const output = recorder?.output(found) ?? null;
      recorder?.suspend();
      const both = await readFloats(found).finally(() => found.dispose());
      // Each ranking has a representation of its own.
      if (recorder) repeated?.recorded(recorder, { outside: true, constants: false }, output);
      return both;
    } finally {
      recorder?.end();
    }
  };

  return {
    tileRows,
    rank: async (representation, users) => {
      // A short tile repeats its last user: every tile has the same shape.
      const both = await ranked(
        representation,
        Int32Array.from({ length: tileRows }, (_, row) => at(users, Math.min(row, users.length - 1))),
      );
      const items = new Int32Array(users.length * k);
      const scores = new Float32Array(users.length * k);
      for (let row = 0; row < users.length; row++) {
        items.set(both.subarray(row * 2 * k, row * 2 * k + k), row * k);
        scores.set(both.subarray(row * 2 * k + k, (row + 1) * 2 * k), row * k);
      }
      return { items, scores };
    },
    rest: () => repeated?.release(),
    dispose: () => {
      repeated?.release();
      tf.dispose([mask.pointers, mask.columns]);
    },
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
