import type { SimdKernels } from './kernels';

/** Kernels that can be shared: numbers in, results on the heap. */
export type SharedKernel = Exclude<keyof SimdKernels, 'threads'>;

/** What a helper needs: the compiled kernels, the heap, and where its tasks will be written. */
export interface HelperStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
}

/** A thread as its host starts it: it calls `help` with what it is sent. */
export interface Helper {
  /** Rejects where the thread cannot start. */
  begin(start: HelperStart): Promise<void>;
  stop(): void;
}

/** Where threads come from; null where memory cannot be shared. */
export interface HelperHost {
  /** Beside the caller's own. */
  readonly count: number;
  readonly start: () => Helper;
  /** Shares the work also while other programs keep the helpers waiting. */
  readonly stubborn?: boolean;
}

/** The caller and its helpers. */
export interface Team {
  readonly size: number;
  /** Runs a kernel once with each list of arguments, at most `size`, all at the same time. */
  run(kernel: SharedKernel, shares: readonly (readonly number[])[]): void;
  close(): void;
}

/** So many threads beside the caller's on a machine of `cores`: more pass little on, and one core is the page's. */
export const helpersOn = (cores: number): number => Math.max(0, Math.min(7, cores > 2 ? cores - 2 : cores - 1));

/** Shares end at nearly the same time: for so long the caller looks for the end of the others without going to sleep. */
const PATIENCE_MS = 2;

/** Numbers of a kernel's arguments, at most. */
const ARGUMENTS = 32;
const NAME_BYTES = 32;
const HEAD_BYTES = 16 + NAME_BYTES;
const CONTROL_BYTES = HEAD_BYTES + 8 * ARGUMENTS;

/**
 * What a helper does for ever: waits for a task, runs it, says that it is done. Its thread is ended from outside. The control
 * block holds the number of the task, that of the last one done (negative: it failed), the length of the kernel's name and of
 * the arguments, then both. It refers to nothing outside of itself: Node is given it as text.
 */
export function help({ module, memory, control }: HelperStart): void {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const head = new Int32Array(control, 0, 4);
  const name = new Uint8Array(control, 16, 32);
  const given = new Float64Array(control, 48);
  let task = 0;
  for (;;) {
    // The next task is mostly close behind, and a core that has gone to sleep is slow to wake: look for it for 2 ms.
    for (const end = performance.now() + 2; Atomics.load(head, 0) === task && performance.now() < end;);
    Atomics.wait(head, 0, task);
    task = Atomics.load(head, 0);
    let done = task;
    try {
      const kernel = kernels[String.fromCharCode(...name.subarray(0, head[2]))];
      if (typeof kernel === 'function') kernel(...given.subarray(0, head[3]));
      else done = -task;
    } catch {
      done = -task;
    }
    Atomics.store(head, 1, done);
    Atomics.notify(head, 1);
  }
}

/** Starts the helpers; null where none can be. */
export async function openTeam(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  own: SimdKernels,
  host: HelperHost,
): Promise<Team | null> {
  const members = Array.from({ length: host.count }, () => ({
    helper: host.start(),
    control: new SharedArrayBuffer(CONTROL_BYTES),
  }));
  const stop = (): void => members.forEach(({ helper }) => helper.stop());
  try {
    await Promise.all(members.map(({ helper, control }) => helper.begin({ module, memory, control })));
  } catch {
    stop();
    return null;
  }
  const mates = members.map(({ control }) => mate(control));
  const crowd = new Crowd();
  return {
    size: 1 + mates.length,
    run: (kernel, shares) => {
      const compute = (share: readonly number[]): unknown => Reflect.apply(own[kernel], null, share);
      if (crowd.isThere && !host.stubborn) return shares.forEach(compute);
      const [first = [], ...others] = shares;
      others.forEach((share, place) => mates[place]?.begin(kernel, share));
      const begun = performance.now();
      compute(first);
      const computed = performance.now();
      others.forEach((_, place) => mates[place]?.join());
      crowd.sees(computed - begun, performance.now() - computed);
    },
    close: stop,
  };
}

/** Waiting for a helper longer than for one's own share, and this much more, means that its core has something else to do. */
const CROWDED_MS = 8;
const [LEAST_ALONE_MS, MOST_ALONE_MS] = [50, 2000];

/** Other programs on the cores: a share then waits longer than it takes, and the caller does all of them for a while. */
export class Crowd {
  #until = 0;
  #aloneMs = LEAST_ALONE_MS;

  get isThere(): boolean {
    return performance.now() < this.#until;
  }

  /** Takes in how long the caller's share took, and how long it then waited for the others. */
  sees(ownMs: number, waitedMs: number): void {
    if (waitedMs <= ownMs + CROWDED_MS) {
      this.#aloneMs = LEAST_ALONE_MS;
      return;
    }
    this.#until = performance.now() + this.#aloneMs;
    this.#aloneMs = Math.min(MOST_ALONE_MS, 2 * this.#aloneMs);
  }
}

/** One helper, seen from the caller. */
function mate(control: SharedArrayBuffer) {
  const head = new Int32Array(control, 0, 4);
  const name = new Uint8Array(control, 16, NAME_BYTES);
  const given = new Float64Array(control, HEAD_BYTES);
  let task = 0;
  return {
    begin: (kernel: string, share: readonly number[]): void => {
      for (let at = 0; at < kernel.length; at++) name[at] = kernel.charCodeAt(at);
      given.set(share);
      head[2] = kernel.length;
      head[3] = share.length;
      task += 1;
      Atomics.store(head, 0, task);
      Atomics.notify(head, 0);
    },
    join: (): void => {
      const end = performance.now() + PATIENCE_MS;
      for (let done = Atomics.load(head, 1); done !== task; done = Atomics.load(head, 1)) {
        if (done === -task) throw new Error('A thread that shares the work failed.');
        if (performance.now() >= end) Atomics.wait(head, 1, done);
      }
    },
  };
}
