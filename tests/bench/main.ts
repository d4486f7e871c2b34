import { fork, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AppError, faultOf } from '../../src/domain/errors';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import { parseOption } from '../../src/domain/models/config';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { BackendName } from '../../src/domain/backend';
import { nodeHost } from '../../cli/nodeHost';
import { hostTableOf, type HostRow } from './hostTable';
import { hostFiguresSchema, kernelSchema, measureHostTime } from './hostTime';
import { kernelTable, kernelTimesSchema, measureKernels, type KernelTimes } from './kernelTimes';
import { measure, onItsOwn } from './measure';
import { parseOptions, USAGE, type BenchOptions } from './options';
import { timesInChromium, type ChromiumTimes } from './chromiumHost';
import { hasPeer } from './peer';
import { peerWork } from './peerWork';
import { figuresSchema, resultSchema, rooflineSchema, type BenchResult, type Entry, type Roofline } from './result';
import { measureRoofline } from './roofline';
import { missing, openSet } from './sets';
import { FACTORS, type Growth, type SetId } from './sizes';
import { comparisonOf, tableOf } from './table';

/** What a process of its own is asked for; without a model, the roofline. */
interface Request {
  readonly set: SetId;
  readonly growth: Growth | null;
  readonly model: ModelId | null;
  readonly backend: BackendName;
  readonly options: BenchOptions;
  readonly peer: string | null;
}

const answerSchema = z.union([
  z.object({ device: z.string(), figures: figuresSchema }),
  z.object({ roofline: rooflineSchema }),
  z.object({ host: hostFiguresSchema }),
  z.object({ work: z.array(kernelSchema) }),
  z.object({ kernels: kernelTimesSchema }),
  z.object({ failure: z.string() }),
]);
type Answer = z.infer<typeof answerSchema>;

/** Runs the benchmark; resolves to the exit code. `script` and `bundle` are what a process of its own is started with. */
export async function main(words: readonly string[], script: string, bundle: string): Promise<number> {
  try {
    if (words.includes('--help')) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    const [first, before, after] = words;
    if (first === '--compare') {
      if (!before || !after)
        throw new AppError(
          'COMMAND_LINE',
          '--compare takes two files.',
          'npm run bench -- --compare before.json after.json',
        );
      process.stdout.write(comparisonOf(readResult(before), readResult(after)));
      return 0;
    }
    const options = parseOptions(words);
    if (options.host) return await hostTimes(options, script, bundle);
    if (options.kernels) return await kernelTimes(options, script, bundle);
    const result = await runAll(options, script, bundle);
    process.stdout.write(tableOf(result));
    return result.entries.some(({ failure }) => failure) ? 1 : 0;
  } catch (error) {
    const { code, message, hint } = faultOf(error);
    process.stderr.write(`${code}: ${message}\n${hint}\n`);
    return code === 'COMMAND_LINE' ? 2 : 1;
  }
}

/** The host's time of every model's step, as a table. */
async function hostTimes(options: BenchOptions, script: string, bundle: string): Promise<number> {
  const rows: HostRow[] = [];
  const [set = 'tiktok'] = options.sets;
  const absent = missing(set, options.data);
  if (absent) throw new AppError('COMMAND_LINE', absent, 'Choose another set with --sets.');
  const peer = await peerOf(options, script);
  const chromium = new Map<ModelId, ChromiumTimes>();
  if (options.chromium) {
    const wanted = options.models.map((model) => ({ model, changes: changesOf(model, options) }));
    await timesInChromium(wanted, options.seed, (model, times) => {
      chromium.set(model, times);
      process.stderr.write(`${model} in Chromium: ${times.failure ?? `${times.capturedMs?.toFixed(2)} ms`}\n`);
    });
  }
  for (const model of options.models) {
    const request = { set, growth: null, model, backend: 'webgpu', options, peer: null } as const;
    const answer = await inProcess(script, bundle, request);
    const failure = 'failure' in answer ? answer.failure : null;
    const theirs = peer && (await inProcess(script, bundle, { ...request, backend: 'wasm', peer }));
    const row: HostRow = {
      model,
      figures: 'host' in answer ? answer.host : null,
      failure,
      peer: theirs && 'work' in theirs ? theirs.work : null,
      chromium: chromium.get(model) ?? null,
    };
    rows.push(row);
    if (theirs && 'failure' in theirs) process.stderr.write(`${model} in PyTorch: ${theirs.failure}\n`);
    process.stderr.write(`${model}: ${failure ?? `${row.figures?.kernels} kernels`}\n`);
  }
  writeFileSync(options.out, `${JSON.stringify(rows, null, 1)}\n`);
  process.stdout.write(hostTableOf(rows));
  return rows.some(({ failure }) => failure) ? 1 : 0;
}

