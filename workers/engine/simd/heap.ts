import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { plain, relaxed } from './assembly/kernels.ts?simd';
import { withSharedMemory } from './sharedMemory';
import { sharedKernels } from './shares';
import { openTeam, type HelperHost, type Team } from './team';

/** The compiled kernels; arguments are addresses on the heap of the WASM backend, and sizes. */
export interface SimdKernels {
  /** Threads that a kernel may use; where one takes scratch, each of them takes so much. */
  readonly threads: number;
  adam(
    theta: number,
    result: number,
    first: number,
    second: number,
    gradient: number,
    length: number,
    beta1: number,
    beta2: number,
    oneMinusBeta1: number,
    oneMinusBeta2: number,
    epsilon: number,
    weightDecay: number,
    stepSize: number,
    scale: number,
  ): void;
  compare(x: number, result: number, length: number, limit: number, orEqual: boolean): void;
  csrProduct(
    pointers: number,
    columns: number,
    values: number,
    x: number,
    result: number,
    rows: number,
    width: number,
  ): void;
  exponential(x: number, result: number, length: number): void;
  hyperbolicTangent(x: number, result: number, length: number): void;
  sums(x: number, result: number, outer: number, depth: number, inner: number): void;
  halves(
    x: number,
    indices: number,
    result: number,
    rows: number,
    count: number,
    words: number,
    columns: number,
  ): number;
  gatherRows(x: number, indices: number, result: number, rows: number, count: number, width: number): number;
  copyColumns(from: number, to: number, rows: number, fromWidth: number, toWidth: number, taken: number): void;
  packedNumbers(k: number, n: number): number;
  /** Rows `first` to `last` of `m`. */
  matMul(
    a: number,
    b: number,
    packed: number,
    result: number,
    m: number,
    k: number,
    n: number,
    turnedA: boolean,
    turnedB: boolean,
    first: number,
    last: number,
  ): void;
  maskedTopK(
    scores: number,
    ids: number,
    pointers: number,
    masked: number,
    result: number,
    rows: number,
    columns: number,
    k: number,
  ): void;
  expertScores(
    users: number,
    items: number,
    output: number,
    hiddenWeights: number,
    hiddenBias: number,
    result: number,
    scratch: number,
    rows: number,
    columns: number,
    first: number,
    last: number,
    experts: number,
    width: number,
    top: number,
    mlp: number,
    hidden: number,
  ): void;
}

let open: { readonly backend: BackendWasm; readonly kernels: SimdKernels; readonly team: Team | null } | null = null;

/**
 * Links the kernels with the backend's heap, and shares them between threads where the heap is shared and there are any. Where
 * the engine knows no SIMD, the portable loops remain. Returns how many threads compute.
 */
export async function openSimd(backend: BackendWasm, helpers: HelperHost | null): Promise<number> {
  closeSimd();
  const memory = heapOf(backend.wasm);
  if (!memory) return 1;
  try {
    const module = await WebAssembly.compile(kernelsFor(memory));
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const kernels: unknown = { ...exports, threads: 1 };
    if (!areKernels(kernels)) return 1;
    const team = helpers && isShared(memory) ? await openTeam(module, memory, kernels, helpers) : null;
    open = { backend, team, kernels: team ? sharedKernels(kernels, team, memory) : kernels };
    return open.kernels.threads;
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return 1;
  }
}

/** Ends the threads. */
export function closeSimd(): void {
  open?.team?.close();
  open = null;
}

const isShared = (memory: WebAssembly.Memory): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;

function kernelsFor(memory: WebAssembly.Memory): Uint8Array<ArrayBuffer> {
  const fused = bytesOf(relaxed);
  const kernels = WebAssembly.validate(fused) ? fused : bytesOf(plain);
  return (isShared(memory) ? withSharedMemory(kernels) : null) ?? kernels;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** The kernels on this backend's heap; null where there are none. */
export const simdOf = (backend: BackendWasm): SimdKernels | null => (open?.backend === backend ? open.kernels : null);

/** Where a tensor's numbers begin. It stays there; the heap may grow. */
export const addressOf = (backend: BackendWasm, { dataId }: TensorInfo): number =>
  backend.dataIdMap.get(dataId).memoryOffset;

/** Emscripten keeps the module's exports, the heap among them, under `asm`. */
function heapOf(module: unknown): WebAssembly.Memory | null {
  if (typeof module !== 'object' || module === null || !('asm' in module)) return null;
  const { asm } = module;
  return typeof asm === 'object' && asm !== null && 'memory' in asm && asm.memory instanceof WebAssembly.Memory
    ? asm.memory
    : null;
}

const areKernels = (exports: unknown): exports is SimdKernels =>
  typeof exports === 'object' &&
  exports !== null &&
  [
    'adam',
    'compare',
    'csrProduct',
    'exponential',
    'hyperbolicTangent',
    'sums',
    'halves',
    'gatherRows',
    'copyColumns',
    'packedNumbers',
    'matMul',
    'maskedTopK',
    'expertScores',
  ].every((name) => name in exports);
