import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { plain, relaxed } from './assembly/kernels.ts?simd';

/** The compiled kernels; arguments are addresses on the heap of the WASM backend, and sizes. */
export interface SimdKernels {
  adam(
    theta: number, result: number, first: number, second: number, gradient: number, length: number,
    beta1: number, beta2: number, oneMinusBeta1: number, oneMinusBeta2: number, epsilon: number, weightDecay: number, stepSize: number, scale: number,
  ): void;
  compare(x: number, result: number, length: number, limit: number, orEqual: boolean): void;
  csrProduct(pointers: number, columns: number, values: number, x: number, result: number, rows: number, width: number): void;
  exponential(x: number, result: number, length: number): void;
  hyperbolicTangent(x: number, result: number, length: number): void;
  sums(x: number, result: number, outer: number, depth: number, inner: number): void;
  halves(x: number, indices: number, result: number, rows: number, count: number, words: number, columns: number): number;
  gatherRows(x: number, indices: number, result: number, rows: number, count: number, width: number): number;
  copyColumns(from: number, to: number, rows: number, fromWidth: number, toWidth: number, taken: number): void;
  packedNumbers(k: number, n: number): number;
  matMul(a: number, b: number, packed: number, result: number, m: number, k: number, n: number, turnedA: boolean, turnedB: boolean): void;
  maskedTopK(scores: number, ids: number, pointers: number, masked: number, result: number, rows: number, columns: number, k: number): void;
  expertScores(
    users: number, items: number, output: number, hiddenWeights: number, hiddenBias: number, result: number, scratch: number,
    rows: number, columns: number, first: number, last: number, experts: number, width: number, top: number, mlp: number, hidden: number,
  ): void;
}

let open: { readonly backend: BackendWasm; readonly kernels: SimdKernels } | null = null;

/** Links the kernels with the backend's heap. Where the engine knows no SIMD, the portable loops remain. */
export async function openSimd(backend: BackendWasm): Promise<void> {
  open = null;
  const memory = heapOf(backend.wasm);
  if (!memory) return;
  try {
    const fused = bytesOf(relaxed);
    const { instance } = await WebAssembly.instantiate(WebAssembly.validate(fused) ? fused : bytesOf(plain), { env: { memory } });
    const kernels: unknown = instance.exports;
    if (areKernels(kernels)) open = { backend, kernels };
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
  }
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** The kernels on this backend's heap; null where there are none. */
export const simdOf = (backend: BackendWasm): SimdKernels | null => (open?.backend === backend ? open.kernels : null);

/** Where a tensor's numbers begin. It stays there; the heap may grow. */
export const addressOf = (backend: BackendWasm, { dataId }: TensorInfo): number => backend.dataIdMap.get(dataId).memoryOffset;

/** Emscripten keeps the module's exports, the heap among them, under `asm`. */
function heapOf(module: unknown): WebAssembly.Memory | null {
  if (typeof module !== 'object' || module === null || !('asm' in module)) return null;
  const { asm } = module;
  return typeof asm === 'object' && asm !== null && 'memory' in asm && asm.memory instanceof WebAssembly.Memory ? asm.memory : null;
}

const areKernels = (exports: unknown): exports is SimdKernels =>
  typeof exports === 'object' && exports !== null && ['adam', 'compare', 'csrProduct', 'exponential', 'hyperbolicTangent', 'sums', 'halves', 'gatherRows', 'copyColumns', 'packedNumbers', 'matMul', 'maskedTopK', 'expertScores'].every((name) => name in exports);
