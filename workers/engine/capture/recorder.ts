import type * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { submitRecorded } from '../backends';
import { watchBuffers } from '../ledger';
import { givenName } from './given';
import { hook, listen } from './hook';
import type { Binding, Command, Recording, Slot, Source } from './recording';

/** Encoder commands that no step of ours has; one that is met cannot be played again. */
const REFUSED = [
  'clearBuffer',
  'resolveQuerySet',
  'copyBufferToTexture',
  'copyTextureToBuffer',
  'copyTextureToTexture',
] as const;

/** A copy of bytes as they are now; `from` and `length` count elements of a typed array, else bytes. */
function bytesOf(data: ArrayBufferView | ArrayBuffer, from = 0, length?: number): Uint8Array {
  const isView = ArrayBuffer.isView(data);
  const all = isView ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  const unit = isView && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1;
  return all.slice(from * unit, length === undefined ? undefined : (from + length) * unit);
}

/**
 * Listens to all that is told to a WebGPU device, by tfjs and by us, while a step is taken the ordinary way. It stands before the
 * device itself, its queue, its encoders and tfjs's pool, so that no command can pass it by.
 */
export class Recorder {
  readonly #backend: WebGPUBackend;
  readonly #slots: Slot[] = [];
  readonly #numbers = new Map<Slot, number>();
  readonly #commands: Command[] = [];
  /** What lies in a buffer now. */
  readonly #current = new Map<GPUBuffer, Slot>();
  readonly #outside = new Set<GPUBuffer>();
  readonly #acquired = new Set<GPUBuffer>();
  /** tfjs's data that the step itself has made. */
  readonly #born = new WeakSet<object>();
  readonly #entries = new WeakMap<GPUBindGroup, readonly GPUBindGroupEntry[]>();
  /** tfjs's buffers that were made since the beginning and are still held. */
  readonly #alive = new Set<object>();
  readonly #outputs = new Set<object>();
  #unhook: (() => void)[] = [];
  readonly #endWatch: () => void;
  #uploading = false;
  #listening = false;
  #problem: string | null = null;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
    this.#endWatch = watchBuffers({
      made: (buffer) => void (this.#listening && this.#alive.add(buffer)),
      freed: (buffer) => void this.#alive.delete(buffer),
    });
    this.resume();
  }

  /** Says why what is being recorded cannot be played again. The first reason stands. */
  refuse(reason: string): void {
    if (this.#listening) this.#problem ??= reason;
  }

  /** Where a tensor that the work hands out lies; it may outlive the work. */
  output(tensor: tf.Tensor): GPUBuffer | null {
    this.#outputs.add(tensor.dataId);
    const { resource } = this.#backend.tensorMap.get(tensor.dataId);
    return resource instanceof GPUBuffer ? resource : null;
  }

  /** Stops listening for a while: what is done meanwhile is no part of the step. */
  suspend(): void {
    if (!this.#listening) return;
    submitRecorded(this.#backend);
    this.#listening = false;
    this.#unhookAll();
    this.#unhook.push(
      hook(this.#backend.bufferManager, 'acquireBuffer', (acquire) => (...given) => {
        const buffer = acquire.apply(this.#backend.bufferManager, given);
        this.#forget(buffer);
        return buffer;
      }),
    );
  }

  /** A buffer that something else takes no longer holds what the step has left in it. */
  #forget(buffer: GPUBuffer): void {
    this.#current.delete(buffer);
    this.#acquired.delete(buffer);
  }

  resume(): void {
    if (this.#listening) return;
    // What tfjs has recorded so far is no part of it.
    submitRecorded(this.#backend);
    this.#unhookAll();
    this.#listening = true;
    this.#install();
  }

  /** Ends for good; what was recorded is of no use. */
  end(): void {
    this.suspend();
    this.#unhookAll();
    this.#endWatch();
  }

  #unhookAll(): void {
    this.#unhook.splice(0).forEach((end) => end());
  }

  /** What was recorded; to be called when everything the step made has been disposed. */
  finish(): Recording {
    this.end();
    const kept = [...this.#alive].filter((buffer) => !this.#outputs.has(buffer)).length;
    const problem =
      this.#problem ?? (kept > 0 ? `something made in the step is kept after it (${kept} tensors)` : null);
    return { slots: this.#slots, commands: this.#commands, problem };
  }

  #install(): void {
    const { device, queue, bufferManager } = this.#backend;
    const backend = this.#backend;
    this.#unhook.push(
      hook(bufferManager, 'acquireBuffer', (acquire) => (...given) => {
        const buffer = acquire.apply(bufferManager, given);
        if (this.#uploading) this.#forget(buffer);
        else this.#made(buffer);
        return buffer;
      }),
      hook(backend, 'write', (write) => (...given) => {
        const data = write.apply(backend, given);
        this.#born.add(data);
        return data;
      }),
      hook(backend, 'uploadToGPU', (upload) => (data: object) => {
        const { values, dtype, resource } = backend.tensorMap.get(data);
        if (resource !== undefined && resource !== null) return;
        if (!values) return upload.call(backend, data);
        this.#uploading = true;
        try {
          upload.call(backend, data);
        } finally {
          this.#uploading = false;
        }
        // What was there before the step and is used for the first time is no number of the step's.
        if (!this.#born.has(data)) return;
        const made = backend.tensorMap.get(data).resource;
        if (!(made instanceof GPUBuffer) || !isNumbers(values)) return this.refuse('a tensor is not made of numbers');
        const bytes = bytesOf(dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values));
        this.#fromHost(made, givenName(data), bytes);
      }),
      hook(device, 'createBindGroup', (create) => (descriptor) => {
        const made = create.call(device, descriptor);
        this.#entries.set(made, [...descriptor.entries]);
        return made;
      }),
      hook(device, 'createCommandEncoder', (create) => (descriptor) => this.#encoder(create.call(device, descriptor))),
      listen(queue, 'writeBuffer', ([buffer, offset, data, from, size]) => {
        const isBytes = ArrayBuffer.isView(data) || data instanceof ArrayBuffer;
        if (!(buffer instanceof GPUBuffer) || !isBytes) return this.refuse('a write is not understood');
        this.#written(buffer, offset, bytesOf(data, Number(from ?? 0), size === undefined ? undefined : Number(size)));
      }),
    );
  }

  #made(buffer: GPUBuffer): void {
    if (this.#outside.has(buffer)) this.refuse('something from before the step is disposed in it');
    this.#acquired.add(buffer);
    this.#current.set(buffer, { buffer, source: { kind: 'made', size: buffer.size, usage: buffer.usage } });
  }

  #fromHost(buffer: GPUBuffer, name: string | null, bytes: Uint8Array): void {
    this.#acquired.add(buffer);
    if (this.#outside.has(buffer)) this.refuse('something from before the step is disposed in it');
    const source: Source = name === null ? { kind: 'constant', bytes } : { kind: 'given', name, bytes };
    this.#current.set(buffer, { buffer, source });
  }

  #written(buffer: GPUBuffer, offset: unknown, bytes: Uint8Array): void {
    const slot = this.#current.get(buffer);
    if (slot?.source.kind !== 'made' || offset !== 0 || this.#numbers.has(slot))
      return this.refuse('the host writes to a buffer that was there before the step');
    this.#fromHost(buffer, givenName(buffer), bytes);
  }

  #encoder(encoder: GPUCommandEncoder): GPUCommandEncoder {
    hook(encoder, 'beginComputePass', (begin) => (descriptor) => this.#pass(begin.call(encoder, descriptor)));
    for (const name of REFUSED) listen(encoder, name, () => this.refuse(`the step uses ${name}`));
    listen(encoder, 'copyBufferToBuffer', ([from, fromOffset, to, toOffset, size]) => {
      if (this.#uploading || !this.#listening) return;
      const known = from instanceof GPUBuffer && to instanceof GPUBuffer;
      if (!known || typeof fromOffset !== 'number' || typeof toOffset !== 'number' || typeof size !== 'number')
        return this.refuse('a copy is not understood');
      if ((to.usage & GPUBufferUsage.MAP_READ) !== 0) return this.refuse('a value is read in the step');
      this.#commands.push({
        kind: 'copy',
        from: { slot: this.#number(from), offset: fromOffset, size },
        to: { slot: this.#number(to), offset: toOffset, size },
        size,
      });
    });
    return encoder;
  }

  #pass(pass: GPUComputePassEncoder): GPUComputePassEncoder {
    let pipeline: GPUComputePipeline | null = null;
    let group: GPUBindGroup | null = null;
    hook(pass, 'setPipeline', (set) => (one) => {
      set.call(pass, one);
      pipeline = one;
    });
    listen(pass, 'setBindGroup', ([index, one]) => {
      group = one instanceof GPUBindGroup ? one : null;
      if (index !== 0) this.refuse('a kernel binds more than one group');
    });
    hook(pass, 'dispatchWorkgroups', (dispatch) => (x, y = 1, z = 1) => {
      dispatch.call(pass, x, y, z);
      if (this.#listening) this.#dispatched(pipeline, group, [x, y, z]);
    });
    hook(pass, 'dispatchWorkgroupsIndirect', (dispatch) => (buffer, offset) => {
      dispatch.call(pass, buffer, offset);
      this.refuse('a kernel is dispatched indirectly');
    });
    return pass;
  }

  #dispatched(
    pipeline: GPUComputePipeline | null,
    group: GPUBindGroup | null,
    groups: readonly [number, number, number],
  ): void {
    const entries = group && this.#entries.get(group);
    if (!pipeline || !entries) return this.refuse('a kernel’s buffers are not known');
    const bindings = entries.map(({ binding, resource }) => ({ binding, ...this.#binding(resource) }));
    const result = bindings.find(({ binding }) => binding === 0);
    const source = result && this.#slots[result.slot]?.source.kind;
    if (source === 'given' || source === 'constant') this.refuse('a kernel writes over numbers from the host');
    this.#commands.push({ kind: 'dispatch', pipeline, bindings, groups });
  }

  #binding(resource: GPUBindingResource): Binding {
    if (resource instanceof GPUBuffer) return { slot: this.#number(resource), offset: 0, size: null };
    if ('buffer' in resource)
      return { slot: this.#number(resource.buffer), offset: resource.offset ?? 0, size: resource.size ?? null };
    this.refuse('a kernel binds a texture');
    return { slot: -1, offset: 0, size: null };
  }

  #number(buffer: GPUBuffer): number {
    let slot = this.#current.get(buffer);
    if (!slot) {
      if (this.#acquired.has(buffer)) throw new Error('A buffer of the step is not known.');
      slot = { buffer, source: { kind: 'outside', buffer } };
      this.#outside.add(buffer);
      this.#current.set(buffer, slot);
    }
    const known = this.#numbers.get(slot);
    if (known !== undefined) return known;
    this.#numbers.set(slot, this.#slots.length);
    return this.#slots.push(slot) - 1;
  }
}

const isNumbers = (values: unknown): values is ArrayLike<number> & Iterable<number> =>
  ArrayBuffer.isView(values) || (Array.isArray(values) && values.every((value) => typeof value === 'number'));
