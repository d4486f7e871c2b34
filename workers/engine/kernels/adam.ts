import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { deviceBuffer, hostView, isWasm, isWebGPU, readFloats } from '../backends';
import { noteHeld, type RowSource } from '../rowSource';
import { addressOf, simdOf } from '../simd/heap';
import { type SimdKernels } from '../simd/kernels';
import { IN_PLACE_WORKGROUP, InPlaceProgram } from './inPlace';
import { deviceZeros, uploadRows, writeNumbers } from '../upload';

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Added to the gradient as `weightDecay · θ` (PyTorch's coupled decay). */
  readonly weightDecay: number;
  /** AdamW's: `θ ← θ − lr · decoupledDecay · θ` before the step. */
  readonly decoupledDecay: number;
}

export const ADAM_DEFAULTS: AdamSettings = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupledDecay: 0,
};

/**
 * A trainable tensor with its moments. The moments are updated where they lie; so is the tensor on WebGPU and CPU. On
 * WASM it is replaced at every step, because matrix products there keep a packed copy of a right operand for as long
 * as the tensor lives. So read `tensor` anew in every step.
 */
export interface Parameter {
  readonly name: string;
  /** What it is and which axis means what, for people who replay a run elsewhere. */
  readonly meaning: string;
  tensor: tf.Tensor;
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
}

export function newParameter(name: string, meaning: string, shape: number[], values: Float32Array): Parameter {
  // The values and their copy.
  for (let copy = 0; copy < 2; copy++) noteHeld(shape);
  return withMoments(name, meaning, tf.keep(tf.tensor(values.slice(), shape, 'float32')));
}

/** A parameter that starts as a source's rows, which only the device holds. */
export const uploadedParameter = async (name: string, meaning: string, source: RowSource): Promise<Parameter> =>
  withMoments(name, meaning, await uploadRows(source));

const withMoments = (name: string, meaning: string, tensor: tf.Tensor): Parameter => ({
  name,
  meaning,
  tensor,
  first: tf.keep(deviceZeros(tensor.shape)),
  second: tf.keep(deviceZeros(tensor.shape)),
});

export function disposeParameter(parameter: Parameter): void {
  tf.dispose([parameter.tensor, parameter.first, parameter.second]);
}

interface StepScalars {
  readonly learningRate: number;
  /** β₁ and β₂: what is kept of the moments. A count's first step keeps nothing, whatever they hold. */
  readonly keep1: number;
  readonly keep2: number;
  /** Share of itself that a parameter loses to AdamW's decay; 0 without it. */
  readonly shrink: number;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ. */
  readonly correction1: number;
  readonly correction2: number;
}

/** Under which name the shader is handed its settings, unless it is told another. */
export const ADAM_NAME = 'adam';

/**
 * PyTorch's Adam: `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`,
 * `θ ← θ − (lr/(1−β₁ᵗ)) · m / (√(v/(1−β₂ᵗ)) + ε)`, and AdamW's decay before it. On WebGPU a dispatch updates as many parameters as it can bind.
 */
export class Adam {
  readonly #settings: AdamSettings;
  readonly #name: string;
  #steps = 0;
  #program: InPlaceProgram | null = null;

