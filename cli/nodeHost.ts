import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { DeviceHost } from '../workers/engine/device';
import { help, helpersOn, type Helper } from '../workers/engine/simd/team';

/** The software Vulkan driver that Chromium brings. */
const OF_CHROMIUM = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/usr/lib/chromium-browser/vk_swiftshader_icd.json'];

/**
 * The device host of Node: WebGPU through Dawn (npm `webgpu`) when `withGpu`, WASM modules from the package's folder, computing
 * on `threads`.
 */
export async function nodeHost(
  withGpu: boolean,
  allowSoftware: boolean,
  threads = 1 + helpersOn(availableParallelism()),
): Promise<DeviceHost> {
  // Node 20 has relaxed SIMD behind a flag; browsers have it.
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
  // The WASM module's loader was written for CommonJS and looks these up.
  Object.assign(globalThis, { require, __dirname: folder });
  const wasmPaths: Record<string, string> = {};
  for (const file of [
    'tfjs-backend-wasm.wasm',
    'tfjs-backend-wasm-simd.wasm',
    'tfjs-backend-wasm-threaded-simd.wasm',
  ]) {
    const path = join(folder, file);
    // Node's fetch takes no file URLs, so the modules are handed over as data URLs.
    if (existsSync(path)) wasmPaths[file] = `data:application/wasm;base64,${readFileSync(path).toString('base64')}`;
  }
  return {
    gpu: withGpu ? await dawn(allowSoftware) : null,
    wasmPaths,
    fetchWasm: true,
    helpers: threads > 1 ? { count: threads - 1, start: startHelper } : null,
  };
}

function startHelper(): Helper {
  // A bundle is one file, so the thread is given its program as text.
  const program = `const { parentPort } = require('node:worker_threads');
    parentPort.once('message', (start) => {
      parentPort.postMessage(null);
      setImmediate(() => (${help.toString()})(start));
    });`;
  const worker = new Worker(program, { eval: true });
  worker.unref();
  return {
    begin: (start) =>
      new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.postMessage(start);
      }),
    stop: () => void worker.terminate(),
  };
}

/** A graphics card where there is one; else, if it is allowed, Mesa's driver for the processor or Chromium's. */
async function dawn(allowSoftware: boolean): Promise<GPU | null> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    let gpu = create([]);
    const chosen = process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES'];
    const driver = OF_CHROMIUM.find((path) => existsSync(path));
    if (allowSoftware && !chosen && driver && !(await gpu.requestAdapter())) {
      process.env['VK_ICD_FILENAMES'] = driver;
      gpu = create([]);
    }
    // tfjs asks whether `navigator.gpu` exists.
    Object.defineProperty(globalThis, 'navigator', { value: { ...globalThis.navigator, gpu }, configurable: true });
    return gpu;
  } catch {
    return null;
  }
}
