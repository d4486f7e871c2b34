import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import type { ModelId } from '../../src/domain/models/table';
import { nodeHost } from '../../cli/nodeHost';
import { measure, onItsOwn } from '../bench/measure';
import { peerWork } from '../bench/peerWork';
import { hasPeer } from '../bench/peer';
import { openSet } from '../bench/sets';
import { casesOf } from '../helpers/cases';
import { soak } from '../helpers/soak';

const script = fileURLToPath(new URL('../bench/peer.py', import.meta.url));
const available = await hasPeer();

/** Where the two draw noise or dropout for themselves, those parts of the loss agree only in size. */
const closeness = (model: ModelId): number => (casesOf(model).trace?.draws ? 0.02 : 1e-5);

/** Without draws, with them, and with a pass of its own; the soak times every model’s. */
const FEW: readonly ModelId[] = ['lightgcn', 'magnet', 'diffmm'];

describe('the PyTorch peer', () => {
  it.skipIf(!available).each(soak ? MODEL_IDS : FEW)('computes the loss of %s, and can be timed', async (model) => {
    const set = await openSet('tiny', null, null, 5);
    const { figures } = await measure({
      model,
      backend: 'wasm',
      host: await nodeHost(false, true),
      set,
      peer: script,
      changes: { ...onItsOwn(model), batchSize: 64, ...casesOf(model).peer },
      options: { steps: 2, warmUp: 1, epoch: false, ranking: true, stock: false, capture: true, seed: 5 },
    });
    expect(figures.peer?.lossDifference).toBeLessThan(closeness(model));
    expect(figures.peer?.step.count).toBe(2);
    expect(figures.peer?.cpuMs).toBeGreaterThan(0);
    expect(figures.peer?.evaluateSeconds).toBeGreaterThan(0);
  });

  it.skipIf(!available)('lists what a step moves and computes', async () => {
    const set = await openSet('tiny', null, null, 5);
    const [layers, embeddingSize, batchSize] = [2, 16, 64];
    const host = await nodeHost(false, true);
    const work = await peerWork(host, 'lightgcn', set, { layers, embeddingSize, batchSize }, 5, script);
    const { input } = await set.read('lightgcn', { layers, embeddingSize, batchSize });
    // A product for each layer, and one for its gradient, over both halves of the graph.
    const entries =
      2 * new Set(input.train.users.map((user, row) => user * input.items + input.train.items[row]!)).size;
    const flops = 2 * entries * embeddingSize;
    expect(work.filter((kernel) => kernel.flops === flops)).toHaveLength(2 * layers);
    expect(work.some(({ name }) => name.startsWith('view'))).toBe(false);
  });
});
