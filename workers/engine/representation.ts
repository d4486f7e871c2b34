import * as tf from '@tensorflow/tfjs-core';
import type { Representation } from './contract';
import { readFloats } from './backends';

export interface HeldRepresentation extends Representation {
  dispose(): void;
}

/** Computes a representation once and keeps it until it is disposed. */
export function holdRepresentation(represent: () => Representation): HeldRepresentation {
  let score: Representation['score'];
  const held = tf.tidy(() => {
    const made = represent();
    score = made.score;
    // A model without propagation returns its parameters themselves: they are copied, because what is held is disposed.
    return { users: tf.keep(tf.clone(made.users)), items: tf.keep(tf.clone(made.items)) };
  });
  return { ...held, ...(score && { score }), dispose: () => tf.dispose([held.users, held.items]) };
}

/** The same for as long as `work` ranks with it. */
export async function withRepresentation<T>(
  represent: () => Representation,
  work: (representation: Representation) => Promise<T>,
): Promise<T> {
  const held = holdRepresentation(represent);
  try {
    return await work(held);
  } finally {
    held.dispose();
  }
}

/** `users [U, width]`, `items [I, width]`. */
export function readRepresentation(
  represent: () => Representation,
): Promise<{ users: Float32Array; items: Float32Array; width: number }> {
  return withRepresentation(represent, async ({ users, items }) => ({
    users: await readFloats(users),
    items: await readFloats(items),
    width: items.shape[1],
  }));
}
