import * as tf from '@tensorflow/tfjs-core';
import type { Representation } from '../models/model';
import { readFloats } from './backends';

/** Computes a representation once and keeps it while `work` ranks with it. */
export async function withRepresentation<T>(represent: () => Representation, work: (representation: Representation) => Promise<T>): Promise<T> {
  let score: Representation['score'];
  const held = tf.tidy(() => {
    const made = represent();
    score = made.score;
    // A model without propagation returns its parameters themselves: they are copied, because what is held is disposed.
    return { users: tf.clone(made.users), items: tf.clone(made.items) };
  });
  try {
    return await work({ ...held, ...(score && { score }) });
  } finally {
    tf.dispose([held.users, held.items]);
  }
}

export function readRepresentation(represent: () => Representation): Promise<{ users: Float32Array; items: Float32Array }> {
  return withRepresentation(represent, async ({ users, items }) => ({ users: await readFloats(users), items: await readFloats(items) }));
}
