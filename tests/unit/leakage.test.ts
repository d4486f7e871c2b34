import { describe, expect, it } from 'vitest';
import type { Interactions } from '../../src/domain/interactions';
import { leakageVerdict } from '../../src/domain/leakage';
import { memoryDatabase } from '../../src/storage/database';
import { readFeatures, readInteractions } from '../../src/storage/datasets';
import { generateDemo } from '../../workers/dataset/demo';
import { probeLeakage } from '../../workers/analysis/leakage';
import { stream } from '../../workers/numbers/rng';
import { soak } from '../helpers/soak';

/**
 * Profiles as they could have been made: the mean of the text vectors of a user's training items, or of all of them, with noise as large as
 * half of the mean's size. They stand in for a language model's profiles and are not such.
 */
function profiles(
  { users, items, split }: Interactions,
  vectors: Float32Array,
  columns: number,
  count: number,
  all: boolean,
  seed: number,
): Float32Array {
  const random = stream(seed, 'profiles');
  const values = new Float32Array(count * columns);
  users.forEach((user, row) => {
    if (!all && split[row] !== 0) return;
    for (let c = 0; c < columns; c++) values[user * columns + c]! += vectors[items[row]! * columns + c]!;
  });
  for (let user = 0; user < count; user++) {
    const own = values.subarray(user * columns, (user + 1) * columns);
    const size = Math.hypot(...own) / Math.sqrt(columns);
    own.forEach((value, c) => (own[c] = value + 0.5 * size * random.normal()));
  }
  return values;
}

describe('the probe on the demo', () => {
  it.each(Array.from({ length: soak ? 10 : 3 }, (_, i) => i + 1))(
    'flags profiles of all interactions and clears those of training ones, seed %i',
    async (seed) => {
      const database = memoryDatabase();
      const { features } = await generateDemo(database, 'd', { seed, users: 1000, items: 600, variant: 'plain' });
      const text = features.find(({ key }) => key === 'text')!;
      const interactions = await readInteractions(database, 'd');
      const items = { values: await readFeatures(database, 'd', text), rows: 600, columns: text.columns };
      const probe = (all: boolean) =>
        probeLeakage(
          interactions,
          items,
          {
            values: profiles(interactions, items.values, text.columns, 1000, all, seed),
            rows: 1000,
            columns: text.columns,
          },
          stream(1, 'leakage'),
        );
      const [leaked, clean] = [await probe(true), await probe(false)];
      expect(leakageVerdict(leaked)).toBe('flagged');
      expect(leakageVerdict(clean)).toBe('clear');
    },
  );
});
