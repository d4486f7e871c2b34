import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { stream } from '../../workers/numbers/rng';
import { interactionMatrix, type Pairs } from '../../workers/graphs/behaviour';
import type { HostBatch } from '../../workers/training/batch';
import type { NegativesConfig } from '../../src/domain/models/config';
import { PairRows } from '../../workers/training/pairRows';
import { Sampler, type BatchSource, type SamplerOptions } from '../../workers/training/sampler';
import { UserSampler } from '../../workers/training/userSampler';

const USERS = 12;
const ITEMS = 30;
/** No training interaction has one of these. */
const COLD = new Set([4, 29]);

function somePairs(): Pairs {
  const random = stream(1, 'pairs');
  const users: number[] = [];
  const items: number[] = [];
  for (let user = 0; user < USERS; user++) {
    for (let item = 0; item < ITEMS; item++) {
      if (COLD.has(item) || (item !== user && random.uniform() > 0.3)) continue;
      users.push(user);
      items.push(item);
    }
  }
  // Every item that is not cold is trained on by somebody, whatever was drawn.
  for (let item = 0; item < ITEMS; item++) {
    if (COLD.has(item) || items.includes(item)) continue;
    users.push(item % USERS);
    items.push(item);
  }
  return { users: Int32Array.from(users), items: Int32Array.from(items) };
}

const pairs = somePairs();
const trained = interactionMatrix(pairs, USERS, ITEMS);
const count = pairs.users.length;
const key = (user: number, item: number): number => user * ITEMS + item;
const known = new Set(Array.from(pairs.users, (user, row) => key(user, pairs.items[row]!)));

const drawn: NegativesConfig = { negativesPerPositive: 1, negativesFrom: 'trainItems' };
const defaults: SamplerOptions = { batchSize: 16, negatives: drawn };
const newSampler = (changes: Partial<SamplerOptions> = {}, seed = 5): Sampler =>
  new Sampler(pairs, trained, { ...defaults, ...changes }, seed);
const take = (sampler: BatchSource, batches: number): HostBatch[] =>
  Array.from({ length: batches }, () => sampler.next());
const pairsOf = (batches: readonly HostBatch[]): number[] =>
  batches.flatMap(({ count: real, users, positives }) =>
    Array.from({ length: real }, (_, row) => key(users[row]!, positives[row]!)),
  );

describe('an epoch', () => {
  it('has every training pair exactly once, in another order each time', () => {
    const sampler = newSampler();
    const epochs = [0, 1, 2].map(() => pairsOf(take(sampler, sampler.stepsPerEpoch)));
    for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual([...known].sort((a, b) => a - b));
    expect(epochs[1]).not.toEqual(epochs[0]);
    expect(epochs[2]).not.toEqual(epochs[1]);
    expect(epochs[0]).not.toEqual([...epochs[0]!].sort((a, b) => a - b));
  });

  it('fills its last batch with padding', () => {
    expect(count % defaults.batchSize).not.toBe(0);
    const sampler = newSampler({ negatives: { ...drawn, negativesPerPositive: 2 } });
    expect(sampler.stepsPerEpoch).toBe(Math.ceil(count / defaults.batchSize));
    const batches = take(sampler, sampler.stepsPerEpoch);
    batches.forEach((batch, step) => {
      expect(batch.count).toBe(step + 1 < sampler.stepsPerEpoch ? defaults.batchSize : count % defaults.batchSize);
      expect([batch.users.length, batch.positives.length, batch.negatives.length]).toEqual([16, 16, 32]);
      expect(
        [...batch.users.subarray(batch.count), ...batch.positives.subarray(batch.count)].every((value) => value === 0),
      ).toBe(true);
      expect(batch.negatives.subarray(2 * batch.count).every((value) => value === 0)).toBe(true);
    });
  });

  it('of a size that divides the pairs has no short batch; of a larger size it is one batch', () => {
    expect(newSampler({ batchSize: count }).next().count).toBe(count);
    expect(newSampler({ batchSize: 1 }).stepsPerEpoch).toBe(count);
    const one = newSampler({ batchSize: count + 1 });
    expect(one.stepsPerEpoch).toBe(1);
    expect(one.next().count).toBe(count);
  });

  it('repeats for one seed, and differs for another', () => {
    expect(take(newSampler(), 20)).toEqual(take(newSampler(), 20));
    expect(take(newSampler(), 20)).not.toEqual(take(newSampler({}, 6), 20));
  });

  it('has the same order of pairs however many negatives are drawn', () => {
    const one = newSampler();
    expect(pairsOf(take(newSampler({ negatives: { ...drawn, negativesPerPositive: 3 } }), 20))).toEqual(
      pairsOf(take(one, 20)),
    );
  });
});

