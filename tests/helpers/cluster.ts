import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle as bundleOf } from '../../cli/bundle.mjs';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { planOf, type Plan } from '../../src/domain/plan';
import type { QueuedExperiment } from '../../src/domain/pretraining';
import { encodePlan } from '../../src/sharing/planFile';
import { decodeStudyFile } from '../../src/sharing/studyFile';
import { memoryDatabase } from '../../src/storage/database';
import { generateDemo } from '../../workers/dataset/demo';
import { withoutClock } from './clock';

/** The command line as one program; made once for a test file. */
export const bundle = (): Promise<string> => bundleOf('cli/main.ts');

export const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'lodestone-cluster-'));

export interface Wanted {
  readonly model: ModelId;
  readonly config?: Config;
  readonly seed?: number;
}

/** A plan on a demo dataset of a few dozen users, on the CPU backend; ids are `r1`, `r2`, … */
export async function tinyPlan(wanted: readonly Wanted[], sizes = { users: 40, items: 32 }): Promise<Plan> {
  const made = await generateDemo(memoryDatabase(), 'demo', { seed: 7, ...sizes, variant: 'plain' });
  const { name, fingerprint } = made;
  const id = fingerprint.slice(0, 16);
  const experiments = wanted.map(({ model, config = {}, seed = 1 }): QueuedExperiment => ({
    experiment: {
      model,
      config: completeConfig(model, { embeddingSize: 8, batchSize: 64, epochs: 3, ...config }),
      seed,
      dataset: { id, name, fingerprint },
      backend: 'cpu',
      allowSoftware: false,
    },
  }));
  let count = 0;
  return planOf('Tiny', { ...made, id }, experiments, '2026-01-01T00:00:00.000Z', () => `r${++count}`);
}

export async function writePlan(folder: string, plan: Plan): Promise<string> {
  const path = join(folder, 'tiny.plan.json');
  await writeFile(path, encodePlan(plan));
  return path;
}

export interface Program {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly said: string;
  }>;
}

/** Starts the command line in a process of its own. */
export function start(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const script = `const { main } = await import(${JSON.stringify(pathToFileURL(program).href)}); process.exitCode = await main(process.argv.slice(1)); process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  return {
    child,
    said: () => said,
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, said }))),
  };
}

/** Waits until something is so; throws after `seconds`. */
export async function until(what: string, ask: () => Promise<boolean> | boolean, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited ${seconds} s in vain: ${what}.`);
}

/** Mounts a file system of its own in a folder, where this machine allows it. */
export function mounted(folder: string, ...options: string[]): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', ...options, 'none', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const unmounted = (folder: string): void => void execFileSync('umount', ['-l', folder]);

export const namesOf = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** What a study’s folder holds of its runs, without clocks and hosts: documents, users’ results, weights to the bit. */
export async function resultsOf(folder: string, plan: Plan): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { id } of plan.runs) {
    const result = join(folder, 'runs', id, 'result');
    const file = new Blob([await readFile(join(result, 'run.lodestone.json'))]);
    const { runs, datasets } = await decodeStudyFile('run.lodestone.json', file);
    found[id] = {
      runs: runs.map(({ run, details }) => ({ run: withoutClock(run), details })),
      datasets,
      weights: readFileSync(join(result, 'weights.safetensors')).toString('base64'),
    };
  }
  return found;
}
