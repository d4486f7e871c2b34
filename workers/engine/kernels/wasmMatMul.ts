import { replaceOnWasm } from '../replace';
import { addressOf } from '../simd/heap';

/**
 * The WASM backend packs its operands for every product and multiplies at half the speed of the compiled loop; with a transposed
 * operand, as both gradients of every product have one, it falls back to plain loops, thirty times slower.
 */
export function replaceWasmMatMul(): void {
  replaceOnWasm('BatchMatMul', ({ inputs: { a, b }, attrs, backend, kernels }) => {
    if (!kernels || !a || !b || a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32') return null;
    const [turnedA, turnedB] = [attrs['transposeA'] === true, attrs['transposeB'] === true];
    const [m = 0, k = 0] = turnedA ? [a.shape[1], a.shape[0]] : a.shape;
    const n = b.shape[turnedB ? 0 : 1] ?? 0;
    if (m * k * n === 0) return null;
    const result = backend.makeOutput([m, n], 'float32');
    const packed = backend.makeOutput([kernels.packedNumbers(k, n)], 'float32');
    kernels.matMul(addressOf(backend, a), addressOf(backend, b), addressOf(backend, packed), addressOf(backend, result), m, k, n, turnedA, turnedB);
    backend.disposeData(packed.dataId);
    return result;
  });
}
