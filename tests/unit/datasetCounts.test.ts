import { describe, expect, it } from 'vitest';
import { FeatureObserver } from '../../workers/dataset/featureStatistics';
import { chunkRowsFor, digest, fingerprint } from '../../workers/dataset/fingerprint';
import { columnRole } from '../../workers/dataset/columnNames';
import { bareName, featureName, featureScope, idListScope } from '../../workers/dataset/names';
import { nearestNeighbours } from '../../workers/dataset/nearest';
import { filterRows, type Rows } from '../../workers/dataset/reduce';
import { datasetStatistics } from '../../workers/dataset/statistics';

const rowsOf = (pairs: readonly (readonly [number, number])[]): Rows => ({
  users: Int32Array.from(pairs, ([user]) => user),
  items: Int32Array.from(pairs, ([, item]) => item),
  ratings: null,
  timestamps: null,
  labels: null,
  lines: Int32Array.from(pairs, (_, i) => i + 2),
});

describe('names', () => {
  it('of columns', () => {
    expect(
      [
        'userID',
        'user_id:token',
        'User Id',
        'itemID',
        'item_id:token',
        'rating:float',
        'timestamp',
        'x_label',
        'title',
      ].map(columnRole),
    ).toEqual(['user', 'user', 'user', 'item', 'item', 'rating', 'timestamp', 'split', null]);
  });

  it('of features and mappings', () => {
    const keys = [
      'd/image_feat.npy',
      'text_feat.npy',
      'image_text_feat.npy',
      'user_preferences_feat.npy',
      'CLIP_feat.npy',
      'FeatureVideo_normal.npy',
      'visual_embeddings',
      'user_graph_dict.npy',
      'image_adj_10_True.pt',
      'b.npy',
    ];
    expect(keys.map((path) => featureName(bareName(path))?.key ?? null)).toEqual([
      'image',
      'text',
      'image_text',
      'user_preferences',
      'clip',
      'video',
      'visual',
      null,
      null,
      null,
    ]);
    expect(['user_preferences', 'image'].map(featureScope)).toEqual(['user', 'item']);
    expect(
      [
        'i_id_mapping.csv',
        'd/u_id_mapping.csv',
        'item_list.txt',
        'user2id.json',
        'item_ids.txt',
        'baby.inter',
        'item_meta.csv',
      ].map(idListScope),
    ).toEqual(['item', 'user', 'item', 'user', 'item', null, null]);
  });
});

describe('k-core', () => {
  it('repeats until every user and item left has k interactions', () => {
    // A full 3 × 3 block, and a chain that falls apart from its end.
    const pairs: [number, number][] = [0, 1, 2].flatMap((u) => [0, 1, 2].map((i): [number, number] => [u, i]));
    pairs.push([2, 3], [3, 3], [3, 4], [4, 4]);
    const { rows, keptUsers, keptItems } = filterRows(rowsOf(pairs), 5, 5, 2, 0);
    expect(rows.users.length).toBe(9);
    expect([[...keptUsers!], [...keptItems!]]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(filterRows(rowsOf(pairs), 5, 5, 0, 0).keptUsers).toBeNull();
  });
});

describe('statistics', () => {
  it('of a small dataset, counted by hand', () => {
    const statistics = datasetStatistics(
      {
        users: Int32Array.from([0, 0, 0, 1, 1, 2]),
        items: Int32Array.from([0, 1, 2, 0, 1, 0]),
        ratings: Float32Array.from([5, 4, 5, 1, 5, 4]),
        timestamps: null,
        split: Uint8Array.from([0, 1, 2, 0, 2, 1]),
      },
      4,
      5,
    );
    expect(statistics).toEqual({
      users: 4,
      items: 5,
      interactions: 6,
      density: 0.3,
      meanActionsPerUser: 1.5,
      meanActionsPerItem: 1.2,
      splits: {
        train: { interactions: 2, users: 2, items: 1 },
        valid: { interactions: 2, users: 2, items: 2 },
        test: { interactions: 2, users: 2, items: 2 },
      },
      coldUsers: 2,
      coldItems: 4,
      userDegrees: [
        [0, 1],
        [1, 1],
        [2, 1],
        [3, 1],
      ],
      itemDegrees: [
        [0, 2],
        [1, 1],
        [2, 1],
        [3, 1],
      ],
      headShare: 0.5,
      ratings: [
        [1, 1],
        [4, 2],
        [5, 3],
      ],
    });
  });

  it('of features: norms, zero, equal and not finite rows', () => {
    const observer = new FeatureObserver();
    const rows = [
      [3, 4],
      [0, 0],
      [3, 4],
      [-0, 0],
      [NaN, Infinity],
      [6, 8],
    ];
    rows.forEach((row, i) => {
      const values = Float32Array.from(row);
      observer.row(i, values, new Int32Array(values.buffer));
    });
    const statistics = observer.statistics(null);
    expect(statistics).toMatchObject({
      normMin: 0,
      normMean: 4,
      normMax: 10,
      zeroRows: 2,
      duplicateRows: 2,
      nonFinite: 2,
    });
    expect([observer.firstZero, observer.firstDuplicate, observer.firstNotFinite]).toEqual([1, 2, 4]);
    expect(statistics.norms.edges).toHaveLength(statistics.norms.counts.length + 1);
    expect(statistics.norms.counts.reduce((a, b) => a + b)).toBe(5);
  });

  it('of nearest neighbours: another row, not the row itself', async () => {
    const values = Float32Array.from([1, 0, 0, 1, 2, 0, 0, -3]);
    const chunks = async function* () {
      yield { firstRow: 0, values: values.subarray(0, 4) };
      yield { firstRow: 2, values: values.subarray(4) };
    };
    const found = await nearestNeighbours(4, 2, chunks, {});
    // Rows 0 and 2 are parallel (cosine 1); the nearest of (0, 1) and (0, −1) is orthogonal.
    expect(found!.counts.at(-1)).toBe(2);
    expect(found!.counts[20]).toBe(2);
    expect(found!.counts.reduce((a, b) => a + b)).toBe(4);
    expect(await nearestNeighbours(1, 2, chunks, {})).toBeNull();
  });
});

describe('fingerprint', () => {
  const interactions = {
    users: Int32Array.from([0, 1]),
    items: Int32Array.from([0, 1]),
    ratings: null,
    timestamps: null,
    split: Uint8Array.from([0, 1]),
  };
  const feature = (key: string) => ({ info: { key, scope: 'item' as const, rows: 2, columns: 3 }, digests: [key] });

  it('is this one: links and runs name it', async () => {
    expect(await digest(new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(await fingerprint({ users: 2, items: 2, interactions, features: [feature('image')] })).toMatchInlineSnapshot(
      `"a9b22cda7a74a32d3b616caff5bd4315cb38ef46e836992d08aec1cf18b78aa9"`,
    );
  });

  it('does not know the order of features, and knows names, shapes and sizes', async () => {
    const of = (content: object) =>
      fingerprint({ users: 2, items: 2, interactions, features: [feature('a'), feature('b')], ...content });
    const first = await of({});
    expect(await of({ features: [feature('b'), feature('a')] })).toBe(first);
    for (const change of [
      { users: 3 },
      { items: 3 },
      { features: [feature('a')] },
      { interactions: { ...interactions, split: Uint8Array.from([0, 2]) } },
    ]) {
      expect(await of(change)).not.toBe(first);
    }
  });

  it('takes blocks of four mebibytes that follow from the width', () => {
    expect([1, 64, 4096, 2 ** 21].map(chunkRowsFor)).toEqual([2 ** 20, 16384, 256, 1]);
  });
});