describe('negatives', () => {
  function draws(from: NegativesConfig['negativesFrom'], epochs: number): { user: number; item: number }[] {
    const ratio = 3;
    const sampler = newSampler({ negatives: { negativesFrom: from, negativesPerPositive: ratio } });
    return take(sampler, epochs * sampler.stepsPerEpoch).flatMap(({ count: real, users, negatives }) =>
      Array.from({ length: real * ratio }, (_, place) => ({
        user: users[Math.floor(place / ratio)]!,
        item: negatives[place]!,
      })),
    );
  }

  const degree = (item: number): number => pairs.items.filter((other) => other === item).length;
  for (const from of ['trainItems', 'all', 'degree'] as const) {
    it(`from ${from} are never the user's training items, and ${from === 'degree' ? 'go by degree^¾' : 'uniform'} over the others`, () => {
      const all = draws(from, 300);
      expect(all.some(({ user, item }) => known.has(key(user, item)))).toBe(false);
      const seen = new Set(all.map(({ item }) => item));
      expect([...COLD].map((item) => seen.has(item))).toEqual(from === 'all' ? [true, true] : [false, false]);
      const counts = new Map<number, number>();
      for (const { user, item } of all) counts.set(key(user, item), (counts.get(key(user, item)) ?? 0) + 1);
      for (let user = 0; user < USERS; user++) {
        const candidates = Array.from({ length: ITEMS }, (_, item) => item).filter(
          (item) => !known.has(key(user, item)) && (from === 'all' || !COLD.has(item)),
        );
        const total = candidates.reduce((sum, item) => sum + (counts.get(key(user, item)) ?? 0), 0);
        const weights = candidates.map((item) => (from === 'degree' ? degree(item) ** 0.75 : 1));
        const mass = weights.reduce((sum, weight) => sum + weight, 0);
        const expected = weights.map((weight) => (total * weight) / mass);
        expect(Math.min(...expected)).toBeGreaterThan(20);
        const chi = candidates.reduce(
          (sum, item, place) => sum + ((counts.get(key(user, item)) ?? 0) - expected[place]!) ** 2 / expected[place]!,
          0,
        );
        // Mean n − 1 and variance 2(n − 1); four deviations over twelve users with a fixed seed.
        const freedom = candidates.length - 1;
        expect(Math.abs(chi - freedom)).toBeLessThanOrEqual(4 * Math.sqrt(2 * freedom));
      }
    });
  }

  it('are refused where a user has every candidate', () => {
    const full: Pairs = { users: Int32Array.of(0, 1, 1, 1), items: Int32Array.of(0, 0, 1, 2) };
    const make = (items: number, from: NegativesConfig['negativesFrom']): Sampler =>
      new Sampler(
        full,
        interactionMatrix(full, 2, items),
        { ...defaults, negatives: { ...drawn, negativesFrom: from } },
        1,
      );
    const refusal = (work: () => Sampler): AppError => {
      try {
        work();
      } catch (error) {
        if (error instanceof AppError) return error;
      }
      throw new Error('It was not refused.');
    };
    for (const error of [refusal(() => make(4, 'trainItems')), refusal(() => make(3, 'all'))]) {
      expect(error.code).toBe('SAMPLE_NO_NEGATIVE');
      expect(error.context).toEqual({ user: 1, candidates: 3 });
    }
    expect([
      ...new Set(
        take(make(4, 'all'), 5).flatMap(({ users, negatives }) =>
          [...users.keys()].filter((row) => users[row] === 1).map((row) => negatives[row]),
        ),
      ),
    ]).toEqual([3]);
  });
});

describe('a restored sampler', () => {
  it('goes on with the same batches ever after, wherever it was interrupted', () => {
    const perEpoch = newSampler().stepsPerEpoch;
    for (const taken of [0, 1, 3, perEpoch - 1, perEpoch, perEpoch + 2]) {
      const original = newSampler();
      take(original, taken);
      const state = JSON.parse(JSON.stringify(original.state())) as ReturnType<Sampler['state']>;
      // What the one that takes over has done before, and with which seed, must not matter.
      const restored = newSampler({}, 77);
      take(restored, 5);
      restored.restore(state);
      expect(restored.state()).toEqual(original.state());
      const expected = take(original, 3 * perEpoch);
      expect(take(restored, 3 * perEpoch)).toEqual(expected);
      expect(expected).not.toEqual(take(newSampler({}, 77), 3 * perEpoch));
    }
  });

  it('is not changed by what its source does later', () => {
    const original = newSampler();
    take(original, 2);
    const state = original.state();
    const copy = structuredClone(state);
    take(original, 50);
    expect(state).toEqual(copy);
  });
});