/** What each kernel of every model's captured step takes of the device. */
async function kernelTimes(options: BenchOptions, script: string, bundle: string): Promise<number> {
  const rows: { model: ModelId; times: KernelTimes }[] = [];
  const [set = 'tiktok'] = options.sets;
  let failed = false;
  for (const model of options.models) {
    const request = { set, growth: null, model, backend: 'webgpu', options, peer: null } as const;
    const answer = await inProcess(script, bundle, request);
    if ('kernels' in answer) rows.push({ model, times: answer.kernels });
    else failed = true;
    process.stderr.write(`${model}${'failure' in answer ? `: ${answer.failure}` : ''}\n`);
    writeFileSync(options.out, `${JSON.stringify(rows, null, 1)}\n`);
  }
  process.stdout.write(`${kernelTable(rows)}\n`);
  return failed ? 1 : 0;
}

/** The peer's script, where it is wanted and can be run. */
const peerOf = async ({ peer }: BenchOptions, script: string): Promise<string | null> =>
  peer && (await hasPeer()) ? fileURLToPath(new URL('peer.py', pathToFileURL(script))) : null;

function readResult(path: string): BenchResult {
  try {
    return resultSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new AppError(
      'COMMAND_LINE',
      `${path} is no result of this benchmark: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`,
      'Give the files that --out wrote.',
    );
  }
}

async function runAll(options: BenchOptions, script: string, bundle: string): Promise<BenchResult> {
  const start = loadavg();
  const notes: string[] = [];
  const peer = await peerOf(options, script);
  if (options.peer && !peer) notes.push('The peer is skipped: /usr/bin/python3 has no torch, numpy and scipy.');
  const sets: BenchResult['sets'][number][] = [];
  const entries: Entry[] = [];
  const rooflines: Roofline[] = [];
  const result = (): BenchResult => ({
    version: 1,
    date: new Date().toISOString(),
    machine: { processor: cpus()[0]?.model ?? 'unknown processor', cores: cpus().length, memoryBytes: totalmem() },
    versions: versions(peer !== null),
    options: { ...options },
    load: { start, end: loadavg() },
    sets,
    entries,
    rooflines,
    notes,
  });
  // What is measured so far stays if this is broken off.
  const keep = (): void => writeFileSync(options.out, `${JSON.stringify(result(), null, 1)}\n`);
  for (const { set, growth } of options.sets.flatMap((id) => setsOf(id, options))) {
    const absent = missing(set, options.data);
    if (absent) {
      notes.push(absent);
      continue;
    }
    const {
      name,
      importSeconds,
      dataset: { statistics },
    } = await openSet(set, growth, options.data, options.seed);
    const id = growth ? `${set} ${growth.axis} × ${growth.factor}` : set;
    sets.push({
      id,
      of: set,
      growth,
      name,
      users: statistics.users,
      items: statistics.items,
      interactions: statistics.interactions,
      importSeconds,
    });
    for (const backend of options.backends) {
      for (const model of options.models) {
        const before = loadavg()[0] ?? NaN;
        const answer = await inProcess(script, bundle, { set, growth, model, backend, options, peer });
        const load: [number, number] = [before, loadavg()[0] ?? NaN];
        const common = { set: id, model, backend, load, changes: changesOf(model, options) };
        if ('figures' in answer)
          entries.push({ ...common, device: answer.device, figures: answer.figures, failure: null });
        else
          entries.push({
            ...common,
            device: '',
            figures: null,
            failure: 'failure' in answer ? answer.failure : 'no figures came back',
          });
        keep();
        process.stderr.write(
          `${id} ${backend} ${model}: ${'figures' in answer ? `${answer.figures.step.median.toFixed(1)} ms per step` : (entries.at(-1)?.failure ?? '')}\n`,
        );
      }
      if (options.roofline && !growth) {
        const answer = await inProcess(script, bundle, { set, growth, model: null, backend, options, peer });
        if ('roofline' in answer) rooflines.push(answer.roofline);
        else notes.push(`${backend} has no roofline: ${'failure' in answer ? answer.failure : ''}`);
      }
      keep();
    }
  }
  return result();
}

