import type * as tf from '@tensorflow/tfjs-core';

/** Numbers that a step is handed by the host, by name. */
export type GivenNumbers = (name: string) => Float32Array | Int32Array;

const names = new WeakMap<object, string>();

/** Declares that a tensor's numbers come from the host anew in every step, under this name. Answers the tensor. */
export function given<T extends tf.Tensor>(tensor: T, name: string): T {
  names.set(tensor.dataId, name);
  return tensor;
}

/** The same of what is written to a device buffer while `write` runs; afterwards the buffer may be someone else's. */
export function givenTo(buffer: GPUBuffer, name: string, write: () => void): void {
  names.set(buffer, name);
  write();
  names.delete(buffer);
}

/** The name under which a tensor's data or a buffer was declared. */
export const givenName = (data: object): string | null => names.get(data) ?? null;
