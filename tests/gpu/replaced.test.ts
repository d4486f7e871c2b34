import * as tf from '@tensorflow/tfjs-core';
// Registers tfjs's kernels for WebGPU.
import '@tensorflow/tfjs-backend-webgpu';
import { expect } from 'vitest';
import { watchPairs } from '../../workers/engine/kernelPair';
import { longProductPair } from '../../workers/engine/kernels/longProduct';
import { hook } from '../../workers/engine/capture/hook';
import { BACKENDS, describeOn } from '../helpers/device';

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

for (const backend of BACKENDS) {
  describeOn(backend, 'the gradient of a sum', (test) => {
    for (const axis of [undefined, 0, 1, [1, 2], [0, 2]]) {
      test(`repeats the slope along what is summed, axis ${String(axis)}`, async () => {
        const x = tf.randomUniform<tf.Rank.R3>([3, 4, 5], -1, 1, 'float32', 3);
        const sum = tf.sum(x, axis);
        const slope = tf.randomUniform(sum.shape, -1, 1, 'float32', 4);
        const uploads = uploadsOf(() => tf.engine().gradients(() => tf.sum(tf.mul(tf.sum(x, axis), slope)), [x]));
        const [got] = uploads.made.grads;
        const kept = tf.sum(x, axis, true).shape;
        expect(await got?.data()).toEqual(await tf.mul(tf.ones(x.shape), tf.reshape(slope, kept)).data());
        if (backend === 'webgpu' && !(Array.isArray(axis) && axis[0] === 0)) expect(uploads.largest).toBe(1);
      });
    }
  });
}

/** What `work` makes, and the most numbers that it hands over from the host at a time. */
function uploadsOf<T>(work: () => T): { made: T; largest: number } {
  let largest = 0;
  const end = hook(tf.engine(), 'makeTensor', (make) => (values, shape, ...rest) => {
    largest = Math.max(largest, tf.util.sizeFromShape(shape));
    return make.call(tf.engine(), values, shape, ...rest);
  });
  try {
    return { made: work(), largest };
  } finally {
    end();
  }
}

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
