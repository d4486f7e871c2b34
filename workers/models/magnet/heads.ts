import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../../src/domain/at';
import type { MagnetConfig } from './table';
import type { Expert } from '../../../src/domain/routing';
import { newParameter, type Parameter } from '../../engine/parameters';
import type { Random } from '../../numbers/rng';
import { isWebGPU } from '../../engine/backends';
import { columnSums } from '../../engine/kernels/columnSums';
import { expertReads } from '../../engine/kernels/expertReads';
import { matrixOf } from '../../engine/tensors';
import { withGradient } from '../../engine/withGradient';
import { linearUniform } from '../layers/initialisers';

/** A least share, so that its logarithm can start a learned one. */
const LEAST_SHARE = 1e-6;

/** MAGNET's experts: fixed (or learned) shares of the groups, and one head each. */
export interface Experts {
  readonly parameters: readonly Parameter[];
  /** Each expert's `x W_e` from the groups' vectors `[n, d]`: `[E, n, d]`. Biases are on the items' side. */
  users(groups: readonly tf.Tensor2D[]): tf.Tensor3D;
  items(groups: readonly tf.Tensor2D[]): tf.Tensor3D;
  /** `v · s^(e)` of pairs, `[n, E]`; `keep` holds what dropout makes of each number of s, `[n, E·d]`, or null. */
  join(users: tf.Tensor3D, items: tf.Tensor3D, keep: tf.Tensor2D | null): tf.Tensor2D;
  /** Stacked `[E, n, d]`, or some experts of it, → an entity's experts side by side, `[n, E·d]`. */
  beside(stacked: tf.Tensor3D): tf.Tensor2D;
  /** `v [d, 1]` */
  output(): tf.Tensor2D;
  readonly mlp: boolean;
  /** `[E, n]` */
  shares(): tf.Tensor2D;
}

export function experts(
  list: readonly Expert[],
  groups: number,
  config: MagnetConfig,
  random: (name: string) => Random,
): Experts {
  const width = config.embeddingSize;
  const mlp = config.expertHead === 'mlp';
  const count = list.length;
  const parameter = (name: string, meaning: string, shape: number[]): Parameter =>
    newParameter(
      name,
      meaning,
      shape,
      linearUniform(
        random(`init/${name}`),
        width,
        shape.reduce((a, b) => a * b, 1),
      ),
    );
  const userWeights = parameter('expert/user', 'expert heads, users’ half, experts × [in, out]', [count, width, width]);
  const itemWeights = parameter('expert/item', 'expert heads, items’ half, experts × [in, out]', [count, width, width]);
  const bias = mlp ? parameter('expert/bias', 'expert heads, bias, experts × d', [count, width]) : null;
  const output = parameter('expert/output', 'v, which reads the mixture', [width, 1]);
  const fixed = list.flatMap(({ shares }) => shares);
  const triplets =
    config.templates || count === 1
      ? null
      : newParameter(
          'expert/triplets',
          'logits of each expert’s shares, experts × groups',
          [count, groups],
          Float32Array.from(fixed, (share) => Math.log(Math.max(share, LEAST_SHARE))),
        );
  const shares = (): tf.Tensor2D =>
    triplets ? matrixOf(tf.softmax(matrixOf(triplets.tensor))) : tf.tensor2d(fixed, [count, groups]);

  /** `x(w) = Σ_g w_g r^g` for every expert, then its half of the head. */
  const through = (vectors: readonly tf.Tensor2D[], weights: Parameter): tf.Tensor3D => {
    const rows = vectors[0]?.shape[0] ?? 0;
    const stacked = matrixOf(tf.reshape(tf.stack([...vectors]), [groups, rows * width]));
    return tf.matMul<tf.Tensor3D>(tf.reshape(tf.matMul(shares(), stacked), [count, rows, width]), weights.tensor);
  };

  return {
    parameters: [userWeights, itemWeights, ...(bias ? [bias] : []), output, ...(triplets ? [triplets] : [])],
    mlp,
    shares,
    output: () => matrixOf(output.tensor),
    users: (vectors) => through(vectors, userWeights),
    items: (vectors) => {
      const all = through(vectors, itemWeights);
      return bias ? withBias(all, bias.tensor) : all;
    },
    join: (users, items, keep) => {
      const v = matrixOf(output.tensor);
      if (isWebGPU(tf.backend())) return expertReads(users, items, v, keep, mlp);
      const rows = users.shape[1];
      const s = mlp ? tf.relu(tf.add(users, items)) : tf.mul(users, items);
      const kept = keep ? tf.mul(s, tf.transpose(tf.reshape(keep, [rows, count, width]), [1, 0, 2])) : s;
      const read = tf.matMul(matrixOf(tf.reshape(kept, [count * rows, width])), v);
      return matrixOf(tf.transpose(tf.reshape(read, [count, rows])));
    },
    beside: (stacked) =>
      matrixOf(tf.reshape(tf.transpose(stacked, [1, 0, 2]), [stacked.shape[1], stacked.shape[0] * width])),
  };
}

/** `x + b` of each expert's rows: `x [E, n, d]`, `b [E, d]`. */
function withBias(x: tf.Tensor3D, bias: tf.Tensor): tf.Tensor3D {
  const add = (all: tf.Tensor, b: tf.Tensor): tf.Tensor3D =>
    tf.add<tf.Tensor3D>(all, tf.reshape(b, [x.shape[0], 1, x.shape[2]]));
  if (!isWebGPU(tf.backend())) return add(x, bias);
  const made = withGradient({
    inputs: [x, bias],
    forward: ([all, b]) => add(required(all), required(b)),
    backward: (dy) => [dy.clone(), columnSums(dy)],
  });
  return tf.reshape(made, x.shape);
}
