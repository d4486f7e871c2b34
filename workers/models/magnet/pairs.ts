import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import type { Observations } from '../../../src/domain/observations';
import { familyMassOf, relianceOf, routingStatistics } from '../../../src/domain/routing';
import { readFloats } from '../../engine/backends';
import { integers, matrixOf } from '../../engine/tensors';
import type { Pairs } from '../../graphs/behaviour';
import type { PairRouting, RoutedProbabilities } from '../model';
import { familiesOf } from './experts.table';
import type { Parts } from './parts';
import { probabilities, renormalised } from './router';

/** Pairs whose routing is computed at once. */
const PAIRS_PER_BLOCK = 8192;

const rowsAt = (table: tf.Tensor2D, ids: Int32Array): tf.Tensor2D => matrixOf(tf.gather(table, integers(ids)));

/** π of pairs, and the experts' shares as they stand. */
export async function routePairs(
  { encoder, heads, route, experts }: Parts,
  pairs: Pairs,
): Promise<RoutedProbabilities> {
  const all = new Float32Array(pairs.users.length * experts.length);
  const z = tf.tidy(() => {
    const { users, items } = encoder.represent();
    return { users: route?.userPart(users) ?? users, items: route?.itemPart(items) ?? items };
  });
  for (let first = 0; route && first < pairs.users.length; first += PAIRS_PER_BLOCK) {
    const taken = (ids: Int32Array): Int32Array => ids.slice(first, first + PAIRS_PER_BLOCK);
    const block = tf.tidy(() =>
      probabilities(route.join(rowsAt(z.users, taken(pairs.users)), rowsAt(z.items, taken(pairs.items)))),
    );
    all.set(await readFloats(block), first * experts.length);
    block.dispose();
  }
  tf.dispose(z);
  const shares = tf.tidy(() => heads.shares().clone());
  const groupShares = await readFloats(shares);
  shares.dispose();
  return { probabilities: route ? all : all.fill(1), groupShares };
}

/** π, π̃ and what each expert adds to ŷ, of pairs. */
export async function explainPairs({ encoder, heads, route, top }: Parts, pairs: Pairs): Promise<PairRouting> {
  const made = tf.tidy(() => {
    const z = encoder.represent();
    const cues = encoder.cues();
    const zu = rowsAt(z.users, pairs.users);
    const zi = rowsAt(z.items, pairs.items);
    const values = heads.join(
      heads.users([zu, ...cues.map(({ users }) => rowsAt(users, pairs.users))]),
      heads.items([zi, ...cues.map(({ items }) => rowsAt(items, pairs.items))]),
      null,
    );
    const pi = route ? probabilities(route.join(route.userPart(zu), route.itemPart(zi))) : tf.onesLike(values);
    const shares = renormalised(pi, top);
    return [pi, shares, tf.mul(shares, values)].map((tensor) => tensor.clone());
  });
  const read = await Promise.all(made.map((tensor) => readFloats(tensor)));
  tf.dispose(made);
  return { probabilities: entry(read, 0), shares: entry(read, 1), contributions: entry(read, 2) };
}

/** The routing of the validation pairs, in the numbers that a run's page shows. */
export async function observePairs(parts: Parts, pairs: Pairs): Promise<Observations> {
  const { route, experts, groups, config, stage } = parts;
  if (!route) return {};
  const { probabilities: all, groupShares } = await routePairs(parts, pairs);
  const learned = experts.map((expert, e) => ({
    ...expert,
    shares: Array.from(groupShares.subarray(e * groups.length, (e + 1) * groups.length)),
  }));
  const { mean, effective, ...statistics } = routingStatistics(all, experts.length);
  const [, , , switched = 0] = await readFloats(stage.state());
  return {
    routing: mean,
    reliance: relianceOf(mean, learned, groups.length),
    familyMass: familyMassOf(mean, learned, familiesOf(config)),
    effectiveExperts: [effective],
    ...Object.fromEntries(Object.entries(statistics).map(([key, value]) => [key, [value]])),
    ...(switched > 0 && { switchStep: [switched] }),
  };
}
