import * as tf from '@tensorflow/tfjs-core';
import { at, required } from '../../../src/domain/at';
import { maskOf } from '../../engine/kernels/dropoutMask';
import { multiplyAdd } from '../../engine/kernels/csrProduct';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { integers, matrixOf, vectorOf } from '../../engine/tensors';
import { withGradient } from '../../engine/withGradient';
import type { Csr } from '../../graphs/csr';
import type { DropoutSite } from './dropout';

/** MGDCF over a symmetric graph. */
export interface Diffusion {
  /**
   * `H ← β Â' H + α H⁰`, `hops` times from `H⁰ [n, d]`, divided by `β^k + α Σ_{i<k} β^i`, `[n, d]`; no hop is `H⁰` itself. With a site every stored entry
   * of the graph is dropped by itself, the same in all hops.
   */
  apply(start: tf.Tensor2D, hops: number, site: DropoutSite | null): tf.Tensor2D;
  dispose(): void;
}

/** The place of `(c, r)` for each stored entry `(r, c)` of a matrix in which both are there. */
export function mirroredPlaces({ rows, pointers, indices }: Csr): Int32Array {
  const next = pointers.slice(0, rows);
  // Rows come in ascending order, and so do the columns of the mirrored row.
  return indices.map((column) => {
    const place = at(next, column);
    next[column] = place + 1;
    return place;
  });
}

/** `matrix` is symmetric; `alpha` and `beta` are greater than 0. */
export function diffusion(matrix: Csr, { alpha, beta }: { readonly alpha: number; readonly beta: number }): Diffusion {
  const graph = sparseTensor({ ...matrix, values: matrix.values.map((value) => beta * value) }, true);
  const values = required(graph.forward.values ?? undefined);
  const mirror = tf.keep(integers(mirroredPlaces(matrix)));
  const entries = tf.keep(tf.range(0, matrix.indices.length, 1, 'int32'));

  /** With `y_0 = x/α` and `y_j = x + β A y_(j−1)`, the result is `α y_k / γ`. */
  const through = (weights: tf.Tensor, x: tf.Tensor, hops: number): tf.Tensor => {
    const scale = alpha / normaliser(alpha, beta, hops);
    const entriesOf = { ...graph.forward, values: vectorOf(weights) };
    let y = tf.mul(x, 1 / alpha);
    for (let hop = 1; hop <= hops; hop++) y = multiplyAdd(entriesOf, y, x, hop === hops ? scale : 1);
    return y;
  };

  return {
    apply: (start, hops, site) => {
      if (hops === 0) return start;
      const dropped = site && site.rate > 0 ? maskOf(site.step.draw(site.site, entries, 1), site.rate) : null;
      const forward = dropped ? tf.mul(values, tf.reshape(dropped, [-1])) : values;
      const backward = dropped ? tf.gather(forward, mirror) : values;
      return matrixOf(
        withGradient({
          inputs: [start],
          constants: [forward, backward],
          forward: ([x]) => through(forward, required(x), hops),
          backward: (dy, _, [, turned]) => [through(required(turned), dy, hops)],
        }),
      );
    },
    dispose: () => {
      disposeSparse(graph);
      tf.dispose([mirror, entries]);
    },
  };
}

/** `γ = β^k + α Σ_{i<k} β^i`. */
function normaliser(alpha: number, beta: number, hops: number): number {
  let sum = beta ** hops;
  for (let i = 0; i < hops; i++) sum += alpha * beta ** i;
  return sum;
}
