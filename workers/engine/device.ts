import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { DeviceReport, MemoryUse } from '../../src/domain/run';
import type { BackendChoice, BackendName } from '../../src/domain/backend';
import { AppError, type Fault } from '../../src/domain/errors';
import { isWasm, isWebGPU } from './backends';
import { registerKernels } from './kernels/register';
import { replaceWasmComparisons, replaceWasmExp } from './kernels/wasmElements';
import { replaceWasmMatMul } from './kernels/wasmMatMul';
import {
  replaceWasmConcat,
  replaceWasmCuts,
  replaceWasmGather,
  replaceWasmIdentity,
  replaceWasmTranspose,
} from './kernels/wasmRows';
import { replaceWasmSum } from './kernels/wasmSum';
import { closeSimd, openSimd } from './simd/heap';
import { sharingHeap } from './simd/sharedHeap';
import type { HelperHost } from './simd/team';
import { peakMeter } from './peak';
import { selfTest } from './selfTest';

/** What differs between a browser's worker and Node. */
export interface DeviceHost {
  /** The WebGPU entry point, or null where there is none. */
  readonly gpu: GPU | null;
  /** Where the WASM backend's modules are, by file name. */
  readonly wasmPaths: Readonly<Record<string, string>>;
  /** Whether the WASM backend should load these paths with `fetch`. */
  readonly fetchWasm: boolean;
  /** Threads to share the WASM backend's work; null where memory cannot be shared. */
  readonly helpers: HelperHost | null;
}

export interface DeviceRequest {
  readonly backend: BackendChoice;
  readonly allowSoftware: boolean;
  /** Open it even if its self-test fails: to find out what else does. */
  readonly evenIfWrong?: boolean;
  /** Most of a limit to ask of a WebGPU device, to be a weaker one. */
  readonly limits?: Readonly<Partial<Record<WebGpuLimit, number>>>;
}

/** An open device. `check` throws what went wrong on it and was not thrown before. */
export interface Device {
  readonly report: DeviceReport;
  check(): void;
  memory(): MemoryUse;
  close(): void;
}

const ORDER: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];

/**
 * Opens the first backend that works, in the order WebGPU (hardware), WASM, CPU, or the one asked for.
 * Throws `GPU_UNAVAILABLE` or `BACKEND_UNAVAILABLE` when the one asked for does not, `GPU_SELF_TEST` when it computes wrongly.
 */
export async function openDevice(host: DeviceHost, request: DeviceRequest): Promise<Device> {
  const wanted = request.backend === 'auto' ? ORDER : [request.backend];
  const reasons: string[] = [];
  for (const name of wanted) {
    try {
      return await openBackend(host, name, request, reasons.join(' ') || null);
    } catch (error) {
      if (request.backend !== 'auto' || !(error instanceof AppError)) throw error;
      reasons.push(error.message);
    }
  }
  throw new AppError(
    'BACKEND_UNAVAILABLE',
    `No backend works here. ${reasons.join(' ')}`,
    'Use a current Chrome or Edge.',
  );
}

async function openBackend(
  host: DeviceHost,
  name: BackendName,
  request: DeviceRequest,
  fallbackReason: string | null,
): Promise<Device> {
  const faults: Fault[] = [];
  const meter = peakMeter();
  const described = name === 'webgpu' ? await openWebGPU(host.gpu, request, faults) : await openHost(host, name);
  registerKernels();
  const tests = await selfTest();
  meter.reset();
  const failed = tests.find((test) => !test.passed);
  if (failed && !request.evenIfWrong) {
    described.close();
    throw new AppError(
      'GPU_SELF_TEST',
      `${described.name} gives wrong results: “${failed.name}” is off by ${failed.error.toExponential(1)}.`,
      'Update the graphics driver, or choose WASM on the Device page.',
      { test: failed.name },
    );
  }
  const { close, ...description } = described;
  return {
    report: {
      ...description,
      backend: name,
      fallbackReason,
      selfTest: tests,
      versions: { 'tfjs-core': tf.version_core },
    },
    check: () => {
      // One wrong command makes others wrong: the first tells. A lost device stays lost.
      const [fault] = faults;
      if (fault?.code !== 'GPU_LOST') faults.length = 0;
      if (fault) throw new AppError(fault.code, fault.message, fault.hint, fault.context);
    },
    memory: () => {
      const tensors = tf.memory().numBytes;
      const backend: unknown = tf.backend();
      return {
        tensors,
        allocated: isWebGPU(backend) ? backend.bufferManager.numBytesAllocated : tensors,
        peak: meter.bytes,
      };
    },
    close,
  };
}

type Description = Pick<DeviceReport, 'name' | 'vendor' | 'architecture' | 'software' | 'limits' | 'features'> & {
  close: () => void;
};

/** Limits raised to what the adapter offers; tfjs alone would leave most at their defaults. */
export const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

type WebGpuLimit = (typeof RAISED_LIMITS)[number];

