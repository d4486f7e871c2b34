import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import type { DeviceHost } from '../../workers/engine/device';

const BUILDS = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

export const testHost = async (withGpu: boolean): Promise<DeviceHost> => ({
  gpu: withGpu ? navigator.gpu : null,
  wasmPaths: Object.fromEntries(BUILDS.map((build) => [build, wasmUrl])),
  fetchWasm: false,
});
