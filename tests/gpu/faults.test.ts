import * as tf from '@tensorflow/tfjs-core';
import { testHost } from '#test-host';
import { describe, expect, it } from 'vitest';
import type { ModelId } from '../../src/domain/models/table';
import type { TrainingEvent } from '../../src/domain/protocol';
import { isWebGPU } from '../../workers/engine/backends';
import { readCheckpoint } from '../../workers/training/checkpoint';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { openTestDevice } from '../helpers/device';
import { withoutClock } from '../helpers/clock';
import { smallStudy } from '../helpers/dataset';

const SIZES = { users: 48, items: 40 };
/** Some ten steps an epoch. */
const CHANGES = { epochs: 3, embeddingSize: 8, batchSize: 32 };

function graphicsDevice(): GPUDevice {
  const backend: unknown = tf.backend();
  if (!isWebGPU(backend)) throw new Error('This test is for WebGPU.');
  return backend.device;
}

/** Runs a model with a checkpoint at every interval, and does `harm` once in the middle of the second epoch. */
async function harmed(harm: () => void, model: ModelId = 'lightgcn') {
  const study = await smallStudy(model, CHANGES, 'webgpu', SIZES);
  let done = false;
  let seen = 0;
  const emit = (event: TrainingEvent): void => {
    if (event.type !== 'intervals' || done) return;
    seen += event.points.filter(({ epoch }) => epoch === 1).length;
    if (seen < 4) return;
    done = true;
    harm();
  };
  const run = await executeRun('run', {
    database: study.database,
    deviceHost: await testHost(true),
    control: new RunControl(),
    emit,
    traceSteps: 0,
    checkpointIntervalMs: 0,
  });
  expect(done).toBe(true);
  return { database: study.database, run };
}

describe('a WebGPU device that fails during a run', () => {
  for (const model of ['lightgcn', 'magnet'] as const)
    it(`that is lost in mid-epoch ends a run of ${model} with its checkpoint kept, and resumed it ends as an undisturbed one`, async (context) => {
      const device = await openTestDevice('webgpu');
      if (!device) return context.skip();
      device.close();
      const { database, run } = await harmed(() => graphicsDevice().destroy(), model);
      expect(run.status).toBe('failed');
      expect(run.fault?.code).toBe('GPU_LOST');
      const perEpoch = run.stepsPerEpoch ?? 0;
      const kept = (await readCheckpoint(database, 'run'))?.step ?? 0;
      expect(kept).toBeGreaterThan(perEpoch);
      expect(kept).toBeLessThan(2 * perEpoch);

      const host = {
        database,
        deviceHost: await testHost(true),
        control: new RunControl(),
        emit: () => undefined,
        traceSteps: 0,
      };
      const resumed = await executeRun('run', host);
      expect(resumed.fault).toBeNull();
      const plain = await smallStudy(model, CHANGES, 'webgpu', SIZES);
      expect(withoutClock(resumed)).toEqual(
        withoutClock(await executeRun('run', { ...host, database: plain.database })),
      );
    });

  it('that refuses a command ends the run: its numbers are not trusted any more', async (context) => {
    const device = await openTestDevice('webgpu');
    if (!device) return context.skip();
    device.close();
    const { run } = await harmed(() => void graphicsDevice().createShaderModule({ code: 'this is no shader' }));
    expect(run.status).toBe('failed');
    expect(run.fault?.code).toBe('GPU_VALIDATION');
    expect(run.result).toBeNull();
  });

  it('that runs out of memory ends the run, and says what to lower', async (context) => {
    const device = await openTestDevice('webgpu');
    if (!device) return context.skip();
    device.close();
    /** As the browser names what it sends. */
    class GPUOutOfMemoryError {
      readonly message = 'no memory left';
    }
    const event = Object.assign(new Event('uncapturederror'), { error: new GPUOutOfMemoryError() });
    const { run } = await harmed(() => void graphicsDevice().dispatchEvent(event));
    expect(run.status).toBe('failed');
    expect(run.fault?.code).toBe('GPU_OUT_OF_MEMORY');
    expect(run.fault?.hint).toContain('batch size');
  });
});
