import * as tf from '@tensorflow/tfjs-core';
import { deviceBuffer, isWebGPU, readFloats } from './backends';
import { IN_PLACE_WORKGROUP, InPlaceProgram } from './kernels/inPlace';
import { vectorOf } from './tensors';
import { deviceZeros } from './upload';

/** Under which name a sum is told that it begins anew. */
export const SUMS_NAME = 'sums';

const SUMS_WGSL = `
@group(0) @binding(0) var<storage, read_write> sums : array<f32>;
@group(0) @binding(1) var<storage, read> terms : array<f32>;
@group(0) @binding(2) var<uniform> afresh : f32;

@compute @workgroup_size(${IN_PLACE_WORKGROUP})
fn main(@builtin(global_invocation_id) id : vec3<u32>) {
  let i = id.x;
  if (i >= arrayLength(&sums)) { return; }
  sums[i] = select(sums[i] + terms[i], terms[i], afresh > 0.0);
}`;

/** What `sums` is handed for a step: whether its sum begins with it. */
export const sumsNumbers = (fresh: boolean): Float32Array<ArrayBuffer> => Float32Array.of(fresh ? 1 : 0);

/** Values of steps, summed where they lie on the device. */
export class RunningSums {
  #sums: tf.Tensor1D | null = null;
  #program: InPlaceProgram | null = null;

  /** Makes room for as many values, if there is none yet; answers whether it had to. */
  ready(size: number): boolean {
    if (this.#sums?.size === size) return false;
    this.dispose();
    this.#sums = tf.keep(vectorOf(deviceZeros([size])));
    return true;
  }

  /** `fresh`: the sum begins with these. Values of another number than before begin it anyway. */
  add(values: tf.Tensor1D, fresh: boolean): void {
    const begins = this.ready(values.size) || fresh;
    const sums = this.#held();
    const backend: unknown = tf.backend();
    if (isWebGPU(backend)) {
      this.#program ??= new InPlaceProgram(backend, SUMS_NAME, () => SUMS_WGSL);
      const buffers = [sums, values].map((tensor) => deviceBuffer(backend, tensor));
      this.#program.run([{ buffers, invocations: values.size }], sumsNumbers(begins));
      return;
    }
    this.#sums = tf.keep(begins ? values.clone() : tf.add<tf.Tensor1D>(sums, values));
    sums.dispose();
  }

  /** The sums as they are now: what is added later does not change them. They are kept as JSON, which has no −0. */
  async read(): Promise<Float32Array> {
    return (await readFloats(this.#held())).map((sum) => sum + 0);
  }

  #held(): tf.Tensor1D {
    if (!this.#sums) throw new Error('Nothing was summed.');
    return this.#sums;
  }

  dispose(): void {
    this.#sums?.dispose();
    this.#sums = null;
  }
}
