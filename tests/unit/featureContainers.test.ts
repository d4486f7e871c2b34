import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFeatures } from '../../src/storage/datasets';
import { mustImport, named } from '../helpers/dataRoom';
import { opened } from './cases/drop';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const file = (name: string, fixture: string) => named(name, new Uint8Array(readFileSync(join(FIXTURES, fixture))));

/** Twelve users with the items B0–B4, the users' ids as names. */
const pairs = Array.from({ length: 60 }, (_, k) => `u${k % 12},B${(k + Math.floor(k / 12)) % 5}`);
const table = named('shop.csv', ['user_id,item_id', ...pairs].join('\n'));

describe('features in containers go to the items of their ids', () => {
  for (const [name, fixture, width] of [
    ['image_feat.parquet', 'study/study.parquet', 20],
    ['image_feat.pt', 'study/study.pt', 4],
    ['features.npz', 'study/study.npz', 4],
    ['features.h5', 'study/study.h5', 4],
  ] as const) {
    it(fixture, async () => {
      const stored = await opened([table, file(name, fixture)]);
      expect(stored.asked).toEqual([]);
      expect(stored.document.features.map(({ key, rows, columns }) => [key, rows, columns])).toEqual([
        ['image', 5, width],
      ]);
      expect(stored.features['image']).toEqual({ B0: 0, B1: 1, B2: 2, B3: 3, B4: 4 });
    });
  }

  it('study/items.parquet: two columns of vectors are two features, beside titles and categories', async () => {
    const stored = await opened([table, file('items.parquet', 'study/items.parquet')]);
    expect(stored.asked).toEqual([]);
    expect(stored.document.features.map(({ key, rows, columns }) => [key, rows, columns])).toEqual([
      ['image', 5, 20],
      ['text', 5, 18],
    ]);
    expect(stored.features['image']).toEqual({ B0: 0, B1: 1, B2: 2, B3: 3, B4: 4 });
    expect(stored.features['text']).toEqual({ B0: 100, B1: 101, B2: 102, B3: 103, B4: 104 });
  });

  for (const [fixture, keys] of [
    ['narrow.npy', ['image']],
    ['narrow_fortran.npy', ['image']],
    ['narrow.pt', ['image']],
    ['narrow_strided.pt', ['image']],
    ['narrow.safetensors', ['image']],
    ['narrow.h5', ['image', 'text']],
  ] as const) {
    it(`${fixture}: axes of length 1 are left out`, async () => {
      const indexed = named('shop.csv', ['user_id,item_id', ...pairs.map((pair) => pair.replace('B', ''))].join('\n'));
      const name = keys.length > 1 ? 'features.h5' : `image_feat.${fixture.split('.')[1] ?? ''}`;
      const { document, database } = await mustImport([indexed, file(name, `study/${fixture}`)]);
      expect(document.features.map(({ key, rows, columns }) => [key, rows, columns])).toEqual(
        keys.map((key) => [key, 5, 4]),
      );
      for (const key of keys) {
        const info = document.features.find((feature) => feature.key === key)!;
        expect(Array.from(await readFeatures(database, document.id, info))).toEqual(
          [4, 3, 2, 1, 0].flatMap((item) => [0, 1, 2, 3].map((j) => item + j / 8)),
        );
      }
    });
  }

  it('a matrix of interactions that scipy wrote is asked about and read', async () => {
    const stored = await opened([file('clicks.npz', 'formats/sparse_csr.npz')], undefined, {
      splitRule: 'globalRandom',
      // One of few under which users of all splits are in training.
      splitSeed: 2,
    });
    expect(stored.asked.join()).toMatch(/rows users/);
    const expected = JSON.parse(readFileSync(join(FIXTURES, 'formats/expected.json'), 'utf8')) as Record<
      string,
      { arrays: Record<string, { entries: [number, number, number][] }> }
    >;
    const { entries } = expected['sparse_csr.npz']!.arrays['']!;
    expect(stored.document.statistics.interactions).toBe(entries.length);
    expect(stored.ratings).toEqual(entries.map(([, , value]) => Math.fround(value)));
  });
});
