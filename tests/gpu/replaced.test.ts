import * as tf from '@tensorflow/tfjs-core';
// Registers tfjs's kernels for WebGPU.
import '@tensorflow/tfjs-backend-webgpu';
import { expect } from 'vitest';
import { describeOn } from '../helpers/device';

const stock = tf.getKernelsForBackend('webgpu');

describeOn('webgpu', 'every adapter', (test) => {
  test('runs the kernels of tfjs, and Lodestone’s own beside them', async () => {
    expect(stock.length).toBeGreaterThan(100);
    expect(stock.filter((kernel) => tf.getKernel(kernel.kernelName, 'webgpu') !== kernel)).toEqual([]);
    const names = tf.getKernelsForBackend('webgpu').map(({ kernelName }) => kernelName);
    const added = names.filter((name) => !stock.some(({ kernelName }) => kernelName === name));
    expect(added.length).toBeGreaterThan(5);
    expect(added.filter((name) => !name.startsWith('Lodestone'))).toEqual([]);
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
