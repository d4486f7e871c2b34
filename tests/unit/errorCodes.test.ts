import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { testHost } from '#test-host';
import { completeConfig } from '../../src/domain/models/catalogue';
import { AppError, ERROR_CODES, faultOf } from '../../src/domain/errors';
import { openDevice } from '../../workers/engine/device';
import { newParameter } from '../../workers/engine/parameters';
import { modelKind } from '../../workers/models/registry';
import { stream } from '../../workers/numbers/rng';
import { readTrainingData } from '../../workers/training/input';
import { Sampler } from '../../workers/training/sampler';
import { Trainer } from '../../workers/training/trainer';
import { builtModel, smallStudy } from '../helpers/dataset';
import { openTestDevice } from '../helpers/device';

async function codeOf(work: () => Promise<unknown>): Promise<AppError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

/** Works while softmax gives zeros on some backends, as a driver that computes nothing would. */
async function withoutSoftmax<T>(backends: readonly string[], work: () => Promise<T>): Promise<T> {
  const right = backends.map((backendName) => {
    const config = tf.getKernel('Softmax', backendName);
    if (!config) throw new Error(`${backendName} has no softmax.`);
    tf.unregisterKernel('Softmax', backendName);
    tf.registerKernel({ ...config, kernelFunc: ({ inputs }) => tf.zerosLike(inputs['logits'] as tf.Tensor) });
    return config;
  });
  try {
    return await work();
  } finally {
    for (const config of right) {
      tf.unregisterKernel('Softmax', config.backendName);
      tf.registerKernel(config);
    }
  }
}

describe('a device that computes wrongly', () => {
  it('is refused by its self-test, which says what is wrong; with automatic choice none is left', async () => {
    (await openTestDevice('wasm'))?.close();
    (await openTestDevice('cpu'))?.close();
    const host = { ...(await testHost(false)), gpu: null };
    await withoutSoftmax(['cpu', 'wasm'], async () => {
      const one = await codeOf(() => openDevice(host, { backend: 'cpu', allowSoftware: true }));
      expect(one.code).toBe('GPU_SELF_TEST');
      expect(one.context).toEqual({ test: 'softmax' });
      expect(one.message).toContain('softmax');
      const all = await codeOf(() => openDevice(host, { backend: 'auto', allowSoftware: true }));
      expect(all.code).toBe('BACKEND_UNAVAILABLE');
      expect(all.message.match(/softmax/g)).toHaveLength(2);
    });
    const mended = await openDevice(host, { backend: 'cpu', allowSoftware: true });
    expect(mended.report.selfTest.every(({ passed }) => passed)).toBe(true);
    mended.close();
  });
});

describe('a model that cannot be trained', () => {
  it('has a parameter that its loss does not reach, or two of one name', async () => {
    const device = (await openTestDevice('cpu'))!;
    const study = await smallStudy('bpr', { epochs: 1 }, 'cpu');
    const { data, model } = await builtModel(study);
    const negatives = { negativesPerPositive: 1, negativesFrom: 'trainItems' } as const;
    const trained = (name: string) =>
      codeOf(() => {
        const extra = newParameter(name, 'nothing', [2], new Float32Array(2));
        return new Trainer({
          model: { ...model, parameters: [...model.parameters, extra] },
          sampler: new Sampler(data.input.train, data.trained, { batchSize: 256, negatives }, 1),
          device,
          config: study.run.experiment.config,
          sizes: data.input,
          trace: null,
          random: (of) => stream(1, of),
        }).epoch(
          0,
          async () => undefined,
          async () => true,
        );
      });
    for (const name of ['misspelt', 'userEmbedding']) {
      const fault = await trained(name);
      expect(fault.code).toBe('MODEL_PARAMETER_LOST');
      expect(fault.message).toContain(`“${name}”`);
    }
    model.dispose();
    device.close();
  });

  it('reads features that the dataset does not have', async () => {
    const input = {
      users: 2,
      items: 2,
      train: { users: Int32Array.of(0, 1), items: Int32Array.of(0, 1) },
      ratings: null,
      features: [],
      itemVectors: null,
      userVectors: null,
      pretrained: null,
    };
    const build = () =>
      modelKind('mgcn').build({
        input,
        config: completeConfig('mgcn', {}),
        random: (name) => stream(1, name),
        progress: async () => undefined,
      });
    expect((await codeOf(build)).code).toBe('MODEL_NEEDS_FEATURES');
  });

  it('starts from embeddings of a run that is not there', async () => {
    const { database, run } = await smallStudy('egra', { pretrained: 'mgcn' }, 'cpu');
    const fault = await codeOf(() => readTrainingData(database, run.experiment, async () => undefined));
    expect(fault).toMatchObject({ code: 'PRETRAINING_MISSING', context: { model: 'mgcn' } });
  });
});

it('what no code was made for says so, and keeps its words', () => {
  expect(faultOf(new RangeError('No entry 9 among 3.'))).toMatchObject({ code: 'UNKNOWN' });
  expect(faultOf(new RangeError('No entry 9 among 3.')).message).toContain('No entry 9 among 3.');
});

it('every code of an error is named in a test', () => {
  const folder = new URL('../', import.meta.url);
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(new URL(path, folder), 'utf8'))
    .join('\n');
  expect(ERROR_CODES.filter((code) => !new RegExp(`\\b${code}\\b`).test(texts))).toEqual([]);
});