const USER_BATCH = 8;
const byUsers = (seed = 5, batchSize = USER_BATCH): UserSampler =>
  new UserSampler(pairs, trained, { batchSize, negatives: { ...drawn, negativesFrom: 'all' } }, seed);

describe('a sampler of users', () => {
  it('draws distinct users, one training item of each, and items that they have not', () => {
    const sampler = byUsers();
    expect(sampler.stepsPerEpoch).toBe(Math.floor(count / USER_BATCH) + 1);
    const counts = new Map<number, number>();
    for (const batch of take(sampler, 3000)) {
      expect(batch.count).toBe(USER_BATCH);
      expect(new Set(batch.users).size).toBe(USER_BATCH);
      batch.users.forEach((user, row) => {
        expect([pairs.users[batch.pairs[row]!], pairs.items[batch.pairs[row]!]]).toEqual([user, batch.positives[row]]);
        expect(known.has(key(user, batch.negatives[row]!))).toBe(false);
        counts.set(batch.pairs[row]!, (counts.get(batch.pairs[row]!) ?? 0) + 1);
      });
    }
    // Users are equally likely, and so are the items of each.
    pairs.users.forEach((user, pair) => {
      const expected = (3000 * USER_BATCH) / USERS / pairs.users.filter((other) => other === user).length;
      expect(Math.abs((counts.get(pair) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
    });
  });

  it('repeats users where there are too few', () => {
    const [batch] = take(byUsers(5, 40), 1);
    expect(batch?.count).toBe(40);
    expect(new Set(batch?.users).size).toBeLessThanOrEqual(USERS);
  });
});

describe('rows of pairs', () => {
  /** Every third user has none, and one names an item that there is not. */
  const preferred = Int32Array.from({ length: 2 * USERS }, (_, place) => {
    const user = Math.floor(place / 2);
    return user % 3 === 0 ? -1 : user === 4 && place % 2 === 1 ? ITEMS : (7 * place) % ITEMS;
  });
  const added = (inner: BatchSource, seed = 5): PairRows =>
    new PairRows(inner, { pairs: preferred, items: ITEMS, most: 3 }, seed);

  it('stand behind a batch’s own, of its users, each once', () => {
    const [plain, more] = [byUsers(), added(byUsers())];
    expect(more.stepsPerEpoch).toBe(plain.stepsPerEpoch);
    let seen = 0;
    for (let step = 0; step < 200; step++) {
      const [own, batch] = [plain.next(), more.next()];
      expect([batch.users.length, batch.negatives.length]).toEqual([USER_BATCH + 3, USER_BATCH + 3]);
      for (const part of ['users', 'positives', 'negatives', 'pairs'] as const)
        expect([...batch[part].subarray(0, USER_BATCH)]).toEqual([...own[part]]);
      const rows = [...batch.users.subarray(USER_BATCH, batch.count)];
      expect(new Set(rows).size).toBe(rows.length);
      rows.forEach((user, row) => {
        expect(own.users.includes(user) && user % 3 !== 0 && user !== 4).toBe(true);
        const place = USER_BATCH + row;
        expect([batch.positives[place], batch.negatives[place]]).toEqual([...preferred.slice(2 * user, 2 * user + 2)]);
        expect(batch.pairs[place]).toBe(-1);
      });
      seen += rows.length;
    }
    expect(seen).toBeGreaterThan(200);
    expect(seen).toBeLessThan(600);
  });

  it('follow the real rows of a short batch, before its padding', () => {
    const more = added(newSampler());
    const last = take(more, more.stepsPerEpoch).at(-1)!;
    const real = count % defaults.batchSize;
    expect(last.count).toBeGreaterThanOrEqual(real);
    expect([...last.users.subarray(last.count)].every((user) => user === 0)).toBe(true);
  });

  it('have the refused item as often as other rows have negatives', () => {
    const more = added(newSampler({ negatives: { ...drawn, negativesPerPositive: 2 } }));
    const { count: real, users, negatives } = more.next();
    expect(negatives).toHaveLength(2 * users.length);
    expect(real).toBeGreaterThan(defaults.batchSize);
    for (let row = defaults.batchSize; row < real; row++)
      for (const place of [2 * row, 2 * row + 1]) expect(negatives[place]).toBe(preferred[2 * users[row]! + 1]);
  });

  it('go on as they were after a restart', () => {
    const original = added(byUsers());
    take(original, 7);
    const state = JSON.parse(JSON.stringify(original.state())) as ReturnType<PairRows['state']>;
    const restored = added(byUsers(77), 78);
    take(restored, 3);
    restored.restore(state);
    expect(take(restored, 40)).toEqual(take(original, 40));
  });
});
