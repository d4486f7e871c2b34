import { describe, expect, it } from 'vitest';
import { calibrationOf, listStatistics } from '../../src/domain/beyondAccuracy';
import { listSimilarity } from '../../workers/analysis/beyondAccuracy';
import { unitRows } from '../../workers/engine/nearest';
import { heldRows } from '../../workers/engine/rowSource';
import golden from '../fixtures/beyond.json';

const lists = {
  users: Int32Array.from({ length: golden.users }, (_, user) => user),
  // A longer stored list than is asked about, with places that are empty.
  topItems: Int32Array.from(golden.lists.flatMap((row, user) => [...row, user % 2 ? -1 : row[0]!])),
  width: golden.width + 1,
};

describe('lists besides being right, against NumPy', () => {
  it('coverage, popularity, Gini, entropy, tail and novelty', () => {
    const found = listStatistics(lists, golden.width, Int32Array.from(golden.popularity), golden.users);
    for (const [key, value] of Object.entries(found))
      expect(value, key).toBeCloseTo(golden[key as keyof typeof found], 10);
  });

  it('similarity within a list', async () => {
    const features = heldRows(Float32Array.from(golden.features), golden.popularity.length, golden.columns);
    expect(await listSimilarity(lists, golden.width, unitRows(features))).toBeCloseTo(golden.similarity, 6);
  });

  it('calibration by category', () => {
    const found = calibrationOf(
      lists,
      golden.width,
      Int32Array.from(golden.categories),
      golden.categoryCount,
      (user) => golden.histories[user]!,
    );
    expect(found).toBeCloseTo(golden.calibration, 10);
    expect(
      calibrationOf(lists, golden.width, new Int32Array(golden.popularity.length).fill(-1), 1, () => []),
    ).toBeNull();
  });
});
