import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import type { ModelId } from '../../src/domain/models/table';
import { nodeHost } from '../../cli/nodeHost';
import { measure, onItsOwn } from '../bench/measure';
import { hasPeer } from '../bench/peer';
import { openSet } from '../bench/sets';
import { casesOf } from '../helpers/cases';

const script = fileURLToPath(new URL('../bench/peer.py', import.meta.url));
const available = await hasPeer();

/** Where the two draw noise or dropout for themselves, those parts of the loss agree only in size. */
const closeness = (model: ModelId): number => (casesOf(model).trace?.draws ? 0.02 : 1e-5);

describe('the PyTorch peer', () => {
  it.skipIf(!available).each(MODEL_IDS)('computes the loss of %s, and can be timed', async (model) => {
    const set = await openSet('tiny', null, null, 5);
    const { figures } = await measure({
      model,
      backend: 'wasm',
      host: await nodeHost(false, true),
      set,
      peer: script,
      changes: { ...onItsOwn(model), batchSize: 64, ...casesOf(model).peer },
      options: { steps: 2, warmUp: 1, epoch: false, ranking: true, stock: false, seed: 5 },
    });
    expect(figures.peer?.lossDifference).toBeLessThan(closeness(model));
    expect(figures.peer?.step.count).toBe(2);
    expect(figures.peer?.cpuMs).toBeGreaterThan(0);
    expect(figures.peer?.evaluateSeconds).toBeGreaterThan(0);
  });
});
