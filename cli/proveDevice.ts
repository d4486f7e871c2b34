import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { BackendChoice } from '../src/domain/backend';
import { AppError, errorFromFault, type Fault } from '../src/domain/errors';
import { isModelId, modelTable } from '../src/domain/models/catalogue';
import { digitsOf, kernelAgrees, verdictOf, type DeviceProof } from '../src/domain/proof';
import type { TrainingEvent } from '../src/domain/protocol';
import { encodeProof, encodeProofFile } from '../src/sharing/proofFile';
import { proveDevice } from '../workers/training/proof/prove';
import { oneOf } from './arguments';
import { nodeHost } from './nodeHost';
import type { Reporter } from './reporter';

export interface ProofArguments {
  readonly backend: BackendChoice;
  readonly allowSoftware: boolean;
  readonly host: 'chromium' | 'node';
  /** A file for the proof; null writes none. */
  readonly out: string | null;
  readonly json: boolean;
}

export const PROOF_USAGE = `Usage: npm run lodestone -- device [--out <file.device.json>]

Computes every kernel and the first training step of every model on this machine’s device, compares them with a reference and with
PyTorch’s numbers, and times a step of each: what “Prove this device” does on the Device page, which opens the file.

  --backend name      webgpu, wasm or cpu (default: the fastest that works)
  --software          accept a WebGPU adapter that runs on the processor
  --host name         chromium (default) or node
  --out file          write the proof as JSON
  --json              report progress as JSON lines

Exit codes: 0 everything agrees, 2 wrong arguments, 4 no such device, or it computes wrongly.`;

/** Reads the words after `device`. Throws `COMMAND_LINE`. */
export function parseProof(words: readonly string[]): ProofArguments {
  let values;
  try {
    values = parseArgs({
      args: [...words],
      options: {
        backend: { type: 'string' },
        software: { type: 'boolean' },
        host: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'COMMAND_LINE',
      message.replace(/\.?$/, '.'),
      'npm run lodestone -- device --help lists the options.',
    );
  }
  return {
    backend: oneOf(values.backend ?? 'auto', ['auto', 'webgpu', 'wasm', 'cpu'], '--backend'),
    allowSoftware: values.software ?? false,
    host: oneOf(values.host ?? 'chromium', ['chromium', 'node'], '--host'),
    out: values.out ?? null,
    json: values.json ?? false,
  };
}

/** Proves the device, says what was found and writes it; answers whether all of it agrees. */
export async function executeProof(request: ProofArguments, report: Reporter): Promise<boolean> {
  const proof = await (request.host === 'node' ? proveInNode(request, report) : proveInChromium(request, report));
  const { tone, title, sentences } = verdictOf(proof, nameOf);
  tableOf(proof).forEach(report.say);
  report.say(`${title} ${sentences.join(' ')}`);
  if (request.out) {
    await writeFile(request.out, encodeProofFile(proof));
    report.say(`Written to ${request.out}. To show it to others, put this after the # of a Lodestone page’s address:`);
    report.say(await encodeProof(proof));
  }
  return tone !== 'error';
}

async function proveInNode({ backend, allowSoftware }: ProofArguments, report: Reporter): Promise<DeviceProof> {
  const host = await nodeHost(backend === 'auto' || backend === 'webgpu', allowSoftware);
  const progress = (text: string, fraction: number): void => report.event({ type: 'phase', text, fraction });
  return proveDevice(host, { backend, allowSoftware }, { speed: true, progress });
}

type Message =
  | { readonly kind: 'event'; readonly event: TrainingEvent }
  | { readonly kind: 'proof'; readonly proof: DeviceProof }
  | { readonly kind: 'fault'; readonly fault: Fault };

async function proveInChromium({ backend, allowSoftware }: ProofArguments, report: Reporter): Promise<DeviceProof> {
  const { withHeadlessPage } = await import('./headlessBrowser');
  return withHeadlessPage(allowSoftware, async (page, address) => {
    const proofs: DeviceProof[] = [];
    const faults: Fault[] = [];
    await page.exposeFunction('lodestoneReport', (text: string) => {
      const message: Message = JSON.parse(text);
      if (message.kind === 'event') report.event(message.event);
      else if (message.kind === 'proof') proofs.push(message.proof);
      else faults.push(message.fault);
    });
    await page.goto(`${address}cli/headless.html`);
    await page.evaluate((wanted) => window.lodestoneProve(wanted), { backend, allowSoftware });
    const [proof] = proofs;
    const [fault] = faults;
    if (proof) return proof;
    throw fault
      ? errorFromFault(fault)
      : new AppError('WORKER_FAILED', 'The page ended without a proof.', 'Try again with --host node.');
  });
}

const nameOf = (id: string): string => (isModelId(id) ? modelTable(id).name : id);

/** A line for each kernel and each model. */
function tableOf({ kernels, models }: DeviceProof): string[] {
  const digits = (error: number | null): string => {
    const count = error === null ? 0 : digitsOf(error);
    return Number.isFinite(count) ? `${count} digits` : 'every bit';
  };
  const ms = (value: number | null): string => (value === null ? '' : `${value.toPrecision(3)} ms`);
  return [
    ...kernels.map((one) =>
      [one.kernel.padEnd(34), kernelAgrees(one) ? 'agrees' : 'WRONG ', digits(one.error), one.failure ?? ''].join('  '),
    ),
    ...models.map(({ model, agrees, loss, gradients, failure, stepMs, wasmStepMs }) =>
      [
        nameOf(model).padEnd(34),
        agrees ? 'agrees' : 'WRONG ',
        `loss ${digits(loss)}, gradients ${digits(gradients)}`,
        ms(stepMs),
        wasmStepMs === null ? '' : `(${ms(wasmStepMs)} on WASM)`,
        failure ?? '',
      ].join('  '),
    ),
  ].map((line) => line.trimEnd());
}
