import { describe, expect, it } from 'vitest';
import { DEFAULT_DEMO, type DemoOptions } from '../../src/domain/dataset';
import { memoryDatabase } from '../../src/storage/database';
import { readFeatures, readInteractions, readLabels } from '../../src/storage/datasets';
import { generateDemo } from '../../workers/dataset/demo';

async function make(options: Partial<DemoOptions> = {}) {
  const database = memoryDatabase();
  const document = await generateDemo(database, 'demo', { ...DEFAULT_DEMO, ...options });
  return { database, document, interactions: await readInteractions(database, 'demo') };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('the demo dataset', () => {
  it('has the documented sizes', async () => {
    const { document } = await make();
    const { statistics } = document;
    expect(statistics).toMatchObject({ users: 1000, items: 600, coldUsers: 0 });
    expect(statistics.meanActionsPerUser).toBeGreaterThan(10);
    expect(statistics.meanActionsPerUser).toBeLessThan(14);
    expect(statistics.userDegrees[0]?.[0]).toBeGreaterThanOrEqual(5);
    expect(statistics.itemDegrees[0]?.[0]).toBeGreaterThanOrEqual(1);
    expect(statistics.ratings?.map(([rating]) => rating)).toEqual([1, 2, 3, 4, 5]);
    expect(document.features.map(({ key, columns, rows }) => [key, columns, rows])).toEqual([
      ['image', 64, 600],
      ['text', 32, 600],
    ]);
    const { train, valid, test } = statistics.splits;
    expect(train.interactions / statistics.interactions).toBeGreaterThan(0.75);
    expect(valid.users).toBe(1000);
    expect(test.users).toBe(1000);
  });

  it('follows from its seed alone', async () => {
    // Shared links name this fingerprint: a change of it is a change of the dataset for everybody.
    expect((await make()).document.fingerprint).toBe(
      'ff6b628d48823ed2b00e684940087f245e4efc5afe1a2e722a6240809b2061e6',
    );
    const small = { users: 60, items: 40 };
    const first = (await make(small)).document.fingerprint;
    expect((await make(small)).document.fingerprint).toBe(first);
    expect((await make({ ...small, seed: 1 })).document.fingerprint).not.toBe(first);
    expect((await make({ ...small, variant: 'looksAndSemantics' })).document.fingerprint).not.toBe(first);
  });

  it('has no repeated pair, times that increase within a user, and labels for all', async () => {
    const { database, interactions, document } = await make();
    const pairs = new Set(interactions.users.map((user, row) => user * 600 + (interactions.items[row] ?? 0)));
    expect(pairs.size).toBe(interactions.users.length);
    for (let row = 1; row < interactions.users.length; row++) {
      if (interactions.users[row] === interactions.users[row - 1]) {
        expect(interactions.timestamps![row]).toBeGreaterThan(interactions.timestamps![row - 1]!);
      }
    }
    const labels = await readLabels(database, 'demo');
    expect(labels?.items).toHaveLength(600);
    expect(labels?.users).toHaveLength(document.statistics.users);
    expect(labels?.itemCategories?.of).toHaveLength(600);
    expect(Math.max(...labels!.itemCategories!.of)).toBeLessThan(labels!.itemCategories!.names.length);
  });

  it('shows structure: what a vision-driven user met looks alike, what a text-driven one met means the same', async () => {
    const { database, document, interactions } = await make();
    const labels = (await readLabels(database, 'demo'))!;
    const alike: Record<string, Record<string, number[]>> = {};
    for (const feature of document.features) {
      const values = await readFeatures(database, 'demo', feature);
      const row = (item: number) => values.subarray(item * feature.columns, (item + 1) * feature.columns);
      const cosine = (a: Float32Array, b: Float32Array) => {
        let [ab, aa, bb] = [0, 0, 0];
        a.forEach((x, k) => ((ab += x * b[k]!), (aa += x * x), (bb += b[k]! ** 2)));
        return ab / Math.sqrt(aa * bb);
      };
      for (let at = 1; at < interactions.users.length; at++) {
        const user = interactions.users[at]!;
        if (user !== interactions.users[at - 1]) continue;
        const group = labels.users![user]!.split('-')[0]!;
        const similarity = cosine(row(interactions.items[at]!), row(interactions.items[at - 1]!));
        ((alike[group] ??= {})[feature.key] ??= []).push(similarity);
      }
    }
    expect(mean(alike['vision']!['image']!)).toBeGreaterThan(mean(alike['text']!['image']!) + 0.2);
    expect(mean(alike['text']!['text']!)).toBeGreaterThan(mean(alike['vision']!['text']!) + 0.2);
    expect(Math.abs(mean(alike['behaviour']!['image']!))).toBeLessThan(0.15);
  });

  it('has habits in its ratings, about 3.9 with a spread between users', async () => {
    const { interactions } = await make();
    const byUser = new Map<number, number[]>();
    interactions.users.forEach((user, row) =>
      byUser.set(user, [...(byUser.get(user) ?? []), interactions.ratings![row]!]),
    );
    const means = [...byUser.values()].map(mean);
    expect(mean(means)).toBeGreaterThan(3.5);
    expect(mean(means)).toBeLessThan(4.1);
    expect(Math.sqrt(mean(means.map((value) => (value - mean(means)) ** 2)))).toBeGreaterThan(0.4);
  });

  it('refuses sizes that cannot be made, leaving nothing', async () => {
    const database = memoryDatabase();
    await expect(generateDemo(database, 'x', { ...DEFAULT_DEMO, users: 2.5 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    expect(await database.features.keys()).toEqual([]);
  });
});
