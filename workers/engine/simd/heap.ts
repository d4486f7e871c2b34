import { type SimdKernels } from './kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { plain, relaxed } from './assembly/kernels.ts?simd';
import { withSharedMemory } from './sharedMemory';
import { sharedKernels } from './shares';
import { openTeam, type HelperHost, type Team } from './team';

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
