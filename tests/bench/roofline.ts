import * as tf from '@tensorflow/tfjs-core';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { BackendName } from '../../src/domain/backend';
import { deviceBuffer, hostView, isWebGPU, readFloats, submitRecorded } from '../../workers/engine/backends';
import { openDevice, type DeviceHost } from '../../workers/engine/device';
import { Adam } from '../../workers/engine/kernels/adam';
import { disposeParameter, newParameter } from '../../workers/engine/parameters';
import { sparseProduct } from '../../workers/engine/kernels/csrProduct';
import { maskedTopK } from '../../workers/engine/kernels/maskedTopK';
import { stream } from '../../workers/numbers/rng';
import { gatherRows, hostRowIndex, rowIndex } from '../../workers/engine/rows';
import { disposeSparse, sparseTensor } from '../../workers/engine/sparse';
import { integers, matrix, matrixOf, scalarOf } from '../../workers/engine/tensors';
import { measureThroughput } from '../../workers/engine/throughput';
import { behaviourGraph } from '../../workers/graphs/behaviour';
import { infoNce } from '../../workers/models/layers/contrast';
import { deviceBatch } from '../../workers/training/batch';
import { MAX_CUTOFF } from '../../workers/training/metrics';
import { medianOf } from './quartiles';
import type { Roofline } from './result';
import type { BenchSet } from './sets';

const WIDTH = 64;
const BATCH = 2048;
const TILE = 512;
/** Larger than a processor's caches. */
const COPIED = 64 * 2 ** 20;
const REPEATS = 15;

/**
 * What the device can copy and multiply, and how near each kernel comes. Bytes are those that a kernel's inputs and outputs have,
 * rows of a sparse product as often as they are read: where rows come from a cache the share may exceed 1.
 */
export async function measureRoofline(backend: BackendName, host: DeviceHost, set: BenchSet): Promise<Roofline> {
  const device = await openDevice(host, { backend, allowSoftware: true });
  try {
    const copyGbPerSecond = (2 * COPIED) / (await copySeconds()) / 1e9;
    const { matrixProductGflops: productGflops } = await measureThroughput();
    const { input, trained } = await set.read('bpr', completeConfig('bpr', {}));
    const random = stream(1, 'roofline');
    const uniform = (rows: number, columns: number): tf.Tensor2D =>
      matrix(
        Float32Array.from({ length: rows * columns }, () => random.uniform() - 0.5),
        rows,
        columns,
      );
    const kernels: Roofline['kernels'] = [];
    const add = async (
      name: string,
      sizes: string,
      work: { bytes: number } | { flops: number },
      launch: () => tf.Tensor | null,
    ): Promise<void> => {
      const seconds = await secondsOf(launch);
      const [amount, limit, unit] =
        'bytes' in work
          ? ([work.bytes, copyGbPerSecond, 'GB/s'] as const)
          : ([work.flops, productGflops, 'GFLOP/s'] as const);
      const rate = amount / seconds / 1e9;
      kernels.push({ name, sizes, ms: 1000 * seconds, rate, unit, share: rate / limit });
    };

    const nodes = input.users + input.items;
    const graph = behaviourGraph(input.train, input.users, input.items, 0);
    const sparse = sparseTensor(graph, true);
    const table = uniform(nodes, WIDTH);
    const entries = graph.indices.length;
    const row = 4 * WIDTH;
    await add(
      'sparse product',
      `${nodes}² with ${entries}, d ${WIDTH}`,
      { bytes: entries * (8 + row) + nodes * (4 + row) },
      () => sparseProduct(sparse, table),
    );

    const ids = Int32Array.from({ length: BATCH }, () => random.integer(nodes));
    const index = rowIndex(hostRowIndex(ids, BATCH, nodes));
    await add('gather', `${BATCH} of ${nodes}, d ${WIDTH}`, { bytes: BATCH * (4 + 2 * row) }, () =>
      gatherRows(table, index),
    );

    const parameter = newParameter('table', '', [nodes, WIDTH], new Float32Array(nodes * WIDTH));
    const adam = new Adam();
    await add('Adam', `${nodes} × ${WIDTH}`, { bytes: 28 * nodes * WIDTH }, () => {
      adam.step([parameter], [table], 1e-3);
      return null;
    });
    disposeParameter(parameter);

    const scores = uniform(TILE, input.items);
    const mask = { pointers: integers(trained.pointers), columns: integers(trained.indices) };
    const users = integers(Int32Array.from({ length: TILE }, (_, user) => user % input.users));
    await add(
      'top-K',
      `${TILE} × ${input.items}, K ${MAX_CUTOFF}`,
      { bytes: 4 * TILE * (input.items + 2 * MAX_CUTOFF) },
      () => maskedTopK(scores, users, mask, MAX_CUTOFF),
    );

    const [anchors, candidates] = [uniform(BATCH, WIDTH), uniform(BATCH, WIDTH)];
    const rows = new Int32Array(BATCH);
    const batch = deviceBatch({ count: BATCH, pairs: rows, users: rows, positives: rows, negatives: rows }, 1, 1);
    const product = { flops: 2 * BATCH * BATCH * WIDTH };
    await add('product with a transpose', `${BATCH} × ${WIDTH}, twice`, product, () =>
      tf.matMul(anchors, candidates, false, true),
    );
    await add('InfoNCE and gradients', `B ${BATCH}, d ${WIDTH}`, { flops: 3 * product.flops }, () => {
      const slopes = tf.grads((a, b) => scalarOf(infoNce(matrixOf(a!), matrixOf(b!), 0.2, batch)))([
        anchors,
        candidates,
      ]);
      slopes[0]?.dispose();
      return slopes[1] ?? null;
    });
    disposeSparse(sparse);
    return { backend, device: device.report.name, copyGbPerSecond, productGflops, kernels };
  } finally {
    device.close();
  }
}

/** Median of launches, each waited for; three more before it. */
async function secondsOf(launch: () => tf.Tensor | null): Promise<number> {
  const times: number[] = [];
  for (let repeat = -3; repeat < REPEATS; repeat++) {
    const start = performance.now();
    const result = launch();
    await finished();
    if (repeat >= 0) times.push((performance.now() - start) / 1000);
    result?.dispose();
  }
  return medianOf(times);
}

async function finished(): Promise<void> {
  const backend: unknown = tf.backend();
  if (!isWebGPU(backend)) return;
  submitRecorded(backend);
  await backend.device.queue.onSubmittedWorkDone();
}

/** Seconds to copy `COPIED` bytes from one tensor to another, in the backend's fastest way. */
async function copySeconds(): Promise<number> {
  const backend: unknown = tf.backend();
  const [from, to] = [tf.ones([COPIED / 4]), tf.zeros([COPIED / 4])];
  for (const tensor of [from, to]) await readFloats(tf.slice(tensor, 0, 1));
  const copy = (): null => {
    if (isWebGPU(backend)) {
      const [source, target] = [deviceBuffer(backend, from), deviceBuffer(backend, to)];
      const encoder = backend.device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, 0, target, 0, COPIED);
      backend.device.queue.submit([encoder.finish()]);
    } else {
      hostView(backend, to).set(hostView(backend, from));
    }
    return null;
  };
  const seconds = await secondsOf(copy);
  tf.dispose([from, to]);
  return seconds;
}
