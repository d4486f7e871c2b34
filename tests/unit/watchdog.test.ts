import { describe, expect, it } from 'vitest';
import type { DatasetDocument } from '../../src/domain/dataset';
import { completeConfig, MODEL_IDS } from '../../src/domain/models/catalogue';
import { dispatchesOf, type Dispatch } from '../helpers/dispatches';

/** An old integrated chip. */
const DEVICE = { flops: 300e9, bandwidth: 30e9 };
/** Half of what Windows waits before it takes the display's device away. */
const MOST_SECONDS = 1;

const seconds = ({ bytes, flops }: Dispatch): number => Math.max(flops / DEVICE.flops, bytes / DEVICE.bandwidth);

/** The counts of the papers' datasets, with features as wide as theirs. */
const SETS = {
  Baby: { users: 19_445, items: 7050, train: 118_551 },
  Electronics: { users: 192_403, items: 63_001, train: 1_254_441 },
};

function datasetOf({ users, items, train }: (typeof SETS)['Baby']): DatasetDocument {
  const feature = (key: string, scope: 'item' | 'user', columns: number) => ({ key, scope, rows: items, columns });
  return {
    statistics: { users, items, ratings: { scale: [1, 5] }, splits: { train: { interactions: train } } },
    features: [
      feature('image', 'item', 4096),
      feature('text', 'item', 384),
      feature('image_text', 'item', 1024),
      feature('profiles', 'user', 1024),
    ],
  } as unknown as DatasetDocument;
}

describe('no dispatch takes longer than a display’s watchdog allows', () => {
  for (const [name, counts] of Object.entries(SETS))
    for (const model of MODEL_IDS)
      it(`${model} at ${name}’s size`, async () => {
        const { dispatches, untold } = await dispatchesOf(datasetOf(counts), model, completeConfig(model, {}));
        expect(untold).toEqual([]);
        const longest = dispatches.reduce((most, one) => (seconds(one) > seconds(most) ? one : most));
        expect(longest.flops).toBeGreaterThan(0);
        expect(seconds(longest), `${longest.name} [${longest.shape.join(', ')}]`).toBeLessThan(MOST_SECONDS);
      });
});
