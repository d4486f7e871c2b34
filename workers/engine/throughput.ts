import * as tf from '@tensorflow/tfjs-core';
import type { Throughput } from '../../src/domain/proof';
import { csrFromEntries } from '../graphs/csr';
import { readFloats } from './backends';
import { sparseProduct } from './kernels/csrProduct';
import { stream } from '../numbers/rng';
import { disposeSparse, sparseTensor } from './sparse';
import { matrix } from './tensors';

const SIDE = 512;
const NODES = 16_384;
const EDGES_PER_NODE = 8;
const WIDTH = 64;
/** A device answers after this long, however slow it is. */
const BUDGET_MS = 1500;

/** Rates of the two products that training is made of, on inputs of a typical size. */
export async function measureThroughput(): Promise<Throughput> {
  const random = stream(1, 'throughput');
  const uniform = (length: number): Float32Array => Float32Array.from({ length }, () => random.uniform());

  const a = matrix(uniform(SIDE * SIDE), SIDE, SIDE);
  const productSeconds = await secondsEach(() => tf.matMul(a, a));

  const row = Int32Array.from({ length: NODES * EDGES_PER_NODE }, (_, e) => Math.floor(e / EDGES_PER_NODE));
  // Columns spread over all nodes, distinct within a row.
  const column = Int32Array.from(row, (r, e) => (r * 7919 + (e % EDGES_PER_NODE) * (NODES / EDGES_PER_NODE)) % NODES);
  const sparse = sparseTensor(csrFromEntries(NODES, NODES, row, column, uniform(row.length)), true);
  const x = matrix(uniform(NODES * WIDTH), NODES, WIDTH);
  const sparseSeconds = await secondsEach(() => sparseProduct(sparse, x));
  // Every entry reads its index, its value and a row; every row is written once.
  const bytes = row.length * (8 + 4 * WIDTH) + NODES * 4 * WIDTH;

  tf.dispose([a, x]);
  disposeSparse(sparse);
  return {
    matrixProductGflops: (2 * SIDE ** 3) / productSeconds / 1e9,
    sparseProductGbPerSecond: bytes / sparseSeconds / 1e9,
  };
}

/** Mean over as many launches as fit the budget, after one that compiles; a read of one launch's result ends each round. */
async function secondsEach(launch: () => tf.Tensor): Promise<number> {
  const round = async (launches: number): Promise<number> => {
    const start = performance.now();
    const results = Array.from({ length: launches }, launch);
    const last = results.at(-1);
    if (last) await readFloats(last);
    tf.dispose(results);
    return (performance.now() - start) / 1000;
  };
  await round(1);
  const one = await round(1);
  const launches = Math.max(1, Math.min(50, Math.floor(BUDGET_MS / 1000 / Math.max(one, 1e-4))));
  return (await round(launches)) / launches;
}
