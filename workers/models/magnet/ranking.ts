import * as tf from '@tensorflow/tfjs-core';
import type { Representation } from '../../engine/contract';
import { expertScores } from '../../engine/kernels/expertScores';
import { matrixOf } from '../../engine/tensors';
import type { Parts } from './parts';

/** Every expert's vectors side by side with the router's parts behind them; pairs are scored by the mixture. */
export function magnetRanking({ config, encoder, heads, route, experts, top }: Parts): Representation {
  const width = config.embeddingSize;
  const z = encoder.represent();
  const cues = encoder.cues();
  const read = heads.users([z.users, ...cues.map(({ users: of }) => of)]);
  const users = heads.mlp ? read : tf.mul<tf.Tensor3D>(read, tf.reshape(heads.output(), [1, 1, width]));
  const items = heads.items([z.items, ...cues.map(({ items: of }) => of)]);
  // Without a mixture the one expert is chosen whatever its logit.
  const none = (of: tf.Tensor2D): tf.Tensor2D => tf.zeros([of.shape[0], 1]);
  const shape = { experts: experts.length, width, top, mlp: heads.mlp ? 1 : 0, hidden: route?.hidden ?? 0 } as const;
  return {
    users: matrixOf(tf.concat([heads.beside(users), route?.userPart(z.users) ?? none(z.users)], 1)),
    items: matrixOf(tf.concat([heads.beside(items), route?.itemPart(z.items) ?? none(z.items)], 1)),
    score: (rows, all) => {
      const weights = route?.last.weights() ?? heads.output();
      return expertScores(rows, all, heads.output(), weights, route?.last.bias() ?? heads.output(), shape);
    },
  };
}
