import { at } from '../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { RecordingStep } from '../engine/recordingStep';
import { RunningSums } from '../engine/sums';
import { stepSync } from '../engine/sync';
import type { Random } from '../numbers/rng';
import { deviceBatch, type HostBatch } from './batch';
import type { SecondSteps } from './second';
import { refuseLostParameters } from './steps';
import type { TraceRecorder } from './trace';

interface PassParts {
  readonly second: SecondSteps;
  readonly sizes: { readonly users: number; readonly items: number };
  readonly batchSize: number;
  readonly random: (name: string) => Random;
  readonly trace: TraceRecorder | null;
}

/** Where a pass begins: steps done before it, over all epochs. */
interface PassPlace {
  readonly epoch: number;
  readonly step: number;
}

/**
 * Takes the pass of a second loss over all users, shuffled, before an epoch. `between` is awaited after every step; it returns false to stop at once. Answers the mean of the
 * values as `SecondTaken` has them, or null when stopped. Throws `MODEL_PARAMETER_LOST`.
 */
export async function takePass(
  { second, sizes, batchSize, random, trace }: PassParts,
  { epoch, step }: PassPlace,
  learningRate: number,
  between: () => Promise<boolean>,
): Promise<number[] | null> {
  const sums = new RunningSums();
  const sync = stepSync();
  const batches = userBatches(sizes.users, batchSize, random(`pass/order@epoch${epoch}`));
  try {
    for (const [place, host] of batches.entries()) {
      const traced = trace?.wantsPass(step, place) ?? false;
      const scope = new RecordingStep({ epoch, stepInEpoch: place, step }, random, { keepDraws: traced });
      const batch = deviceBatch(host, sizes.users, sizes.items);
      const taken = second.take(batch, scope, learningRate);
      if (place === 0) refuseLostParameters(taken.parameters, taken.unreached);
      sums.add(taken.values, place === 0);
      if (traced) await trace?.recordPass(place, { epoch, learningRate, host, draws: scope.draws, ...taken });
      tf.dispose([taken.gradients, taken.values]);
      scope.dispose();
      batch.dispose();
      await sync();
      if (!(await between())) return null;
    }
    return Array.from(await sums.read(), (value) => value / batches.length);
  } finally {
    sums.dispose();
  }
}

/** All users in a random order, `size` at a time; the last batch is padded. */
function userBatches(users: number, size: number, random: Random): HostBatch[] {
  const order = Int32Array.from({ length: users }, (_, user) => user);
  for (let i = users - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [at(order, j), at(order, i)];
  }
  const none = new Int32Array(0);
  return Array.from({ length: Math.ceil(users / size) }, (_, place) => {
    const taken = order.subarray(place * size, (place + 1) * size);
    const padded = new Int32Array(size);
    padded.set(taken);
    return { count: taken.length, pairs: none, users: padded, positives: none, negatives: none };
  });
}
