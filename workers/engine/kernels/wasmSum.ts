import { replaceOnWasm } from '../replace';
import { addressOf } from '../simd/heap';
import { reductionOf } from './reduction';

/** The WASM backend adds number by number, and turns a matrix over to add up its columns. */
export function replaceWasmSum(): void {
  replaceOnWasm('Sum', ({ inputs: { x }, attrs, backend, kernels }) => {
    const reduction = x?.dtype === 'float32' ? reductionOf(x.shape, attrs['axis'], attrs['keepDims'] === true) : null;
    if (!kernels || !x || !reduction) return null;
    const output = backend.makeOutput(reduction.shape, 'float32');
    kernels.sums(addressOf(backend, x), addressOf(backend, output), ...reduction.view);
    return output;
  });
}
