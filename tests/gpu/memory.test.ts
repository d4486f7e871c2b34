import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { defaultConfig } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type Config, type ModelId } from '../../src/domain/models/table';
import { isWebGPU } from '../../workers/engine/backends';
import { stream } from '../../workers/numbers/rng';
import { heldOut, pairsOf } from '../../workers/training/evaluator';
import { newBatches } from '../../workers/training/batches';
import { Trainer } from '../../workers/training/trainer';
import { casesOf } from '../helpers/cases';
import { builtModel, smallStudy } from '../helpers/dataset';
import { describeOn } from '../helpers/device';
import { soak } from '../helpers/soak';

/** Several epochs at least. */
const STEPS = soak ? 1000 : 48;
/** The plain CPU backend counts tensors as WASM does, and has no buffers of its own. */
const COUNTED = ['wasm', 'webgpu'] as const;

const CASES: readonly (readonly [ModelId, Config])[] = [
  ...MODEL_IDS.map((id) => [id, casesOf(id).longRun ?? {}] as const),
  ['simgr', { featurePrecision: 'half' }],
  ['vbpr', { featurePrecision: 'half' }],
  ['magnet', { fanOut: 3, expertHead: 'hadamard', routerHidden: 4 }],
];

for (const backend of COUNTED) {
  describeOn(backend, 'memory over many steps', (test) => {
    for (const [model, changes] of CASES) {
      const name = Object.keys(changes).length > 0 ? `${model} ${JSON.stringify(changes)}` : model;
      test(`of ${name} is flat`, async (device) => {
        const small: Config = {
          embeddingSize: 4,
          batchSize: 48,
          ...('neighbours' in defaultConfig(model) ? { neighbours: 3 } : {}),
        };
        const study = await smallStudy(model, { ...small, ...changes }, backend, { users: 40, items: 30 });
        const { data, model: built } = await builtModel(study);
        const sampler = newBatches(model, study.run.experiment.config, data, 1);
        // Short last batches are among the steps: they must not need other sizes.
        expect(data.input.train.users.length % 48).not.toBe(0);
        const pairs = pairsOf(heldOut(data.interactions, 1, data.trained, data.thresholds));
        expect(pairs.users.length).toBeGreaterThan(0);
        const trainer = new Trainer({
          model: built,
          sampler,
          device,
          config: study.run.experiment.config,
          sizes: data.input,
          trace: null,
          random: (name) => stream(1, name),
        });
        const seen: { step: number; tensors: number; bytes: number; buffers: number }[] = [];
        for (let epoch = 0; trainer.step < STEPS; epoch++) {
          await trainer.epoch(
            epoch,
            async () => undefined,
            async () => true,
          );
          await built.prepareRanking?.();
          await built.observePairs?.(pairs);
          await built.explainPairs?.(pairs);
          await built.state?.();
          seen.push({
            step: trainer.step,
            tensors: tf.memory().numTensors,
            bytes: tf.memory().numBytes,
            buffers: deviceBuffers(),
          });
        }
        const settled = seen.filter(({ step }) => step >= Math.min(50, STEPS / 4));
        expect(settled.length).toBeGreaterThan(5);
        const [first] = settled;
        expect(
          settled.filter(
            ({ tensors, bytes, buffers }) =>
              tensors !== first!.tensors || bytes !== first!.bytes || buffers !== first!.buffers,
          ),
        ).toEqual([]);
        trainer.dispose();
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
