import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { completeConfig, defaultConfig } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/table';
import { isWebGPU } from '../../workers/engine/backends';
import { stream } from '../../workers/engine/rng';
import { modelKind } from '../../workers/models/registry';
import { readTrainingData } from '../../workers/training/input';
import { Sampler } from '../../workers/training/sampler';
import { Trainer } from '../../workers/training/trainer';
import { BACKENDS, describeOn } from '../helpers/device';
import { smallStudy } from '../helpers/dataset';

const STEPS = 1000;
/** On the software adapter a step of a large model takes a quarter of a second: there LightGCN stands for all over the full length. */
const stepsOf = (backend: string, model: string): number => (backend === 'webgpu' && model !== 'lightgcn' ? 200 : STEPS);

for (const backend of BACKENDS) {
  describeOn(backend, 'memory over many steps', (test) => {
    for (const model of MODEL_IDS) {
      // MGCN takes a minute there on the plain CPU backend, and shows nothing that WASM does not.
      if (backend === 'cpu' && model === 'mgcn') continue;
      test(`of ${model} is flat`, async (device) => {
        const { database } = await smallStudy(model, {}, backend, { users: 40, items: 30 });
        const config = completeConfig(model, { embeddingSize: 4, batchSize: 48, ...('neighbours' in defaultConfig(model) ? { neighbours: 3 } : {}) });
        const data = await readTrainingData(database, 'small', true, async () => undefined);
        const built = await modelKind(model).build({ input: data.input, config, random: (name) => stream(1, name), progress: async () => undefined });
        const sampler = new Sampler(data.input.train, data.trained, { batchSize: 48, negativesPerPositive: 1, negativesFrom: 'trainItems' }, 1);
        // Short last batches are among the steps: they must not need other sizes.
        expect(data.input.train.users.length % 48).not.toBe(0);
        const trainer = new Trainer({ model: built, sampler, device, config, sizes: data.input, trace: null });
        const seen: { step: number; tensors: number; bytes: number; buffers: number }[] = [];
        for (let epoch = 0; trainer.step < stepsOf(backend, model); epoch++) {
          await trainer.epoch(epoch, async () => undefined, async () => true);
          seen.push({ step: trainer.step, tensors: tf.memory().numTensors, bytes: tf.memory().numBytes, buffers: deviceBuffers() });
        }
        const settled = seen.filter(({ step }) => step >= 50);
        expect(settled.length).toBeGreaterThan(5);
        const [first] = settled;
        expect(settled.filter(({ tensors, bytes, buffers }) => tensors !== first!.tensors || bytes !== first!.bytes || buffers !== first!.buffers)).toEqual([]);
        built.dispose();
        expect(tf.memory().numTensors).toBe(0);
      });
    }
  });
}

function deviceBuffers(): number {
  const backend: unknown = tf.backend();
  if (!isWebGPU(backend)) return 0;
  return backend.bufferManager.getNumUsedBuffers() + backend.bufferManager.getNumFreeBuffers();
}
