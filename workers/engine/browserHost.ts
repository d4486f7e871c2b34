import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import type { DeviceHost } from './device';

/** tfjs asks for a path for each of its builds; the SIMD one serves every browser that has WebGPU or module workers. */
const WASM_BUILDS = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

/** The device host of a browser's page or worker. */
export const browserHost = (): DeviceHost => ({
  gpu: 'gpu' in navigator ? navigator.gpu : null,
  wasmPaths: Object.fromEntries(WASM_BUILDS.map((build) => [build, wasmUrl])),
  fetchWasm: false,
});