async function openWebGPU(
  gpu: GPU | null,
  { allowSoftware, limits: lowered = {} }: DeviceRequest,
  faults: Fault[],
): Promise<Description> {
  if (!gpu) throw unavailable('This browser has no WebGPU.');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw unavailable('The browser found no graphics adapter for WebGPU.');
  const info = adapter.info;
  const software =
    info.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|basic render/i.test(
      `${info.vendor} ${info.architecture} ${info.description} ${info.device}`,
    );
  if (software && !allowSoftware) {
    throw unavailable(
      `The only WebGPU adapter (${info.vendor} ${info.architecture}) runs on the processor, where WASM is faster.`,
      'Run on WASM, or allow a software adapter on the Device page (--software on the command line).',
    );
  }
  const limits: Record<string, number> = {};
  for (const key of RAISED_LIMITS) limits[key] = Math.min(adapter.limits[key], lowered[key] ?? Infinity);
  const features: GPUFeatureName[] = adapter.features.has('timestamp-query') ? ['timestamp-query'] : [];
  const device = await adapter.requestDevice({ requiredLimits: limits, requiredFeatures: features });

  let closing = false;
  void device.lost.then((lost) => {
    if (closing) return;
    faults.push({
      code: 'GPU_LOST',
      message: `The graphics device was lost: ${lost.message || lost.reason}.`,
      hint: 'Resume the run; it continues from its last checkpoint. If it happens again, lower the batch size.',
      context: { reason: lost.reason },
    });
  });
  device.addEventListener('uncapturederror', (event) => {
    const outOfMemory = event.error.constructor.name === 'GPUOutOfMemoryError';
    faults.push({
      code: outOfMemory ? 'GPU_OUT_OF_MEMORY' : 'GPU_VALIDATION',
      message: outOfMemory
        ? 'The graphics device is out of memory.'
        : `The graphics device rejected a command: ${event.error.message.slice(0, 300)}`,
      hint: outOfMemory
        ? 'Lower the batch size or embedding size, or close other pages that use the GPU.'
        : 'Choose WASM on the Device page; the last good checkpoint is kept.',
      context: {},
    });
  });

  await webgpuBackendOn(device, info);
  return {
    name: adapterName(info, software),
    vendor: info.vendor,
    architecture: info.architecture,
    software,
    limits,
    features: [...adapter.features].sort(),
    close: () => {
      closing = true;
      tf.removeBackend('webgpu');
      device.destroy();
    },
  };
}

/** Puts tfjs on a device of ours. */
export async function webgpuBackendOn(device: GPUDevice, info: GPUAdapterInfo): Promise<void> {
  // Results on the host would differ in the last bits from those on the device, and from run to run with sizes.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => {
    const backend = new WebGPUBackend(device, info);
    // Below this many workgroups tfjs splits the inner dimension and adds with float atomics: other bits at every launch.
    backend.thresholdToIncreaseWorkgroups = 0;
    return backend;
  });
  await tf.setBackend('webgpu');
  await tf.ready();
}

function adapterName(info: GPUAdapterInfo, software: boolean): string {
  const { vendor, architecture, device, description } = info;
  const short = [vendor, architecture || device].filter(Boolean).join(' ');
  // NVIDIA's driver describes itself, not the card.
  const told = /^[^:]+: [\d. ]+$/.test(description) ? `${device || short} (${description})` : description;
  const text = told || short || 'WebGPU adapter';
  return software ? `${text} (software)` : text;
}

async function openHost(host: DeviceHost, name: 'wasm' | 'cpu'): Promise<Description> {
  if (name === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // The threaded build breaks when minified and does not start in Node: the threads are our own.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths({ ...host.wasmPaths }, host.fetchWasm || host.helpers !== null);
    replaceWasmMatMul();
    replaceWasmExp();
    replaceWasmComparisons();
    replaceWasmGather();
    replaceWasmCuts();
    replaceWasmConcat();
    replaceWasmTranspose();
    replaceWasmIdentity();
    replaceWasmSum();
  } else {
    await import('@tensorflow/tfjs-backend-cpu');
  }
  const start = () => tf.setBackend(name);
  if (!(await (name === 'wasm' && host.helpers ? sharingHeap(start) : start()))) {
    throw new AppError(
      'BACKEND_UNAVAILABLE',
      `The ${name} backend did not start.`,
      'Reload the page. If it happens again, use a current Chrome or Edge.',
    );
  }
  await tf.ready();
  const backend: unknown = tf.backend();
  const threads = isWasm(backend) ? await openSimd(backend, host.helpers) : 1;
  const simd = name === 'wasm' && (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  return {
    name:
      name === 'cpu'
        ? 'JavaScript'
        : `${simd ? 'WebAssembly SIMD' : 'WebAssembly'}${threads > 1 ? ` × ${threads}` : ''}`,
    vendor: '',
    architecture: name,
    software: true,
    limits: {},
    features: simd ? ['simd'] : [],
    close: () => {
      closeSimd();
      const factory = tf.findBackendFactory(name);
      tf.removeBackend(name);
      // Frees what it holds, and can be opened again.
      tf.registerBackend(name, factory);
    },
  };
}

const BROWSER_HINT =
  'Use Chrome or Edge 113 or newer with hardware acceleration on (chrome://settings/system), or run on WASM.';

const unavailable = (message: string, hint = BROWSER_HINT): AppError => new AppError('GPU_UNAVAILABLE', message, hint);
