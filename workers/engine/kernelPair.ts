import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { webgpu_util, type WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { hostView, isCpu, isWasm, isWebGPU } from './backends';
import { addressOf, simdOf } from './simd/heap';
import { type SimdKernels } from './simd/kernels';

type Program = Parameters<WebGPUBackend['runWebGPUProgram']>[0];
export type HostArray = Float32Array | Int32Array;

/** Integers a kernel is given besides its tensors; part of the shader's key only through `wgsl`. */
export type Attributes = Readonly<Record<string, number>>;

/**
 * One operation, twice: as WGSL and as a loop over typed arrays. The loop is the specification, the fallback on the
 * WASM and CPU backends, and the oracle in tests. Where a loop is worth it, WASM has a compiled one with SIMD.
 */
export interface KernelPair {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputShape: (shapes: readonly (readonly number[])[], attributes: Attributes) => number[];
  readonly portable: (
    inputs: readonly HostArray[],
    output: Float32Array,
    shapes: readonly (readonly number[])[],
    attributes: Attributes,
  ) => void;
  /** On the heap of the WASM backend: the addresses of the inputs, of the output, and of `scratch` numbers more for each thread. */
  readonly simd?: {
    readonly scratch?: (attributes: Attributes) => number;
    readonly run: (
      kernels: SimdKernels,
      at: { readonly inputs: readonly number[]; readonly output: number; readonly scratch: number },
      shapes: readonly (readonly number[])[],
      attributes: Attributes,
    ) => void;
  };
  readonly wgsl: (shapes: readonly (readonly number[])[], attributes: Attributes) => WgslSource;
}

export interface WgslSource {
  /** Body with `fn main(index : i32)`; inputs by name, output `result`, shapes `uniforms.<name>Shape`. */
  readonly code: string;
  /** Everything baked into the code. */
  readonly key: string;
  /** Elements of `vec4<f32>`: 4, else 1; per input, then of the output. */
  readonly inputComponents: readonly number[];
  readonly outputComponent: 1 | 4;
  readonly workgroupSize: number;
  /** Workgroups when one workgroup makes more than its share of invocations' elements; null = one invocation an element. */
  readonly workgroups: number | null;
}

/** Hears of every call of a pair, with what it was given and what it made. */
export type PairWatcher = (call: {
  readonly pair: KernelPair;
  readonly inputs: readonly tf.TensorInfo[];
  readonly attributes: Attributes;
  readonly output: tf.TensorInfo;
}) => void;

let watcher: PairWatcher | null = null;

/** Watches until the function that is returned is called. */
export function watchPairs(watch: PairWatcher): () => void {
  watcher = watch;
  return () => (watcher = null);
}

const registered = new Map<string, KernelPair>();

/** Every pair that was made callable, in the order in which they were. */
export const registeredPairs = (): readonly KernelPair[] => [...registered.values()];

/** Makes the pair callable on all three backends. */
export function registerPair(pair: KernelPair): void {
  registered.set(pair.name, pair);
  const ordered = (inputs: tf.NamedTensorInfoMap): tf.TensorInfo[] =>
    pair.inputs.flatMap((name) => {
      const tensor = inputs[name];
      return tensor ? [tensor] : [];
    });

  for (const backendName of ['webgpu', 'wasm', 'cpu']) {
    if (tf.getKernel(pair.name, backendName)) continue;
    tf.registerKernel({
      kernelName: pair.name,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) => runOn(backend, pair, ordered(inputs), numbersOf(attrs)),
    });
  }
}

/** Runs a pair on whatever backend there is, as one of its kernels. */
export function runOn(
  backend: unknown,
  pair: KernelPair,
  inputs: tf.TensorInfo[],
  attributes: Attributes = {},
): tf.TensorInfo {
  const output = compute(backend, pair, inputs, attributes);
  watcher?.({ pair, inputs, attributes, output });
  return output;
}

