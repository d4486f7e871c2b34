import type { DeviceReport } from './run';

/** Rates of the two products that training is made of. */
export interface Throughput {
  readonly matrixProductGflops: number;
  readonly sparseProductGbPerSecond: number;
}

/** A kernel on the device against the same computed on the processor. */
export interface KernelProof {
  /** What it computes. */
  readonly kernel: string;
  /** Largest difference, as a share of the largest number; null where the device gave something that is no number, or nothing. */
  readonly error: number | null;
  readonly allowed: number;
  /** What the device said instead of computing it; null if it did. */
  readonly failure: string | null;
}

/** The first training step of a model on the device against PyTorch's in double precision. */
export interface ModelProof {
  /** Its id; a newer version may know more models than this one. */
  readonly model: string;
  /** Largest relative difference of a loss term; null as in a kernel. */
  readonly loss: number | null;
  /** Largest difference of a gradient's number, as a share of the gradient's largest. */
  readonly gradients: number | null;
  /** Whether all differences are as small as single precision explains. */
  readonly agrees: boolean;
  readonly failure: string | null;
  /** Milliseconds of a training step on the trial data; null where it was not timed, as on an adapter that runs on the processor. */
  readonly stepMs: number | null;
  /** The same on WebAssembly on the same machine. */
  readonly wasmStepMs: number | null;
}

/** What was found out about a device: whether it computes rightly, and how fast. */
export interface DeviceProof {
  /** Version of Lodestone that made it. */
  readonly app: string;
  /** ISO 8601. */
  readonly made: string;
  readonly device: Pick<DeviceReport, 'backend' | 'name' | 'vendor' | 'architecture' | 'software'>;
  /** Bytes that one table may have on the device; null where the backend has no such limit. */
  readonly largestTable: number | null;
  readonly kernels: readonly KernelProof[];
  readonly models: readonly ModelProof[];
  readonly throughput: Throughput | null;
}

/** The data that steps are timed on. */
export const TRIAL_DATA = { users: 3000, items: 2000, perUser: 10, batchSize: 512, embeddingSize: 64 } as const;

export const kernelAgrees = ({ error, allowed }: KernelProof): boolean => error !== null && error <= allowed;

/** Decimal digits in which two results agree: `error` is relative. Infinity where every bit does. */
export const digitsOf = (error: number): number =>
  error === 0 ? Infinity : Math.max(0, Math.floor(-Math.log10(error)));

/** What a person should make of it. */
export interface Verdict {
  readonly tone: 'ok' | 'warning' | 'error';
  readonly title: string;
  /** Sentences: what was found, how fast, what is advised. */
  readonly sentences: readonly string[];
}

/** `modelName` says what a model is called. */
export function verdictOf(proof: DeviceProof, modelName: (id: string) => string): Verdict {
  const wrongKernels = proof.kernels.filter((one) => !kernelAgrees(one)).map(({ kernel }) => kernel);
  const wrongModels = proof.models.filter(({ agrees }) => !agrees).map(({ model }) => modelName(model));
  if (wrongKernels.length + wrongModels.length > 0) return wrongVerdict(proof, wrongKernels, wrongModels);
  const speed = speedOf(proof);
  const software = proof.device.backend === 'webgpu' && proof.device.software;
  const slower = speed !== null && speed < 1;
  return {
    tone: software || slower ? 'warning' : 'ok',
    title: `${proof.device.name} computes as it should.`,
    sentences: [
      `All ${proof.kernels.length} kernels equal their reference, and the first step of all ${proof.models.length} models equals PyTorch’s: ${agreementOf(proof)}.`,
      ...(speed === null
        ? []
        : [
            slower
              ? `A step takes ${times(1 / speed)} as long as on WebAssembly here (median of the models).`
              : `A step is ${times(speed)} as fast as on WebAssembly here (median of the models).`,
          ]),
      software
        ? 'It is a software adapter: good for checking, too slow to train on. Choose WASM for runs.'
        : slower
          ? 'Choose WASM for runs.'
          : 'You can train on it.',
    ],
  };
}

function wrongVerdict(
  { device, kernels, models }: DeviceProof,
  wrongKernels: string[],
  wrongModels: string[],
): Verdict {
  const listed = (names: readonly string[], count: number, what: string): string[] =>
    names.length === 0
      ? []
      : [`${names.length} of ${count} ${what} ${names.length === 1 ? 'does' : 'do'} not agree: ${names.join(', ')}.`];
  return {
    tone: 'error',
    title: `${device.name} gives wrong results.`,
    sentences: [
      ...listed(wrongKernels, kernels.length, 'kernels'),
      ...listed(wrongModels, models.length, 'models'),
      device.backend === 'webgpu'
        ? 'Do not train on it. Update the graphics driver and prove it again, or choose WASM for runs. Please send us the file.'
        : 'Do not train on it. Update the browser and prove it again. Please send us the file.',
    ],
  };
}

function agreementOf({ models }: DeviceProof): string {
  const digits = (of: (model: ModelProof) => number | null): string => {
    const least = Math.min(...models.map((model) => digitsOf(of(model) ?? 1)));
    return Number.isFinite(least) ? `${least} digits` : 'every bit';
  };
  return `losses to at least ${digits(({ loss }) => loss)}, gradients to at least ${digits(({ gradients }) => gradients)}`;
}

/** How many times as fast as WebAssembly a step is: the median of the models. Null where none was timed on both. */
export function speedOf({ models }: DeviceProof): number | null {
  const ratios = models
    .flatMap(({ stepMs, wasmStepMs }) => (stepMs && wasmStepMs ? [wasmStepMs / stepMs] : []))
    .sort((a, b) => a - b);
  const middle = ratios[Math.floor(ratios.length / 2)];
  const other = ratios[Math.floor((ratios.length - 1) / 2)];
  return middle === undefined || other === undefined ? null : (middle + other) / 2;
}

const times = (ratio: number): string => `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)} times`;
