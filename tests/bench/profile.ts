import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU, submitRecorded } from '../../workers/engine/backends';
import { KINDS, LAYERS, kindOf, layerOf, type Kind, type Layer } from './kinds';
import type { KernelTime } from './result';

/** One kernel that ran, or one dispatch of it. */
interface Call {
  readonly name: string;
  /** Where it was called; its text is made when the work has ended, because that takes longer than most kernels. */
  readonly from: Error;
  readonly ms: number;
}

export interface Profile {
  /** Time of the work, including the cost of profiling. */
  readonly ms: number;
  /** tfjs kernels that ran. */
  readonly kernelCalls: number;
  /** The longest first; on WebGPU a call is a dispatch. */
  readonly kernels: KernelTime[];
  readonly kinds: Record<Kind, number>;
  readonly layers: Record<Layer, number>;
}

/**
 * Runs `work`, and times each tfjs kernel in it: on WASM and CPU while it runs; on WebGPU every dispatch is submitted by itself,
 * and takes from the end of the one before it to its own. A kernel belongs to the layer that called it, in the backward pass to
 * the one whose gradient it makes.
 */
export async function profiled(work: () => Promise<void>): Promise<Profile> {
  const engine = tf.engine();
  const backend: unknown = tf.backend();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const run = engine.runKernel.bind(engine);
  const gradients = watchGradients();
  const dispatched: Promise<Omit<Call, 'ms'> & { end: number }>[] = [];
  const calls: Call[] = [];
  const running: Omit<Call, 'ms'>[] = [];
  // A kernel that runs others is not given their time.
  let inside = 0;
  engine.runKernel = (name, inputs, attrs) => {
    const before = inside;
    inside = 0;
    const from = gradients.from() ?? new Error();
    running.push({ name, from });
    const start = performance.now();
    try {
      return run(name, inputs, attrs);
    } finally {
      const ms = performance.now() - start;
      running.pop();
      calls.push({ name, from, ms: ms - inside });
      inside = before + ms;
    }
  };
  let restore = (): void => undefined;
  if (isWebGPU(backend)) {
    const dispatch = backend.runWebGPUProgram.bind(backend);
    backend.runWebGPUProgram = (...given: Parameters<typeof dispatch>) => {
      const output = dispatch(...given);
      const of = running.at(-1) ?? { name: given[0].shaderKey, from: new Error() };
      submitRecorded(backend);
      dispatched.push(backend.queue.onSubmittedWorkDone().then(() => ({ ...of, end: performance.now() })));
      return output;
    };
    restore = () => (backend.runWebGPUProgram = dispatch);
    submitRecorded(backend);
    await backend.queue.onSubmittedWorkDone();
  }
  const begun = performance.now();
  try {
    await work();
  } finally {
    engine.runKernel = run;
    restore();
    gradients.restore();
    Error.stackTraceLimit = limit;
  }
  const ended = await Promise.all(dispatched);
  const ms = performance.now() - begun;
  const timed = isWebGPU(backend)
    ? ended.map((call, place) => ({ ...call, ms: call.end - (ended[place - 1]?.end ?? begun) }))
    : calls;
  return { ms, kernelCalls: calls.length, ...summed(timed) };
}

/** Whose gradient is being made: the tape's entries remember where they were written. */
function watchGradients(): { readonly from: () => Error | null; readonly restore: () => void } {
  const engine = tf.engine() as unknown as {
    addTapeNode: (...given: unknown[]) => void;
    gradients: (...given: unknown[]) => unknown;
    state: { activeTape: { gradient?: (dys: tf.Tensor[]) => unknown }[] };
  };
  const { addTapeNode, gradients } = engine;
  let current: Error | null = null;
  engine.addTapeNode = (...given) => {
    addTapeNode.apply(engine, given);
    const node = engine.state.activeTape.at(-1);
    const gradient = node?.gradient;
    if (!node || !gradient) return;
    const from = new Error();
    // Its kernels run after it returns, up to the next entry's: so do the sums of what several entries give one tensor.
    node.gradient = (dys) => {
      current = from;
      return gradient(dys);
    };
  };
  engine.gradients = (...given) => {
    try {
      return gradients.apply(engine, given);
    } finally {
      current = null;
    }
  };
  return { from: () => current, restore: () => Object.assign(engine, { addTapeNode, gradients }) };
}

function summed(calls: readonly Call[]): Omit<Profile, 'ms' | 'kernelCalls'> {
  const byName = new Map<string, KernelTime>();
  const kinds = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  const layers = Object.fromEntries(LAYERS.map((layer) => [layer, 0])) as Record<Layer, number>;
  for (const { name, from, ms } of calls) {
    const before = byName.get(name);
    byName.set(name, { name, calls: (before?.calls ?? 0) + 1, ms: (before?.ms ?? 0) + ms });
    kinds[kindOf(name)] += ms;
    layers[layerOf(from.stack ?? '')] += ms;
  }
  return { kernels: [...byName.values()].sort((a, b) => b.ms - a.ms), kinds, layers };
}