  constructor(settings: AdamSettings = ADAM_DEFAULTS, name = ADAM_NAME) {
    this.#settings = settings;
    this.#name = name;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Takes the count up again after a checkpoint; moments are restored with their parameters. From 0 on it is as if there were none. */
  restore(steps: number): void {
    this.#steps = steps;
  }

  /** `gradients[i]` belongs to `parameters[i]`; gradients stay the caller's to dispose. */
  step(parameters: readonly Parameter[], gradients: readonly tf.Tensor[], learningRate: number): void {
    const backend: unknown = tf.backend();
    if (isWebGPU(backend)) return this.#onDevice(backend, parameters, gradients, learningRate);
    const scalars = this.#advance(learningRate);
    parameters.forEach((parameter, position) => {
      const gradient = gradients[position];
      if (!gradient) throw new Error(`No gradient for ${parameter.name}.`);
      const kernels = isWasm(backend) && simdOf(backend);
      if (isWasm(backend) && kernels)
        return adamCompiled(backend, kernels, parameter, gradient, this.#settings, scalars);
      if (isWasm(backend)) replaceTensor(parameter, hostView(backend, parameter.tensor));
      adamPortable(
        hostView(backend, parameter.tensor),
        hostView(backend, parameter.first),
        hostView(backend, parameter.second),
        hostView(backend, gradient),
        this.#settings,
        scalars,
      );
    });
  }

  /** The shader's settings of the next step, which counts as taken. */
  next(learningRate: number): Float32Array<ArrayBuffer> {
    const { beta1, beta2, epsilon, weightDecay } = this.#settings;
    const { keep1, keep2, shrink, correction1, correction2 } = this.#advance(learningRate);
    return Float32Array.of(
      keep1,
      keep2,
      1 - beta1,
      1 - beta2,
      epsilon,
      weightDecay,
      learningRate / correction1,
      1 / Math.sqrt(correction2),
      shrink,
    );
  }

  #advance(learningRate: number): StepScalars {
    this.#steps += 1;
    const { beta1, beta2, decoupledDecay } = this.#settings;
    const first = this.#steps === 1;
    return {
      learningRate,
      keep1: first ? 0 : beta1,
      keep2: first ? 0 : beta2,
      shrink: learningRate * decoupledDecay,
      correction1: 1 - beta1 ** this.#steps,
      correction2: 1 - beta2 ** this.#steps,
    };
  }

  #onDevice(
    backend: WebGPUBackend,
    parameters: readonly Parameter[],
    gradients: readonly tf.Tensor[],
    learningRate: number,
  ): void {
    const most = Math.floor(backend.device.limits.maxStorageBuffersPerShaderStage / BUFFERS);
    this.#program ??= new InPlaceProgram(backend, this.#name, adamWgsl);
    const each = parameters.map((parameter, position) => {
      const gradient = gradients[position];
      if (!gradient) throw new Error(`No gradient for ${parameter.name}.`);
      const tensors = [parameter.tensor, parameter.first, parameter.second, gradient];
      return { buffers: tensors.map((tensor) => deviceBuffer(backend, tensor)), invocations: parameter.tensor.size };
    });
    // Those of like lengths together: a dispatch has as many invocations as its longest.
    each.sort((a, b) => b.invocations - a.invocations);
    const dispatches = Array.from({ length: Math.ceil(each.length / most) }, (_, place) => {
      const together = each.slice(place * most, (place + 1) * most);
      return {
        of: together.length,
        buffers: together.flatMap(({ buffers }) => buffers),
        invocations: Math.max(...together.map(({ invocations }) => invocations)),
      };
    });
    this.#program.run(dispatches, this.next(learningRate));
  }
}

/** The specification of one update, in place. */
export function adamPortable(
  theta: Float32Array | Int32Array,
  first: Float32Array | Int32Array,
  second: Float32Array | Int32Array,
  gradient: Float32Array | Int32Array,
  { beta1, beta2, epsilon, weightDecay }: AdamSettings,
  { learningRate, keep1, keep2, shrink, correction1, correction2 }: StepScalars,
): void {
  const stepSize = learningRate / correction1;
  const scale = 1 / Math.sqrt(correction2);
  for (let i = 0; i < theta.length; i++) {
    const g = gradient[i]! + weightDecay * theta[i]!;
    const m = keep1 * first[i]! + (1 - beta1) * g;
    const v = keep2 * second[i]! + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    theta[i]! -= shrink * theta[i]! + (stepSize * m) / (Math.sqrt(v) * scale + epsilon);
  }
}

