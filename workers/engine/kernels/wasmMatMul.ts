import { replaceOnWasm } from '../replace';
import { addressOf } from '../simd/heap';
import { productOf } from './product';

const BYTES = 4;

/**
 * The WASM backend packs its operands for every product and multiplies at half the speed of the compiled loop; with a transposed
 * operand, as both gradients of every product have one, it falls back to plain loops, thirty times slower.
 */
export function replaceWasmMatMul(): void {
  replaceOnWasm('BatchMatMul', ({ inputs: { a, b }, attrs, backend, kernels }) => {
    const product = a && b ? productOf(a, b, attrs) : null;
    if (!kernels || !a || !b || !product) return null;
    const { batch, m, k, n, shape, turnedA, turnedB } = product;
    const result = backend.makeOutput(shape, 'float32');
    const packed = backend.makeOutput([kernels.threads * kernels.packedNumbers(k, n)], 'float32');
    const [fromA, fromB, to, scratch] = [a, b, result, packed].map((tensor) => addressOf(backend, tensor));
    for (let pair = 0; pair < batch; pair++) {
      kernels.matMul(
        (fromA ?? 0) + BYTES * pair * m * k,
        (fromB ?? 0) + BYTES * pair * k * n,
        scratch ?? 0,
        (to ?? 0) + BYTES * pair * m * n,
        m,
        k,
        n,
        turnedA,
        turnedB,
        0,
        m,
      );
    }
    backend.disposeData(packed.dataId);
    return result;
  });
}
