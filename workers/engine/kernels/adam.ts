import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { deviceBuffer, hostView, isWasm, isWebGPU } from '../backends';
import type { Parameter } from '../parameters';
import { addressOf, simdOf } from '../simd/heap';
import { type SimdKernels } from '../simd/kernels';
import { IN_PLACE_WORKGROUP, InPlaceProgram } from './inPlace';

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
 * Numbers of a step, in the order of the shader's settings: what is kept of the moments (β₁ and β₂, nothing in a count's
 * first step, whatever they hold), 1 − β₁, 1 − β₂, ε, the coupled decay, lr/(1 − β₁ᵗ), 1/√(1 − β₂ᵗ), and the share of
 * itself that a parameter loses to AdamW's decay.
 */
export type StepScalars = readonly [
  keep1: number,
  keep2: number,
  take1: number,
  take2: number,
  epsilon: number,
  weightDecay: number,
  stepSize: number,
  scale: number,
  shrink: number,
];

/** Of step `t`, from 1. */
export function stepScalars(settings: AdamSettings, t: number, learningRate: number): StepScalars {
  const { beta1, beta2, epsilon, weightDecay, decoupledDecay } = settings;
  const keep = t === 1 ? 0 : 1;
  return [
    keep * beta1,
    keep * beta2,
    1 - beta1,
    1 - beta2,
    epsilon,
    weightDecay,
    learningRate / (1 - beta1 ** t),
    1 / Math.sqrt(1 - beta2 ** t),
    learningRate * decoupledDecay,
  ];
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
      if (isWasm(backend) && kernels) return adamCompiled(backend, kernels, parameter, gradient, scalars);
      if (isWasm(backend)) replaceTensor(parameter, hostView(backend, parameter.tensor));
      adamPortable(
        hostView(backend, parameter.tensor),
        hostView(backend, parameter.first),
        hostView(backend, parameter.second),
        hostView(backend, gradient),
        scalars,
      );
    });
  }

  /** The shader's settings of the next step, which counts as taken. */
  next(learningRate: number): Float32Array<ArrayBuffer> {
    return Float32Array.from(this.#advance(learningRate));
  }

  #advance(learningRate: number): StepScalars {
    this.#steps += 1;
    return stepScalars(this.#settings, this.#steps, learningRate);
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
  [keep1, keep2, take1, take2, epsilon, weightDecay, stepSize, scale, shrink]: StepScalars,
): void {
  for (let i = 0; i < theta.length; i++) {
    const g = gradient[i]! + weightDecay * theta[i]!;
    const m = keep1 * first[i]! + take1 * g;
    const v = keep2 * second[i]! + take2 * g * g;
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
  scalars: StepScalars,
): void {
  const old = parameter.tensor;
  const made = backend.makeOutput(old.shape, 'float32');
  const [theta, result, first, second, slope] = [old, made, parameter.first, parameter.second, gradient].map((tensor) =>
    addressOf(backend, tensor),
  );
  kernels.adam(theta!, result!, first!, second!, slope!, old.size, ...scalars);
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
  keep1 : f32, keep2 : f32, take1 : f32, take2 : f32,
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
    let m = settings.keep1 * first${k}[i] + settings.take1 * g;
    let v = settings.keep2 * second${k}[i] + settings.take2 * g * g;
    first${k}[i] = m;
    second${k}[i] = v;
    theta${k}[i] = theta${k}[i] - (settings.shrink * theta${k}[i] + settings.stepSize * m / (sqrt(v) * settings.scale + settings.epsilon));
  }`,
)}
}`;
}

function replaceTensor(parameter: Parameter, values: Float32Array | Int32Array): void {
  const old = parameter.tensor;
  parameter.tensor = tf.keep(tf.tensor(values.slice(), old.shape, 'float32'));
  old.dispose();
}