/** A set, and with it what it is to be measured with more and less of. */
function setsOf(set: SetId, { grow }: BenchOptions): { set: SetId; growth: Growth | null }[] {
  const growths = set === 'tiktok' ? [] : grow.flatMap((axis) => FACTORS.map((factor) => ({ axis, factor })));
  return [{ set, growth: null }, ...growths.map((growth) => ({ set, growth }))];
}

/** What lets a model run alone, and the settings that it knows. Throws `CONFIG_INVALID`. */
function changesOf(model: ModelId, { settings }: BenchOptions): Config {
  const known = settings.flatMap((setting) => {
    const [key = '', ...rest] = setting.split('=');
    const option = modelTable(model).options.find((candidate) => candidate.key === key);
    return option ? [[key, parseOption(option, rest.join('='))] as const] : [];
  });
  const changes = { ...onItsOwn(model), ...Object.fromEntries(known) };
  completeConfig(model, changes);
  return changes;
}

function versions(withPeer: boolean): Record<string, string> {
  const tfjs: unknown = JSON.parse(readFileSync('node_modules/@tensorflow/tfjs-core/package.json', 'utf8'));
  const torch = withPeer
    ? spawnSync('/usr/bin/python3', ['-c', 'import torch; print(torch.__version__)'], {
        encoding: 'utf8',
      }).stdout.trim()
    : null;
  return {
    node: process.versions.node,
    tfjs: z.object({ version: z.string() }).parse(tfjs).version,
    ...(torch && { torch }),
  };
}

/** One model (or the roofline) in a process of its own, which is ended when it takes too long. */
function inProcess(script: string, bundle: string, request: Request): Promise<Answer> {
  return new Promise((resolve) => {
    const child = fork(script, ['--child', bundle, JSON.stringify(request)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr?.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-1000)));
    let answer: Answer | null = null;
    const { timeout } = request.options;
    const timer = setTimeout(() => {
      answer = { failure: `given up after ${timeout} s` };
      child.kill('SIGKILL');
    }, timeout * 1000);
    child.on('message', (message) => (answer = answerSchema.parse(message)));
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(answer ?? { failure: `its process ended (${code}): ${complaint.trim().split('\n').at(-1) ?? ''}` });
    });
  });
}

/** In the process of its own: measures what it was asked for and tells the process that started it. */
export async function measureForParent(text: string): Promise<void> {
  const { set: id, growth, model, backend, options, peer } = JSON.parse(text) as Request;
  const answer = await (async (): Promise<Answer> => {
    try {
      if (options.host && model) {
        const set = await openSet(id, growth, options.data, options.seed);
        if (peer) {
          const host = await nodeHost(false, true);
          return { work: await peerWork(host, model, set, changesOf(model, options), options.seed, peer) };
        }
        return { host: await measureHostTime(model, set, changesOf(model, options), options.seed) };
      }
      const host = await nodeHost(backend === 'webgpu', true, options.threads ?? undefined);
      const set = await openSet(id, growth, options.data, options.seed);
      if (model && options.kernels)
        return {
          kernels: await measureKernels({
            model,
            backend,
            host,
            set,
            changes: changesOf(model, options),
            options,
            peer,
          }),
        };
      if (!model) return { roofline: await measureRoofline(backend, host, set) };
      return await measure({ model, backend, host, set, changes: changesOf(model, options), options, peer });
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  })();
  await new Promise((resolve) => process.send?.(answer, resolve));
}
