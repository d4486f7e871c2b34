import * as tf from '@tensorflow/tfjs-core';
import { testHost } from '#test-host';
import { describe, expect, it } from 'vitest';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { TrainingEvent } from '../../src/domain/protocol';
import type { RunDocument } from '../../src/domain/run';
import type { Database } from '../../src/storage/database';
import { readWeights } from '../../src/storage/weights';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { BACKENDS, openTestDevice } from '../helpers/device';
import { smallStudy, withoutClock } from '../helpers/dataset';

async function available(backend: (typeof BACKENDS)[number]): Promise<boolean> {
  const device = await openTestDevice(backend);
  device?.close();
  return device !== null;
}

interface Watched {
  readonly run: RunDocument;
  readonly weights: Record<string, Float32Array> | null;
}

async function execute(
  stored: { database: Database; run: RunDocument },
  backend: (typeof BACKENDS)[number],
  onEvent: (event: TrainingEvent, control: RunControl) => void = () => undefined,
): Promise<Watched> {
  const control = new RunControl();
  const run = await executeRun(stored.run.id, {
    database: stored.database,
    deviceHost: await testHost(backend === 'webgpu'),
    control,
    emit: (event) => onEvent(event, control),
    traceSteps: 0,
  });
  expect(run.fault).toBeNull();
  return { run, weights: await readWeights(stored.database, stored.run.id) };
}

const MODELS: readonly (readonly [ModelId, Config])[] = [
  ['lightgcn', { epochs: 2 }],
  ['mgcn', { epochs: 1 }],
];
/** Small enough for a WebGPU adapter that runs on the processor. */
const SIZES = { users: 48, items: 40 };
const SMALL: Config = { embeddingSize: 8, batchSize: 128, neighbours: 5 };

const study = (model: ModelId, changes: Config, backend: (typeof BACKENDS)[number]) => {
  const { neighbours, ...common } = SMALL;
  return smallStudy(model, { ...common, ...(model === 'mgcn' && neighbours !== undefined ? { neighbours } : {}), ...changes }, backend, SIZES);
};

for (const backend of BACKENDS) {
  describe(`a run on ${backend}`, () => {
    for (const [model, changes] of MODELS) {
      it(`of ${model} repeats bit for bit`, async (context) => {
        if (!(await available(backend))) return context.skip();
        const a = await execute(await study(model, changes, backend), backend);
        const b = await execute(await study(model, changes, backend), backend);
        expect(a.run.status).toBe('finished');
        expect(withoutClock(a.run)).toEqual(withoutClock(b.run));
        expect(Object.keys(a.weights ?? {}).length).toBeGreaterThan(3);
        expect(a.weights).toEqual(b.weights);
      });
    }

    it('that pauses goes on as if it had not', async (context) => {
      if (!(await available(backend))) return context.skip();
      const plain = await execute(await study('lightgcn', { epochs: 2 }, backend), backend);
      let pauses = 0;
      const paused = await execute(await study('lightgcn', { epochs: 2 }, backend), backend, (event, control) => {
        if (event.type === 'intervals' && pauses === 0) {
          control.pause();
          pauses += 1;
        }
        if (event.type === 'status' && event.status === 'paused') setTimeout(() => control.resume(), 20);
      });
      expect(pauses).toBe(1);
      expect(withoutClock(paused.run)).toEqual(withoutClock(plain.run));
      expect(paused.weights).toEqual(plain.weights);
    });
  });
}

describe('after a run', () => {
  it('no tensor is left', async () => {
    const before = tf.engine().state.numTensors;
    await execute(await study('mgcn', { epochs: 1 }, 'cpu'), 'cpu');
    expect(tf.engine().state.numTensors).toBe(before);
  });
});
