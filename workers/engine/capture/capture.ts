import { entry } from '../../../src/domain/at';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { submitRecorded } from '../backends';
import type { GivenNumbers } from './given';
import type { Binding, Command, Recording, Slot } from './recording';

/** What a step is handed in more bytes than these is not copied on its way. */
const LARGE = 2 ** 15;
/** Bytes between two starts of a binding: WebGPU's largest least alignment. */
const ALIGNMENT = 256;

interface Place {
  readonly offset: number;
  readonly size: number;
}

type Bound =
  | { readonly kind: 'pipeline'; readonly pipeline: GPUComputePipeline }
  | { readonly kind: 'dispatch'; readonly group: GPUBindGroup; readonly groups: readonly [number, number, number] }
  | {
      readonly kind: 'copy';
      readonly from: GPUBuffer;
      readonly fromOffset: number;
      readonly to: GPUBuffer;
      readonly toOffset: number;
      readonly size: number;
    };

/**
 * A recorded step that is played again: buffers, bind groups and constants are its own until it is released, and a play is one write
 * of the batch's numbers (and one of each that is large), one encoder and one submit. Intermediate results lie where the recording had them, in buffers that the pool
 * hands to nobody else meanwhile.
 */
export class Capture {
  readonly dispatches: number;
  readonly #backend: WebGPUBackend;
  /** Given numbers first, then constants. */
  readonly #host: GPUBuffer;
  readonly #numbers: Uint8Array<ArrayBuffer>;
  readonly #given: readonly (Place & { readonly name: string })[];
  readonly #bound: readonly Bound[];
  readonly #held = new Map<GPUBuffer, GPUBuffer>();

  constructor(backend: WebGPUBackend, recording: Recording) {
    this.#backend = backend;
    submitRecorded(backend);
    const { places, given, constants, bytes } = arrange(recording.slots);
    this.#given = given;
    const small = given.filter(({ size }) => size <= LARGE);
    this.#numbers = new Uint8Array(small.reduce((end, { offset, size }) => Math.max(end, offset + size), 0));
    const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.#host = backend.bufferManager.acquireBuffer(
      Math.max(ALIGNMENT, bytes),
      STORAGE | UNIFORM | COPY_SRC | COPY_DST,
    );
    for (const { offset, bytes: values } of constants) backend.queue.writeBuffer(this.#host, offset, values);

    const resource = ({ slot, offset, size }: Binding): GPUBufferBinding => {
      const place = places.get(slot);
      if (place) return { buffer: this.#host, offset: place.offset + offset, size: size ?? place.size - offset };
      return { buffer: this.#bufferOf(entry(recording.slots, slot)), offset, ...(size !== null && { size }) };
    };
    this.dispatches = recording.commands.filter(({ kind }) => kind === 'dispatch').length;
    this.#bound = bind(backend.device, recording.commands, resource);
  }

  /** Takes the step with other numbers. Throws when one has another length than in the recording. */
  play(numbers: GivenNumbers): void {
    const { device, queue } = this.#backend;
    for (const { name, offset, size } of this.#given) {
      const { buffer, byteOffset, byteLength } = numbers(name);
      if (byteLength !== size) throw new Error(`${name} has ${byteLength} bytes, not ${size}.`);
      if (size > LARGE) queue.writeBuffer(this.#host, offset, buffer, byteOffset, size);
      else this.#numbers.set(new Uint8Array(buffer, byteOffset, size), offset);
    }
    if (this.#numbers.length > 0) queue.writeBuffer(this.#host, 0, this.#numbers);
    const encoder = device.createCommandEncoder();
    let pass: GPUComputePassEncoder | null = null;
    for (const command of this.#bound) {
      if (command.kind === 'copy') {
        pass?.end();
        pass = null;
        encoder.copyBufferToBuffer(command.from, command.fromOffset, command.to, command.toOffset, command.size);
        continue;
      }
      pass ??= encoder.beginComputePass();
      if (command.kind === 'pipeline') pass.setPipeline(command.pipeline);
      else {
        pass.setBindGroup(0, command.group);
        pass.dispatchWorkgroups(...command.groups);
      }
    }
    pass?.end();
    queue.submit([encoder.finish()]);
  }

  /** Where a result that lay in `buffer` when it was recorded lies now. */
  resultIn(buffer: GPUBuffer): GPUBuffer {
    return this.#held.get(buffer) ?? buffer;
  }

  /** Gives all buffers back to the pool. */
  release(): void {
    for (const buffer of [this.#host, ...this.#held.values()]) this.#backend.bufferManager.releaseBuffer(buffer);
    this.#held.clear();
  }

  /** One buffer of the pool stands for each that the recording found there. */
  #bufferOf({ source, buffer }: Slot): GPUBuffer {
    if (source.kind !== 'made') return buffer;
    const held = this.#held.get(buffer) ?? this.#backend.bufferManager.acquireBuffer(source.size, source.usage);
    this.#held.set(buffer, held);
    return held;
  }
}

/** Where numbers from the host lie in one buffer. Equal constants lie there once. */
function arrange(slots: readonly Slot[]) {
  const places = new Map<number, Place>();
  const given: (Place & { name: string })[] = [];
  const constants: { offset: number; bytes: Uint8Array<ArrayBuffer> }[] = [];
  let bytes = 0;
  const next = (size: number): Place => {
    const place = { offset: bytes, size };
    bytes += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    return place;
  };
  // Small numbers lie side by side, for one write.
  for (const large of [false, true])
    slots.forEach(({ source }, slot) => {
      if (source.kind !== 'given' || source.bytes.length > LARGE !== large) return;
      const place = next(source.bytes.length);
      places.set(slot, place);
      given.push({ ...place, name: source.name });
    });
  const known = new Map<string, Place>();
  slots.forEach(({ source }, slot) => {
    if (source.kind !== 'constant') return;
    // What is large is its own: uniforms repeat, tables do not.
    const key = source.bytes.length <= ALIGNMENT ? source.bytes.join() : `of slot ${slot}`;
    const before = known.get(key);
    const place = before ?? next(source.bytes.length);
    if (!before) constants.push({ offset: place.offset, bytes: source.bytes.slice() });
    known.set(key, place);
    places.set(slot, place);
  });
  return { places, given, constants, bytes };
}

/** Commands with their bind groups; a pipeline is set where it changes. */
function bind(
  device: GPUDevice,
  commands: readonly Command[],
  resource: (binding: Binding) => GPUBufferBinding,
): Bound[] {
  const layouts = new Map<GPUComputePipeline, GPUBindGroupLayout>();
  const bound: Bound[] = [];
  let set: GPUComputePipeline | null = null;
  for (const command of commands) {
    if (command.kind === 'copy') {
      const [from, to] = [resource(command.from), resource(command.to)];
      bound.push({
        kind: 'copy',
        from: from.buffer,
        fromOffset: from.offset ?? 0,
        to: to.buffer,
        toOffset: to.offset ?? 0,
        size: command.size,
      });
      // A pass begins anew after it.
      set = null;
      continue;
    }
    const { pipeline, bindings, groups } = command;
    const layout = layouts.get(pipeline) ?? pipeline.getBindGroupLayout(0);
    layouts.set(pipeline, layout);
    const entries = bindings.map((binding) => ({ binding: binding.binding, resource: resource(binding) }));
    if (set !== pipeline) bound.push({ kind: 'pipeline', pipeline });
    set = pipeline;
    bound.push({ kind: 'dispatch', group: device.createBindGroup({ layout, entries }), groups });
  }
  return bound;
}
