import { faultOf } from '../../../src/domain/errors';
import { MODEL_IDS, modelTable } from '../../../src/domain/models/catalogue';
import type { ModelId } from '../../../src/domain/models/table';
import type { DeviceProof, KernelProof, ModelProof, Throughput } from '../../../src/domain/proof';
import { APP_VERSION } from '../../../src/domain/version';
import { openDevice, type Device, type DeviceHost, type DeviceRequest } from '../../engine/device';
import { Audit } from '../../engine/proof/audit';
import { proveKernels } from '../../engine/proof/kernels';
import { measureThroughput } from '../../engine/throughput';
import { firstStepOf } from '../../models/golden';
import type { GoldenCase, GoldenDataset } from '../../models/golden';
import type { Model } from '../../models/model';
import { GoldenScope, hostBatchOf, passBatchOf } from './golden';
import { measureStep } from './speed';
import {
  agrees,
  buildGolden,
  setParameters,
  takeGoldenSecond,
  takeGoldenStep,
  useDrawnGraphs,
  type TakenStep,
  type Compared,
} from './step';

export interface ProofOptions {
  /** Whether steps are timed too, on WebAssembly as well where the device is another. */
  readonly speed: boolean;
  /** What is done next; `fraction` in [0, 1]. */
  readonly progress: (text: string, fraction: number) => void;
}

type ModelAgreement = Omit<ModelProof, 'stepMs' | 'wasmStepMs'> & { readonly model: ModelId };

/** Shares of the whole that its parts take. */
const PARTS = { kernels: 0.1, models: 0.4, speed: 0.8, wasm: 1 } as const;

/**
 * Computes every kernel and the first step of every model on a device, compares them with the kernels' twins and with PyTorch's
 * numbers, and times steps. Throws as `openDevice`; what a device computes wrongly is in the proof.
 */
export async function proveDevice(
  host: DeviceHost,
  request: DeviceRequest,
  options: ProofOptions,
): Promise<DeviceProof> {
  const { progress, speed } = options;
  progress('opening the device', 0);
  const device = await openDevice(host, { ...request, evenIfWrong: true });
  let open = true;
  const close = (): void => {
    if (open) device.close();
    open = false;
  };
  try {
    const kernels = await proveKernels(device.check, (label, done) =>
      progress(`kernel: ${label}`, done * PARTS.kernels),
    );
    const audit = new Audit();
    const agreements = await proveModels(device, audit, progress);
    const { backend, software } = device.report;
    // Nobody trains on an adapter that runs on the processor.
    const trained = speed && !(backend === 'webgpu' && software);
    const throughput = speed ? await timeProducts(progress) : null;
    const steps = trained ? await timeOn(device, progress) : NOT_TIMED;
    close();
    const wasm = trained && backend !== 'wasm' ? await timeWasm(host, progress) : NOT_TIMED;
    return proofOf(device, { kernels: [...kernels, ...audit.proofs], agreements, throughput, steps, wasm });
  } finally {
    close();
  }
}

type StepTimes = ReadonlyMap<ModelId, number>;
const NOT_TIMED: StepTimes = new Map();

function proofOf(
  { report }: Device,
  found: {
    readonly kernels: readonly KernelProof[];
    readonly agreements: readonly ModelAgreement[];
    readonly throughput: Throughput | null;
    readonly steps: StepTimes;
    readonly wasm: StepTimes;
  },
): DeviceProof {
  const { backend, name, vendor, architecture, software, limits } = report;
  return {
    app: APP_VERSION,
    made: new Date().toISOString(),
    device: { backend, name, vendor, architecture, software },
    largestTable: limits['maxStorageBufferBindingSize'] ?? null,
    kernels: found.kernels,
    models: found.agreements.map((one) => ({
      ...one,
      stepMs: found.steps.get(one.model) ?? null,
      wasmStepMs: found.wasm.get(one.model) ?? null,
    })),
    throughput: found.throughput,
  };
}

async function proveModels(
  device: Device,
  audit: Audit,
  progress: ProofOptions['progress'],
): Promise<ModelAgreement[]> {
  const proofs: ModelAgreement[] = [];
  for (const model of MODEL_IDS) {
    const done = PARTS.kernels + (PARTS.models - PARTS.kernels) * (proofs.length / MODEL_IDS.length);
    progress(`first step of ${modelTable(model).name}`, done);
    proofs.push(
      await audit.during(
        () => proveModel(model, device),
        ({ failure }) => failure === null,
      ),
    );
  }
  return proofs;
}

