import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, choiceOption, numberOption } from '../../../src/domain/models/catalogue';
import type { Config } from '../../../src/domain/models/table';
import type { Expert } from '../../../src/domain/routing';
import { newParameter, type Parameter } from '../../engine/kernels/adam';
import type { Random } from '../../engine/rng';
import { matrixOf } from '../../engine/tensors';
import { linearUniform } from './initialisers';

/** A least share, so that its logarithm can start a learned one. */
const LEAST_SHARE = 1e-6;

/** Along the first axis; tfjs cannot take the gradient of a stack of one apart. */
const parts = (stack: tf.Tensor): tf.Tensor[] => (stack.shape[0] === 1 ? [tf.reshape(stack, stack.shape.slice(1))] : tf.unstack(stack));

/** MAGNET's experts: fixed (or learned) shares of the groups, and one head each. */
export interface Experts {
  readonly parameters: readonly Parameter[];
  /** Each expert's `x W_e` from the groups' vectors `[n, d]`: E matrices `[n, d]`. Biases are on the items' side. */
  users(groups: readonly tf.Tensor2D[]): tf.Tensor2D[];
  items(groups: readonly tf.Tensor2D[]): tf.Tensor2D[];
  /** `v · s^(e)` of pairs, `[n, E]`; `keep` holds what dropout makes of each number of s, `[n, E·d]`, or null. */
  join(users: readonly tf.Tensor2D[], items: readonly tf.Tensor2D[], keep: tf.Tensor2D | null): tf.Tensor2D;
  /** `v [d, 1]` */
  output(): tf.Tensor2D;
  readonly mlp: boolean;
  /** `[E, n]` */
  shares(): tf.Tensor2D;
}

export function experts(list: readonly Expert[], groups: number, config: Config, random: (name: string) => Random): Experts {
  const width = numberOption(config, 'embeddingSize');
  const mlp = choiceOption(config, 'expertHead') === 'mlp';
  const count = list.length;
  const parameter = (name: string, meaning: string, shape: number[]): Parameter =>
    newParameter(name, meaning, shape, linearUniform(random(`init/${name}`), width, shape.reduce((a, b) => a * b, 1)));
  const userWeights = parameter('expert/user', 'expert heads, users’ half, experts × [in, out]', [count, width, width]);
  const itemWeights = parameter('expert/item', 'expert heads, items’ half, experts × [in, out]', [count, width, width]);
  const bias = mlp ? parameter('expert/bias', 'expert heads, bias, experts × d', [count, width]) : null;
  const output = parameter('expert/output', 'v, which reads the mixture', [width, 1]);
  const fixed = list.flatMap(({ shares }) => shares);
  const triplets = booleanOption(config, 'templates') || count === 1
    ? null
    : newParameter('expert/triplets', 'logits of each expert’s shares, experts × groups', [count, groups], Float32Array.from(fixed, (share) => Math.log(Math.max(share, LEAST_SHARE))));
  const shares = (): tf.Tensor2D => (triplets ? matrixOf(tf.softmax(matrixOf(triplets.tensor))) : tf.tensor2d(fixed, [count, groups]));

  /** `x(w) = Σ_g w_g r^g` for every expert, then its half of the head. */
  const through = (vectors: readonly tf.Tensor2D[], weights: Parameter): tf.Tensor2D[] => {
    const [first] = vectors;
    if (!first) throw new Error('Experts need the vectors of a group at least.');
    const rows = first.shape[0];
    const stacked = matrixOf(tf.reshape(tf.stack([...vectors]), [groups, rows * width]));
    const mixed = parts(tf.reshape(tf.matMul(shares(), stacked), [count, rows, width]));
    return parts(weights.tensor).map((head, e) => matrixOf(tf.matMul(matrixOf(mixed[e] ?? first), matrixOf(head))));
  };

  return {
    parameters: [userWeights, itemWeights, ...(bias ? [bias] : []), output, ...(triplets ? [triplets] : [])],
    mlp,
    shares,
    output: () => matrixOf(output.tensor),
    users: (vectors) => through(vectors, userWeights),
    items: (vectors) => {
      const all = through(vectors, itemWeights);
      const biases = bias && parts(bias.tensor);
      return biases ? all.map((x, e) => matrixOf(tf.add(x, biases[e] ?? 0))) : all;
    },
    join: (users, items, keep) => {
      const kept = keep && (count === 1 ? [keep] : tf.split(keep, count, 1));
      const v = matrixOf(output.tensor);
      return matrixOf(tf.concat(users.map((u, e) => {
        const i = items[e] ?? u;
        const s = mlp ? tf.relu(tf.add(u, i)) : tf.mul(u, i);
        return tf.matMul(matrixOf(kept ? tf.mul(s, kept[e] ?? 1) : s), v);
      }), 1));
    },
  };
}
