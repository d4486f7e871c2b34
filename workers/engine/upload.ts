import * as tf from '@tensorflow/tfjs-core';
import { deviceBuffer, hostView, isWebGPU, submitRecorded } from './backends';
import { blocksOf, type RowSource } from './rowSource';
import { matrixOf } from './tensors';

/** Numbers that were read, and how they lie on the device: `[rows, columns]` of them. */
export interface UploadOptions<T extends Float32Array | Int32Array> {
  readonly dtype: T extends Float32Array ? 'float32' : 'int32';
  readonly columns: number;
  /** A block as it is to lie there. */
  readonly made: (values: Float32Array, count: number) => T;
}

/** Numbers that are copied at a time on their way to the device. */
const PIECE = 2 ** 20;

/** A tensor of zeros made by the device itself: nothing of its size is made on the host. */
export const deviceZeros = (shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): tf.Tensor =>
  tf.fill([...shape], 0, dtype);

/**
 * A source's rows on the device, `[rows, columns]`, written there block by block: the host holds a block of them and no more. Kept
 * until it is disposed.
 */
export async function uploadRows(source: RowSource, from = 0, to = source.rows): Promise<tf.Tensor2D> {
  return uploadMade(source, { dtype: 'float32', columns: source.columns, made: (values) => values }, from, to);
}

/** The same of what is made of each block. */
export async function uploadMade<T extends Float32Array | Int32Array>(
  source: RowSource,
  { dtype, columns, made }: UploadOptions<T>,
  from = 0,
  to = source.rows,
): Promise<tf.Tensor2D> {
  const table = tf.keep(matrixOf(deviceZeros([to - from, columns], dtype)));
  try {
    for await (const { first, count, values } of blocksOf(source, from, to))
      writeNumbers(table, (first - from) * columns, made(values, count));
    return table;
  } catch (error) {
    table.dispose();
    throw error;
  }
}

/** Writes numbers into a tensor's buffer, from the `start`-th on. */
export function writeNumbers(tensor: tf.Tensor, start: number, values: Float32Array | Int32Array): void {
  const backend: unknown = tf.backend();
  if (!isWebGPU(backend)) return hostView(backend, tensor).set(values, start);
  const buffer = deviceBuffer(backend, tensor);
  // What made the tensor goes first.
  submitRecorded(backend);
  for (let from = 0; from < values.length; from += PIECE)
    backend.device.queue.writeBuffer(buffer, 4 * (start + from), values.slice(from, from + PIECE));
}