/** The same in single precision, four numbers at once. What holds on to the parameter as it was keeps it. */
function adamCompiled(
  backend: BackendWasm,
  kernels: SimdKernels,
  parameter: Parameter,
  gradient: tf.Tensor,
  { beta1, beta2, epsilon, weightDecay }: AdamSettings,
  { learningRate, keep1, keep2, shrink, correction1, correction2 }: StepScalars,
): void {
  const old = parameter.tensor;
  const made = backend.makeOutput(old.shape, 'float32');
  const [theta, result, first, second, slope] = [old, made, parameter.first, parameter.second, gradient].map((tensor) =>
    addressOf(backend, tensor),
  );
  kernels.adam(
    theta!,
    result!,
    first!,
    second!,
    slope!,
    old.size,
    keep1,
    keep2,
    1 - beta1,
    1 - beta2,
    epsilon,
    weightDecay,
    learningRate / correction1,
    1 / Math.sqrt(correction2),
    shrink,
  );
  parameter.tensor = tf.keep(tf.engine().makeTensorFromTensorInfo(made));
  old.dispose();
}

/** Buffers that a parameter brings: itself, its moments and its gradient. */
const BUFFERS = 4;

/** The shader that updates `count` parameters at once, each as long as it is. */
function adamWgsl(count: number): string {
  const each = (make: (k: number) => string): string => Array.from({ length: count }, (_, k) => make(k)).join('');
  return `
struct Settings {
  keep1 : f32, keep2 : f32, oneMinusBeta1 : f32, oneMinusBeta2 : f32,
  epsilon : f32, weightDecay : f32, stepSize : f32, scale : f32,
  shrink : f32,
}
${each(
  (k) => `
@group(0) @binding(${BUFFERS * k}) var<storage, read_write> theta${k} : array<f32>;
@group(0) @binding(${BUFFERS * k + 1}) var<storage, read_write> first${k} : array<f32>;
@group(0) @binding(${BUFFERS * k + 2}) var<storage, read_write> second${k} : array<f32>;
@group(0) @binding(${BUFFERS * k + 3}) var<storage, read> gradient${k} : array<f32>;`,
)}
@group(0) @binding(${BUFFERS * count}) var<uniform> settings : Settings;

@compute @workgroup_size(${IN_PLACE_WORKGROUP})
fn main(@builtin(global_invocation_id) id : vec3<u32>, @builtin(num_workgroups) groups : vec3<u32>) {
  let i = id.x + id.y * groups.x * ${IN_PLACE_WORKGROUP}u;
${each(
  (k) => `
  if (i < arrayLength(&theta${k})) {
    let g = gradient${k}[i] + settings.weightDecay * theta${k}[i];
    let m = settings.keep1 * first${k}[i] + settings.oneMinusBeta1 * g;
    let v = settings.keep2 * second${k}[i] + settings.oneMinusBeta2 * g * g;
    first${k}[i] = m;
    second${k}[i] = v;
    theta${k}[i] = theta${k}[i] - (settings.shrink * theta${k}[i] + settings.stepSize * m / (sqrt(v) * settings.scale + settings.epsilon));
  }`,
)}
}`;
}

export interface SavedParameter {
  readonly shape: number[];
  readonly values: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** A parameter with its moments, read back. */
export async function saveParameter(parameter: Parameter): Promise<SavedParameter> {
  return {
    shape: parameter.tensor.shape,
    values: await readFloats(parameter.tensor),
    first: await readFloats(parameter.first),
    second: await readFloats(parameter.second),
  };
}

/** Gives a parameter other values. */
export function overwrite(parameter: Parameter, values: Float32Array): void {
  if (values.length !== parameter.tensor.size) throw new Error(`Saved values of ${parameter.name} have another size.`);
  if (!isWebGPU(tf.backend())) {
    const old = parameter.tensor;
    parameter.tensor = tf.keep(deviceZeros(old.shape));
    old.dispose();
  }
  writeNumbers(parameter.tensor, 0, values);
}

/** Gives a parameter the values and moments that `saveParameter` read. */
export function restoreParameter(parameter: Parameter, saved: SavedParameter): void {
  overwrite(parameter, saved.values);
  writeNumbers(parameter.first, 0, saved.first);
  writeNumbers(parameter.second, 0, saved.second);
}

function replaceTensor(parameter: Parameter, values: Float32Array | Int32Array): void {
  const old = parameter.tensor;
  parameter.tensor = tf.keep(tf.tensor(values.slice(), old.shape, 'float32'));
  old.dispose();
}
