import * as tf from '@tensorflow/tfjs-core';
// Registers tfjs's kernels for WebGPU.
import '@tensorflow/tfjs-backend-webgpu';
import { expect } from 'vitest';
import { watchPairs } from '../../workers/engine/kernelPair';
import { longProductPair } from '../../workers/engine/kernels/longProduct';
import { describeOn } from '../helpers/device';

const stock = tf.getKernelsForBackend('webgpu');

describeOn('webgpu', 'every adapter', (test) => {
  test('runs the kernels of tfjs, and Lodestone’s own beside them', async () => {
    expect(stock.length).toBeGreaterThan(100);
    const replaced = stock.filter((kernel) => tf.getKernel(kernel.kernelName, 'webgpu') !== kernel);
    expect(replaced.map(({ kernelName }) => kernelName)).toEqual(['BatchMatMul']);
    const names = tf.getKernelsForBackend('webgpu').map(({ kernelName }) => kernelName);
    const added = names.filter((name) => !stock.some(({ kernelName }) => kernelName === name));
    expect(added.length).toBeGreaterThan(5);
    expect(added.filter((name) => !name.startsWith('Lodestone'))).toEqual([]);
  });
});

describeOn('webgpu', 'a product over many rows', (test) => {
  test('is made by the kernel for it, with the same bits every time, and others by tfjs', async () => {
    const used: string[] = [];
    const end = watchPairs(({ pair }) => used.push(pair.name));
    try {
      const [x, y] = [
        tf.randomUniform<tf.Rank.R2>([900, 40], -1, 1, 'float32', 1),
        tf.randomUniform<tf.Rank.R2>([900, 12], -1, 1, 'float32', 2),
      ];
      const [first, again] = [tf.matMul(x, y, true), tf.matMul(x, y, true)];
      expect(used).toEqual([longProductPair.name, longProductPair.name]);
      expect(await again.data()).toEqual(await first.data());
      const turned = tf.matMul(tf.transpose(x), y);
      expect(used).toHaveLength(2);
      expect((await tf.max(tf.abs(tf.sub(first, turned))).data())[0]).toBeLessThan(1e-4);
    } finally {
      end();
    }
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
