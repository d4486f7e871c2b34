import * as tf from '@tensorflow/tfjs-core';
import { at } from '../../../src/domain/at';
import { readFloats } from '../../engine/backends';
import type { Representation } from '../../engine/contract';
import type { SparseTensor } from '../../engine/kernels/csrProduct';
import { integers, matrixOf } from '../../engine/tensors';
import { columnsOf, valueAt, type Csr } from '../../graphs/csr';
import type { HistoryShares } from '../model';
import { meanOfLayers } from './propagation';

/** `score(u, i) = Σ_{j ∈ I_u} links[i, j]`: each item of the history adds its own link. */
export const sharesByLinks =
  (histories: Csr, links: Csr) =>
  async (user: number, item: number): Promise<HistoryShares> => ({
    own: 0,
    items: Float32Array.from(columnsOf(histories, user), (other) => valueAt(links, item, other)),
  });

/** Mean of the layers of a LightGCN. */
interface Propagated {
  readonly matrix: Csr;
  readonly graph: SparseTensor;
  readonly layers: number;
  /** Rows that are users'. */
  readonly users: number;
  /** E⁰ of users above items; called inside a tidy. */
  start(): tf.Tensor2D;
  represent(): Representation;
}

/**
 * `e_u = (e⁰_u + Σ_{j ∈ I_u} w_uj Σ_{l<L} e^l_j)/(L + 1)`, so that ŷ is the user's own vector's part and one part of each item, given the item's
 * vector.
 */
export async function propagatedShares(
  { matrix, graph, layers, users, start, represent }: Propagated,
  user: number,
  item: number,
): Promise<HistoryShares> {
  const places = Int32Array.from(
    { length: at(matrix.pointers, user + 1) - at(matrix.pointers, user) },
    (_, k) => at(matrix.pointers, user) + k,
  );
  const parts = tf.tidy(() => {
    const zero = start();
    const target = matrixOf(tf.slice(represent().items, [item, 0], [1, -1]));
    const before = layers === 0 ? tf.zerosLike(zero) : meanOfLayers(graph, zero, layers - 1, layers / (layers + 1));
    const neighbours = tf.gather(before, integers(places.map((place) => at(matrix.indices, place))));
    const own = tf.mul(tf.slice(zero, [user, 0], [1, -1]), 1 / (layers + 1));
    return tf.reshape(tf.matMul(tf.concat([own, neighbours], 0), target, false, true), [-1]);
  });
  const values = await readFloats(parts);
  parts.dispose();
  const [own = 0] = values;
  const shares = Float32Array.from(places, (place, k) => at(matrix.values, place) * at(values, k + 1));
  // Rows of users have items as columns alone, in ascending order as histories are.
  if (places.some((place) => at(matrix.indices, place) < users)) throw new Error('A user has a user as a neighbour.');
  return { own, items: shares };
}
