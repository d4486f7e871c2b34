import * as tf from '@tensorflow/tfjs-core';
import type { Representation } from '../../engine/contract';
import { multiplyCsr, type SparseTensor } from '../../engine/kernels/csrProduct';
import { historyRows } from '../../engine/kernels/historyRows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { floats, integers, matrix, matrixOf } from '../../engine/tensors';
import { transpose, type Csr } from '../../graphs/csr';

/** A ranking that is no product of two vectors: users are known by their numbers, and their scores are made of rows of a matrix. */
export interface ScoredByRows {
  represent(): Representation;
  dispose(): void;
}

/** Scores `[n, I]` of the rows `[n, columns]` that belong to a tile of users. */
type Score = (rows: tf.Tensor2D) => tf.Tensor2D;

/** `sparse [U, ·]`: what a user's scores are made of. `weighted`: its values count, otherwise each entry is 1. */
export function scoredByRows(sparse: Csr, items: number, weighted: boolean, score: Score): ScoredByRows {
  const empty = sparse.indices.length === 0;
  const held = {
    pointers: tf.keep(integers(sparse.pointers)),
    columns: tf.keep(integers(empty ? new Int32Array(1) : sparse.indices)),
    weights: weighted ? tf.keep(floats(empty ? new Float32Array(1) : sparse.values)) : null,
    users: numbered(sparse.rows),
    items: numbered(items),
  };
  return {
    represent: () => ({
      users: held.users,
      items: held.items,
      score: (users) => {
        const ids = tf.cast(tf.reshape(users, [users.shape[0]]), 'int32');
        return score(historyRows(held, tf.reshape(ids, [users.shape[0]]), sparse.columns));
      },
    }),
    dispose: () => {
      tf.dispose([held.pointers, held.columns, held.users, held.items]);
      held.weights?.dispose();
    },
  };
}

/** `score(u, ·) = rows[u] · links`, `links [columns, I]`. */
export function scoredByLinks(rows: Csr, links: Csr, weighted: boolean): ScoredByRows {
  const across: SparseTensor = sparseTensor(transpose(links), false);
  const scores = scoredByRows(rows, links.columns, weighted, (tile) =>
    matrixOf(tf.transpose(multiplyCsr(across.forward, matrixOf(tf.transpose(tile))))),
  );
  return {
    represent: () => scores.represent(),
    dispose: () => {
      scores.dispose();
      disposeSparse(across);
    },
  };
}

const numbered = (rows: number): tf.Tensor2D =>
  tf.keep(
    matrix(
      Float32Array.from({ length: rows }, (_, row) => row),
      rows,
      1,
    ),
  );
