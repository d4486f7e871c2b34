import { describe, expect, it } from 'vitest';
import { readFeatures, readInteractions } from '../../src/storage/datasets';
import { hasRealData, mustImport, realFile } from '../helpers/dataRoom';

describe('real data', () => {
  it.skipIf(!hasRealData)('TikTok: counts as documented, no error, features value for value', async () => {
    const files = ['tiktok/README.md', 'tiktok/tiktok.inter', 'tiktok/image_feat.npy', 'tiktok/audio_feat.npy'].map(
      realFile,
    );
    const { document, problems, database } = await mustImport(files);
    expect(document.statistics).toMatchObject({
      users: 9308,
      items: 6710,
      interactions: 68722,
      coldUsers: 10,
      coldItems: 465,
      ratings: null,
      splits: {
        train: { interactions: 59541, users: 9298, items: 6245 },
        valid: { interactions: 3051 },
        test: { interactions: 6130 },
      },
    });
    expect(document.split).toEqual({ rule: 'provided', seed: null });
    expect(document).toMatchObject({ name: 'tiktok', hasRatings: false, hasTimestamps: false });
    expect(document.features.map(({ key, rows, columns, sourceType }) => [key, rows, columns, sourceType])).toEqual([
      ['audio', 6710, 128, 'float16'],
      ['image', 6710, 128, 'float16'],
    ]);
    expect(problems.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([
      'warning cold-users',
      'warning cold-items',
      'note unrecognised',
      'note constant-ratings',
      'note constant-timestamps',
      'note duplicate-rows',
      'note duplicate-rows',
    ]);
    for (const feature of document.features) {
      expect(feature.statistics.nearestNeighbour).not.toBeNull();
      expect(feature.statistics).toMatchObject({ nonFinite: 0, zeroRows: 0 });
    }
    const [audio, image] = document.features;
    const minmax = (values: Float32Array) => [
      values.reduce((a, b) => Math.min(a, b)),
      values.reduce((a, b) => Math.max(a, b)),
    ];
    expect(minmax(await readFeatures(database, 'd', image!))).toEqual([0, expect.closeTo(13.11, 2)]);
    expect(minmax(await readFeatures(database, 'd', audio!))).toEqual([-3.875, expect.closeTo(5.07, 2)]);
    const interactions = await readInteractions(database, 'd');
    expect([interactions.users[0], interactions.items[0], interactions.items[1]]).toEqual([0, 885, 1387]);
    expect(interactions.ratings).toBeNull();
  });

  it.skipIf(!hasRealData)('Baby: 160,792 interactions without features', async () => {
    const { document } = await mustImport([realFile('baby-interactions/baby.inter')]);
    expect(document.statistics).toMatchObject({
      users: 19445,
      items: 7050,
      interactions: 160792,
      coldItems: 2,
      splits: { train: { interactions: 118551 }, valid: { interactions: 21682 }, test: { interactions: 20559 } },
    });
  });
});
