import { pairOf } from '../graphs/preferredPairs';
import { restoreStream, stream, type Random } from '../numbers/rng';
import type { HostBatch } from './batch';
import type { BatchSource, SamplerState } from './sampler';
import { drawDistinct } from './userSampler';

/** What is added to batches. */
interface AddedPairs {
  /** `[U, 2]` by rows, as `pairOf` reads them. */
  readonly pairs: Int32Array;
  readonly items: number;
  /** Users that are drawn of each batch. */
  readonly most: number;
}

/**
 * Batches with further rows behind their own: of so many of a batch's users, without repetition, those that have a pair bring it as a positive
 * and a negative. Such a row is no training pair: its number is −1. Its refused item stands for all ρ negatives.
 */
export class PairRows implements BatchSource {
  readonly stepsPerEpoch: number;
  readonly #inner: BatchSource;
  readonly #added: AddedPairs;
  #random: Random;

  constructor(inner: BatchSource, added: AddedPairs, seed: number) {
    this.#inner = inner;
    this.#added = added;
    this.stepsPerEpoch = inner.stepsPerEpoch;
    this.#random = stream(seed, 'llmRows');
  }

  next(): HostBatch {
    const host = this.#inner.next();
    const { pairs, items, most } = this.#added;
    const users = Int32Array.from(new Set(host.users.subarray(0, host.count)));
    const chosen = [...drawDistinct(users, Math.min(most, users.length), this.#random)].flatMap((user) => {
      const pair = pairOf(pairs, user, items);
      return pair ? [{ user, pair: -1, ...pair }] : [];
    });
    const longer = (own: Int32Array, of: keyof (typeof chosen)[number]): Int32Array => {
      const ratio = own.length / host.users.length;
      const all = new Int32Array(own.length + most * ratio);
      all.set(own.subarray(0, host.count * ratio));
      chosen.forEach((row, place) => {
        const first = (host.count + place) * ratio;
        all.fill(row[of], first, first + ratio);
      });
      return all;
    };
    return {
      count: host.count + chosen.length,
      pairs: longer(host.pairs, 'pair'),
      users: longer(host.users, 'user'),
      positives: longer(host.positives, 'preferred'),
      negatives: longer(host.negatives, 'refused'),
    };
  }

  state(): SamplerState {
    const inner = this.#inner.state();
    return { ...inner, others: { ...inner.others, llmRows: this.#random.state() } };
  }

  restore(state: SamplerState): void {
    this.#inner.restore(state);
    const { llmRows } = state.others;
    if (!llmRows) throw new Error('Rows of pairs are restored from their own state.');
    this.#random = restoreStream(llmRows);
  }
}
