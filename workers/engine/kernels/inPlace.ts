import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { deviceBuffer, hostView, isWebGPU, submitRecorded } from '../backends';
import { givenTo } from '../capture/given';

export const IN_PLACE_WORKGROUP = 256;
const MAX_GROUPS = 65_535;

/** One dispatch: buffers at bindings 0, 1, …, and how many invocations are wanted. */
export interface InPlaceDispatch {
  /** What the shader is made for, if there are several: how many things it changes at once. */
  readonly of?: number;
  readonly buffers: readonly GPUBuffer[];
  readonly invocations: number;
}

/**
 * A shader that changes buffers where they lie. It is dispatched outside tfjs, whose programs have one output, and a new one. Its
 * numbers from the host come as a uniform at the binding after the buffers, and are declared under a name.
 */
export class InPlaceProgram {
  readonly #backend: WebGPUBackend;
  readonly #code: (of: number) => string;
  readonly #pipelines = new Map<number, GPUComputePipeline>();
  readonly #name: string;

  constructor(backend: WebGPUBackend, name: string, code: (of: number) => string) {
    this.#backend = backend;
    this.#name = name;
    this.#code = code;
  }

  #pipelineOf(of: number): GPUComputePipeline {
    const { device } = this.#backend;
    const known = this.#pipelines.get(of);
    if (known) return known;
    const module = device.createShaderModule({ code: this.#code(of) });
    const compute = { module, entryPoint: 'main' };
    const made = device.createComputePipeline({ label: this.#name, layout: 'auto', compute });
    this.#pipelines.set(of, made);
    return made;
  }

  run(dispatches: readonly InPlaceDispatch[], numbers: Float32Array<ArrayBuffer>): void {
    const { device, queue, bufferManager } = this.#backend;
    // What tfjs has recorded so far makes what is read here: it goes first.
    submitRecorded(this.#backend);
    const { UNIFORM, COPY_DST } = GPUBufferUsage;
    const uniform = bufferManager.acquireBuffer(numbers.byteLength, UNIFORM | COPY_DST);
    givenTo(uniform, this.#name, () => queue.writeBuffer(uniform, 0, numbers));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { of = 1, buffers, invocations } of dispatches) {
      const pipeline = this.#pipelineOf(of);
      pass.setPipeline(pipeline);
      const entries = [...buffers, uniform].map((buffer, binding) => ({ binding, resource: { buffer } }));
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
      const groups = Math.ceil(invocations / IN_PLACE_WORKGROUP);
      const x = Math.min(groups, MAX_GROUPS);
      pass.dispatchWorkgroups(x, Math.ceil(groups / x));
    }
    pass.end();
    queue.submit([encoder.finish()]);
    bufferManager.releaseBuffer(uniform);
  }
}

/** Gives a tensor the values of another of its size, where it lies. */
export function copyInto(target: tf.Tensor, source: tf.Tensor): void {
  const backend: unknown = tf.backend();
  if (!isWebGPU(backend)) return hostView(backend, target).set(hostView(backend, source));
  const [from, to] = [deviceBuffer(backend, source), deviceBuffer(backend, target)];
  submitRecorded(backend);
  const encoder = backend.device.createCommandEncoder();
  encoder.copyBufferToBuffer(from, 0, to, 0, to.size);
  backend.queue.submit([encoder.finish()]);
}
