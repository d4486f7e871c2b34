import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { isWebGPU } from '../../workers/engine/backends';
import { describeOn, values } from '../helpers/device';

describeOn('webgpu', 'a software adapter', (test) => {
  test('multiplies, reduces, transposes and copies by the kernels that are made for it', async () => {
    const backend: unknown = tf.backend();
    if (!isWebGPU(backend)) throw new Error('The backend is WebGPU.');
    const run = backend.runWebGPUProgram.bind(backend);
    const keys: string[] = [];
    backend.runWebGPUProgram = (program, ...rest) => {
      keys.push(program.shaderKey);
      return run(program, ...rest);
    };
    try {
      const x = (): tf.Tensor2D => tf.ones([8, 4]);
      await values(() => tf.matMul(x(), x(), false, true));
      await values(() => tf.sum(x(), 0));
      await values(() => tf.mean(x(), 1));
      await values(() => tf.max(x(), 1));
      await values(() => tf.transpose(x()));
      await values(() => tf.gather(x(), tf.tensor1d([3, 1], 'int32')));
      await values(() => tf.slice(x(), [2, 0], [4, 4]));
      await values(() => tf.concat([x(), x()], 1));
      await values(() =>
        tf.pad(x(), [
          [1, 2],
          [0, 0],
        ]),
      );
      await values(() => tf.softmax(x()));
    } finally {
      backend.runWebGPUProgram = run;
    }
    const own = keys.filter((key) => key.startsWith('LodestoneSoftware')).map((key) => key.split('_')[0]);
    const { vendor, architecture } = backend.adapterInfo as unknown as Record<string, string>;
    const software = /swiftshader|llvmpipe|lavapipe/i.test(`${vendor} ${architecture}`);
    const expected = [
      'LodestoneSoftwareMatMul',
      'LodestoneSoftwareReduce',
      'LodestoneSoftwareReduce',
      'LodestoneSoftwareReduce',
      'LodestoneSoftwareTranspose',
      'LodestoneSoftwareRows',
      'LodestoneSoftwareRows',
      'LodestoneSoftwareJoin',
      'LodestoneSoftwareRows',
      'LodestoneSoftwareSoftmax',
    ];
    expect(own).toEqual(software ? expected : []);
  });
});

describeOn('wasm', 'the WASM backend', (test) => {
  test('copies nothing into JavaScript to cut, join or add up', async () => {
    const backend = tf.backend();
    const read = backend.readSync.bind(backend);
    let reads = 0;
    backend.readSync = (id) => {
      reads += 1;
      return read(id);
    };
    try {
      tf.tidy(() => {
        const x = tf.ones<tf.Rank.R2>([6, 4]);
        tf.concat(tf.split(x, 2, 1), 0);
        tf.unstack(tf.slice(x, [1, 0], [4, 4]));
        tf.sum(x, 0);
        tf.matMul(x, x, true, false);
      });
    } finally {
      backend.readSync = read;
    }
    expect(reads).toBe(0);
  });
});
