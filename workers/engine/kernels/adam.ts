import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { deviceBuffer, hostView, isWasm, isWebGPU, readFloats, submitRecorded } from '../backends';
import { noteHeld, type RowSource } from '../rowSource';
import { addressOf, simdOf } from '../simd/heap';
import { type SimdKernels } from '../simd/kernels';
import { deviceZeros, uploadRows, writeNumbers } from '../upload';

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Added to the gradient as `weightDecay · θ` (PyTorch's coupled decay). */
  readonly weightDecay: number;
}

export const ADAM_DEFAULTS: AdamSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

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
  /** 1 − β₁ᵗ and 1 − β₂ᵗ. */
  readonly correction1: number;
  readonly correction2: number;
}

/**
 * PyTorch's Adam: `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`,
 * `θ ← θ − (lr/(1−β₁ᵗ)) · m / (√(v/(1−β₂ᵗ)) + ε)`. One dispatch a parameter on WebGPU.
 */
export class Adam {
  readonly #settings: AdamSettings;
  #steps = 0;
  #pipeline: AdamPipeline | null = null;

  constructor(settings: AdamSettings = ADAM_DEFAULTS) {
    this.#settings = settings;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Takes the count up again after a checkpoint; moments are restored with their parameters. */
  restore(steps: number): void {
    this.#steps = steps;
  }

  /** `gradients[i]` belongs to `parameters[i]`; gradients stay the caller's to dispose. */
  step(parameters: readonly Parameter[], gradients: readonly tf.Tensor[], learningRate: number): void {
    this.#steps += 1;
    const scalars: StepScalars = {
      learningRate,
      correction1: 1 - this.#settings.beta1 ** this.#steps,
      correction2: 1 - this.#settings.beta2 ** this.#steps,
    };
    const backend: unknown = tf.backend();
    if (isWebGPU(backend)) {
      this.#pipeline ??= new AdamPipeline(backend);
      this.#pipeline.run(parameters, gradients, this.#settings, scalars);
      return;
    }
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
}

/** The specification of one update, in place. */
export function adamPortable(
  theta: Float32Array | Int32Array,
  first: Float32Array | Int32Array,
  second: Float32Array | Int32Array,
  gradient: Float32Array | Int32Array,
  { beta1, beta2, epsilon, weightDecay }: AdamSettings,
  { learningRate, correction1, correction2 }: StepScalars,
): void {
  const stepSize = learningRate / correction1;
  const scale = 1 / Math.sqrt(correction2);
  for (let i = 0; i < theta.length; i++) {
    const g = gradient[i]! + weightDecay * theta[i]!;
    const m = beta1 * first[i]! + (1 - beta1) * g;
    const v = beta2 * second[i]! + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    theta[i]! -= (stepSize * m) / (Math.sqrt(v) * scale + epsilon);
  }
}

/** The same in single precision, four numbers at once. What holds on to the parameter as it was keeps it. */
function adamCompiled(
  backend: BackendWasm,
  kernels: SimdKernels,
  parameter: Parameter,
  gradient: tf.Tensor,
  { beta1, beta2, epsilon, weightDecay }: AdamSettings,
  { learningRate, correction1, correction2 }: StepScalars,
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
    beta1,
    beta2,
    1 - beta1,
    1 - beta2,
    epsilon,
    weightDecay,
    learningRate / correction1,
    1 / Math.sqrt(correction2),
  );
  parameter.tensor = tf.keep(tf.engine().makeTensorFromTensorInfo(made));
  old.dispose();
}

const WORKGROUP = 256;
const MAX_GROUPS = 65_535;

const ADAM_WGSL = `
struct Settings {
  beta1 : f32, beta2 : f32, oneMinusBeta1 : f32, oneMinusBeta2 : f32,
  epsilon : f32, weightDecay : f32, stepSize : f32, scale : f32,
}
@group(0) @binding(0) var<storage, read_write> theta : array<f32>;
@group(0) @binding(1) var<storage, read_write> firstMoment : array<f32>;
@group(0) @binding(2) var<storage, read_write> secondMoment : array<f32>;
@group(0) @binding(3) var<storage, read> gradient : array<f32>;
@group(0) @binding(4) var<uniform> settings : Settings;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id : vec3<u32>, @builtin(num_workgroups) groups : vec3<u32>) {
  let i = id.x + id.y * groups.x * ${WORKGROUP}u;
  if (i >= arrayLength(&theta)) { return; }
  let g = gradient[i] + settings.weightDecay * theta[i];
  let m = settings.beta1 * firstMoment[i] + settings.oneMinusBeta1 * g;
  let v = settings.beta2 * secondMoment[i] + settings.oneMinusBeta2 * g * g;
  firstMoment[i] = m;
  secondMoment[i] = v;
  theta[i] = theta[i] - settings.stepSize * m / (sqrt(v) * settings.scale + settings.epsilon);
}`;

/** Dispatches outside tfjs, because a tfjs program has one output and this one updates three buffers. */
class AdamPipeline {
  readonly #backend: WebGPUBackend;
  readonly #pipeline: GPUComputePipeline;
  readonly #uniforms: GPUBuffer;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
    this.#pipeline = backend.device.createComputePipeline({
      layout: 'auto',
      compute: { module: backend.device.createShaderModule({ code: ADAM_WGSL }), entryPoint: 'main' },
    });
    this.#uniforms = backend.device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  }

  run(
    parameters: readonly Parameter[],
    gradients: readonly tf.Tensor[],
    settings: AdamSettings,
    scalars: StepScalars,
  ): void {
    const backend = this.#backend;
    const device = backend.device;
    const bound = parameters.map((parameter, position) => {
      const gradient = gradients[position];
      if (!gradient) throw new Error(`No gradient for ${parameter.name}.`);
      return [parameter.tensor, parameter.first, parameter.second, gradient].map((tensor) =>
        deviceBuffer(backend, tensor),
      );
    });
    // What tfjs has recorded so far makes the gradients: it goes first.
    submitRecorded(backend);

    const { beta1, beta2, epsilon, weightDecay } = settings;
    device.queue.writeBuffer(
      this.#uniforms,
      0,
      Float32Array.of(
        beta1,
        beta2,
        1 - beta1,
        1 - beta2,
        epsilon,
        weightDecay,
        scalars.learningRate / scalars.correction1,
        1 / Math.sqrt(scalars.correction2),
      ),
    );
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    for (const buffers of bound) {
      const entries = [...buffers, this.#uniforms].map((buffer, binding) => ({ binding, resource: { buffer } }));
      pass.setBindGroup(0, device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries }));
      const groups = Math.ceil((buffers[0]?.size ?? 0) / 4 / WORKGROUP);
      const x = Math.min(groups, MAX_GROUPS);
      pass.dispatchWorkgroups(x, Math.ceil(groups / x));
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }
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
