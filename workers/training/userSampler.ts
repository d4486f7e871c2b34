import { at } from '../../src/domain/at';
import type { NegativesConfig } from '../../src/domain/models/config';
import { placeOf, type Csr } from '../graphs/csr';
import type { Pairs } from '../graphs/behaviour';
import { restoreStream, stream, type Random } from '../numbers/rng';
import type { HostBatch } from './batch';
import { Negatives } from './negatives';
import type { BatchSource, SamplerState } from './sampler';

/** As `SamplerOptions`; negatives are always drawn. */
interface UserSamplerOptions {
  readonly batchSize: number;
  readonly negatives: NegativesConfig;
}

/**
 * Every batch has as many users as it has rows, drawn without repetition among those with a training interaction (with it where there are too few),
 * and of each one training item, both uniform. An epoch has one step more than the training pairs fill.
 */
export class UserSampler implements BatchSource {
  readonly stepsPerEpoch: number;
  readonly #trained: Csr;
  readonly #batchSize: number;
  readonly #able: Int32Array;
  /** The training pair that an entry of the matrix is. */
  readonly #pairAt: Int32Array;
  readonly #negatives: Negatives;
  #users: Random;
  #items: Random;
  #taken = 0;

  /** Throws `SAMPLE_NO_NEGATIVE` when some user has every candidate item. */
  constructor(pairs: Pairs, trained: Csr, { batchSize, negatives }: UserSamplerOptions, seed: number) {
    this.#trained = trained;
    this.#batchSize = batchSize;
    this.#able = Int32Array.from({ length: trained.rows }, (_, user) => user).filter(
      (user) => at(trained.pointers, user + 1) > at(trained.pointers, user),
    );
    this.#pairAt = new Int32Array(pairs.users.length);
    pairs.users.forEach((user, pair) => (this.#pairAt[placeOf(trained, user, at(pairs.items, pair))] = pair));
    this.#negatives = new Negatives(pairs, trained, negatives, seed);
    this.stepsPerEpoch = Math.floor(pairs.users.length / batchSize) + 1;
    this.#users = stream(seed, 'batchUsers');
    this.#items = stream(seed, 'batchItems');
  }

  next(): HostBatch {
    if (this.#taken === this.stepsPerEpoch) this.#taken = 0;
    const users = drawDistinct(this.#able, this.#batchSize, this.#users);
    const places = users.map((user) => {
      const first = at(this.#trained.pointers, user);
      return first + this.#items.integer(at(this.#trained.pointers, user + 1) - first);
    });
    this.#taken += 1;
    return {
      count: users.length,
      pairs: places.map((place) => at(this.#pairAt, place)),
      users,
      positives: places.map((place) => at(this.#trained.indices, place)),
      negatives: this.#negatives.draw(users, users.length),
    };
  }

  state(): SamplerState {
    return {
      shuffleAtEpochStart: [],
      negatives: this.#negatives.state(),
      taken: this.#taken,
      others: { batchUsers: this.#users.state(), batchItems: this.#items.state() },
    };
  }

  restore({ negatives, taken, others }: SamplerState): void {
    this.#negatives.restore(negatives);
    this.#taken = taken;
    const { batchUsers, batchItems } = others;
    if (!batchUsers || !batchItems) throw new Error('A sampler of users is restored from its own state.');
    this.#users = restoreStream(batchUsers);
    this.#items = restoreStream(batchItems);
  }
}

/** `count` of the values, uniform; without repetition where there are enough. */
export function drawDistinct(values: Int32Array, count: number, random: Random): Int32Array {
  const size = values.length;
  if (size < count) return Int32Array.from({ length: count }, () => at(values, random.integer(size)));
  // Fisher–Yates of as many places as are asked for; what was moved is remembered.
  const moved = new Map<number, number>();
  return Int32Array.from({ length: count }, (_, place) => {
    const other = place + random.integer(size - place);
    const chosen = moved.get(other) ?? other;
    moved.set(other, moved.get(place) ?? place);
    return at(values, chosen);
  });
}
