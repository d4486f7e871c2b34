import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import type { DeviceHost } from './device';
import { helpersOn, type Helper } from './simd/team';

/** tfjs asks for a path for each of its builds; the SIMD one serves every browser that has WebGPU or module workers. */
const WASM_BUILDS = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

/** The device host of a browser's page or worker. */
export const browserHost = (): DeviceHost => ({
  gpu: 'gpu' in navigator ? navigator.gpu : null,
  wasmPaths: Object.fromEntries(WASM_BUILDS.map((build) => [build, wasmUrl])),
  fetchWasm: false,
  helpers: mayShare() ? { count: helpersOn(navigator.hardwareConcurrency), start: startHelper } : null,
});

/** A page may not wait for a thread, its workers may; and only an isolated one shares memory. */
const mayShare = (): boolean =>
  crossOriginIsolated && !('document' in globalThis) && helpersOn(navigator.hardwareConcurrency) > 0;

function startHelper(): Helper {
  const worker = new Worker(new URL('../helper.worker.ts', import.meta.url), { type: 'module' });
  return {
    begin: (start) =>
      new Promise((resolve, reject) => {
        worker.onmessage = () => resolve();
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(start);
      }),
    stop: () => worker.terminate(),
  };
}