function compute(backend: unknown, pair: KernelPair, tensors: tf.TensorInfo[], attributes: Attributes): tf.TensorInfo {
  if (isWebGPU(backend)) return runOnDevice(backend, pair, tensors, attributes);
  const shapes = tensors.map((tensor) => tensor.shape);
  const shape = pair.outputShape(shapes, attributes);
  if (isWasm(backend)) {
    const made = runWithSimd(backend, pair, tensors, shape, attributes);
    if (made) return made;
  }
  let output: tf.TensorInfo;
  if (isWasm(backend)) output = backend.makeOutput(shape, 'float32');
  else if (isCpu(backend))
    output = backend.makeTensorInfo(shape, 'float32', new Float32Array(tf.util.sizeFromShape(shape)));
  else throw new Error(`${pair.name} does not know this backend.`);
  const target = hostView(backend, output);
  if (!(target instanceof Float32Array)) throw new Error(`${pair.name} makes float32.`);
  pair.portable(
    tensors.map((tensor) => hostView(backend, tensor)),
    target,
    shapes,
    attributes,
  );
  return output;
}

/** Null where the pair or the backend has no compiled loop. */
function runWithSimd(
  backend: BackendWasm,
  pair: KernelPair,
  tensors: tf.TensorInfo[],
  shape: number[],
  attributes: Attributes,
): tf.TensorInfo | null {
  const kernels = simdOf(backend);
  if (!kernels || !pair.simd) return null;
  const output = backend.makeOutput(shape, 'float32');
  const scratch = pair.simd.scratch
    ? backend.makeOutput([kernels.threads * pair.simd.scratch(attributes)], 'float32')
    : null;
  const at = {
    inputs: tensors.map((tensor) => addressOf(backend, tensor)),
    output: addressOf(backend, output),
    scratch: scratch ? addressOf(backend, scratch) : 0,
  };
  pair.simd.run(
    kernels,
    at,
    tensors.map((tensor) => tensor.shape),
    attributes,
  );
  if (scratch) backend.disposeData(scratch.dataId);
  return output;
}

/** WebGPU's limit for one dimension of a dispatch. */
const MOST_WORKGROUPS = 65_535;

/** Runs the shader of a pair. */
function runOnDevice(
  backend: WebGPUBackend,
  pair: KernelPair,
  tensors: tf.TensorInfo[],
  attributes: Attributes,
): tf.TensorInfo {
  const shapes = tensors.map(({ shape }) => shape);
  const outputShape = pair.outputShape(shapes, attributes);
  const source = pair.wgsl(shapes, attributes);
  const layout = webgpu_util.flatDispatchLayout(outputShape);
  const perInvocation = source.outputComponent;
  const program: Program = {
    variableNames: pair.inputs.slice(0, tensors.length),
    variableComponents: [...source.inputComponents],
    outputComponent: source.outputComponent,
    outputShape,
    workgroupSize: [source.workgroupSize, 1, 1],
    dispatchLayout: layout,
    dispatch:
      source.workgroups === null
        ? webgpu_util.computeDispatch(layout, outputShape, [source.workgroupSize, 1, 1], [perInvocation, 1, 1])
        : [Math.min(source.workgroups, MOST_WORKGROUPS), Math.ceil(source.workgroups / MOST_WORKGROUPS), 1],
    size: true,
    shaderKey: `${pair.name}_${source.key}`,
    getUserCode: () => source.code,
  };
  return backend.runWebGPUProgram(program, tensors, 'float32');
}

function numbersOf(attrs: tf.NamedAttrMap | undefined): Attributes {
  const numbers: Record<string, number> = {};
  for (const [key, value] of Object.entries(attrs ?? {})) {
    if (typeof value === 'number') numbers[key] = value;
  }
  return numbers;
}

/** Runs a registered pair; not recorded for gradients (its callers bring their own). */
export function runPair(pair: KernelPair, inputs: readonly tf.Tensor[], attributes: Attributes = {}): tf.Tensor {
  const named: tf.NamedTensorMap = {};
  pair.inputs.forEach((name, position) => {
    const tensor = inputs[position];
    if (tensor) named[name] = tensor;
  });
  return tf.engine().runKernel<tf.Tensor>(pair.name, named, { ...attributes });
}