/** The first step of a model's reference, up to its gradients, and that of its second loss. */
export async function proveModel(model: ModelId, device: Pick<Device, 'check'>): Promise<ModelAgreement> {
  try {
    const { dataset, case: wanted } = await firstStepOf(model);
    const [step] = wanted.steps;
    if (!step) throw new Error(`The reference of ${model} has no step.`);
    const { model: built } = await buildGolden(wanted, dataset);
    const scope = new GoldenScope(step, 0);
    const passed = await provePass(built, wanted, dataset);
    await built.epochGraphs?.(step.epoch, scope);
    useDrawnGraphs(built, wanted, step.epoch);
    const taken: TakenStep[] = [...passed, await takeGoldenStep(built, wanted, dataset, step, scope)];
    if (built.second && step.second) {
      setParameters(built, step.after);
      taken.push(
        await takeGoldenSecond(built.second, hostBatchOf(step, wanted, dataset), dataset, step.epoch, step.second),
      );
    }
    taken.forEach(({ gradients }) => gradients.forEach((gradient) => gradient.dispose()));
    const compared = taken.flatMap((one) => one.compared);
    scope.distributions.forEach((tensor) => tensor.dispose());
    built.dispose();
    device.check();
    return {
      model,
      loss: worstShare(compared, 'loss'),
      gradients: worstShare(compared, 'gradient'),
      agrees: taken.every(({ unmatched }) => unmatched.length === 0) && compared.every(agrees),
      failure: null,
    };
  } catch (error) {
    return { model, loss: null, gradients: null, agrees: false, failure: faultOf(error).message };
  }
}

/** The first step of a second loss's pass; its parameters are as the reference's whole pass left them then. */
async function provePass(built: Model, wanted: GoldenCase, dataset: GoldenDataset): Promise<TakenStep[]> {
  const [first] = wanted.phases ?? [];
  const [step] = first?.steps ?? [];
  if (!built.second || !first || !step) return [];
  const taken = await takeGoldenSecond(built.second, passBatchOf(step, wanted), dataset, first.epoch, step);
  setParameters(built, first.steps.at(-1)?.after ?? {});
  return [taken];
}

/** The largest difference as a share of what it belongs to; what is as good as nothing counts as it is. Null where one is no number. */
function worstShare(compared: readonly Compared[], kind: Compared['kind']): number | null {
  const ofKind = compared.filter((one) => one.kind === kind);
  const most = Math.max(...ofKind.map(({ scale }) => scale));
  const shares = ofKind.map(({ difference, scale }) => difference / Math.max(scale, 1e-6 * most));
  const worst = Math.max(0, ...shares);
  return shares.every(Number.isFinite) ? worst : null;
}

async function timeProducts(progress: ProofOptions['progress']): Promise<Throughput> {
  progress('timing products', PARTS.models);
  return measureThroughput();
}

const timeOn = (device: Device, progress: ProofOptions['progress']): Promise<StepTimes> =>
  timeSteps(device, (model, done) =>
    progress(`timing ${modelTable(model).name}`, PARTS.models + (PARTS.speed - PARTS.models) * done),
  );

async function timeWasm(host: DeviceHost, progress: ProofOptions['progress']): Promise<StepTimes> {
  try {
    const device = await openDevice(host, { backend: 'wasm', allowSoftware: false });
    const steps = await timeSteps(device, (model, done) =>
      progress(`timing ${modelTable(model).name} on WebAssembly`, PARTS.speed + (PARTS.wasm - PARTS.speed) * done),
    );
    device.close();
    return steps;
  } catch {
    // Nothing to compare with.
    return NOT_TIMED;
  }
}

/** A model that cannot be timed is left out: that its step fails is said with its agreement. */
async function timeSteps(device: Device, said: (model: ModelId, done: number) => void): Promise<StepTimes> {
  const times = new Map<ModelId, number>();
  for (const [place, model] of MODEL_IDS.entries()) {
    said(model, place / MODEL_IDS.length);
    try {
      const ms = await measureStep(model);
      device.check();
      times.set(model, ms);
    } catch {
      continue;
    }
  }
  return times;
}
