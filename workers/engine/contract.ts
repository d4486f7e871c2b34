import type * as tf from '@tensorflow/tfjs-core';
import type { RowIndex } from './rows';

/** What passes between a model and the engine, which knows no model. */

/** A step seen from its loss: where it stands, its random numbers, and what it wants remembered. */
export interface StepScope {
  /** Numbers made of it stay the same within an epoch. */
  readonly epoch: number;
  /** Whether this is the epoch's first step, which may take a course of its own. */
  readonly first: boolean;
  /** Uniform numbers in [0, 1), `[ids.length, width]`, of a named place in the step; rows with the same id are the same. */
  draw(site: string, ids: tf.Tensor1D, width: number): tf.Tensor2D;
  /**
   * `count` rows of a table of `rows` for each of `ids` 0 … n − 1, uniform and with replacement: row `⌊u · rows⌋` with `u` as `draw` would give it.
   * They are drawn on the host, which also says where each row was taken.
   */
  drawRows(site: string, n: number, count: number, rows: number): RowIndex;
  /** A number of this step, averaged over a reporting interval. */
  observe(key: string, value: tf.Scalar): void;
  /** The same of a list, each number under its key. */
  observeAll(keys: readonly string[], values: tf.Tensor1D): void;
  /** Numbers `[n]` whose distribution is kept once an epoch, of its first step, where alone they are made: counted between `edges`. */
  distribution(key: string, values: () => tf.Tensor1D, edges: readonly number[]): void;
}

/** What ranking needs: score(u, i) = ⟨users[u], items[i]⟩ unless `score` says otherwise. */
export interface Representation {
  /** `[U, d]` */
  readonly users: tf.Tensor2D;
  /** `[I, d]` */
  readonly items: tf.Tensor2D;
  /** Scores `[n, I]` of `n` rows of `users` with all `items`; called inside a tidy. */
  readonly score?: (users: tf.Tensor2D, items: tf.Tensor2D) => tf.Tensor2D;
}
