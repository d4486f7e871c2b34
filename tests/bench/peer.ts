import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Config, ModelId } from '../../src/domain/models/table';
import { encodeSafetensors, type NamedArray } from '../../src/sharing/safetensors';
import { readFloats } from '../../workers/engine/backends';
import { featureName } from '../../workers/models/model';
import type { Model, NamedGraph } from '../../workers/models/model';
import type { HostBatch } from '../../workers/training/batch';
import type { BenchData } from './sets';
import { readAll } from '../../workers/engine/rowSource';

const PYTHON = process.env['PYTHON'] ?? '/usr/bin/python3';
/** The processor's cores on the machine that the figures are for. */
const THREADS = 2;

/** Threads that wait are put to sleep: spinning would cost time where other programs run, and count as work. */
const ENVIRONMENT = {
  OMP_NUM_THREADS: String(THREADS),
  OPENBLAS_NUM_THREADS: String(THREADS),
  OMP_WAIT_POLICY: 'passive',
};

const readySchema = z.object({
  torch: z.string(),
  threads: z.number(),
  device: z.string(),
  sparse: z.string(),
  loss: z.number(),
});
const stepsSchema = z.object({ ms: z.array(z.number()), cpuMs: z.array(z.number()) });
const workSchema = z.array(z.object({ name: z.string(), bytes: z.number(), flops: z.number() }));
export type PeerKernel = z.infer<typeof workSchema>[number];
const secondsSchema = z.object({ seconds: z.number() });

/** The same model in PyTorch, in a process of its own, which does nothing until it is asked. */
export interface Peer {
  readonly ready: z.infer<typeof readySchema>;
  /** Milliseconds of each of the next `count` steps, and of processor time on all threads. */
  steps(count: number): Promise<z.infer<typeof stepsSchema>>;
  /** Seconds of an epoch's graphs and first step. */
  start(): Promise<number>;
  /** Seconds of ranking the validation split. */
  evaluate(): Promise<number>;
  /** Operations of one more step, with what each moves and computes. */
  work(): Promise<PeerKernel[]>;
  close(): void;
}

interface PeerSubject {
  readonly id: ModelId;
  readonly config: Config;
  readonly data: BenchData;
  readonly model: Model;
  readonly epochGraphs: readonly NamedGraph[];
  readonly batches: readonly HostBatch[];
  readonly stepsPerEpoch: number;
  /** Whether it may work on a graphics card. */
  readonly card: boolean;
}

/** Whether there is a Python with PyTorch. */
export function hasPeer(): Promise<boolean> {
  if (!existsSync(PYTHON)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(PYTHON, ['-c', 'import torch, numpy, scipy'], { stdio: 'ignore' });
    child.on('error', () => resolve(false)).on('exit', (code) => resolve(code === 0));
  });
}

/** Hands over graphs, initial parameters, features and batches, and waits until the peer has read them. */
export async function openPeer(script: string, subject: PeerSubject): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'lodestone-bench-'));
  const child = spawn(PYTHON, [script, folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...ENVIRONMENT },
  });
  const close = (): void => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <T>(command: string, schema: z.ZodType<T>): Promise<T> => {
    if (command) child.stdin.write(`${command}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`The PyTorch peer ended: ${complaint.trim().split('\n').at(-1) ?? ''}`);
    return schema.parse(JSON.parse(value));
  };
  try {
    writeFileSync(join(folder, 'arrays.safetensors'), await arraysOf(subject));
    const { input } = subject.data;
    writeFileSync(
      join(folder, 'subject.json'),
      JSON.stringify({
        model: subject.id,
        config: subject.config,
        users: input.users,
        items: input.items,
        stepsPerEpoch: subject.stepsPerEpoch,
        threads: THREADS,
        card: subject.card,
        modalities: input.features.map(({ key }) => key),
        batches: subject.batches.length,
        shapes: Object.fromEntries(
          [...subject.model.graphs, ...subject.epochGraphs].map(({ name, matrix }) => [
            name,
            [matrix.rows, matrix.columns],
          ]),
        ),
      }),
    );
    const ready = await ask('open', readySchema);
    return {
      ready,
      steps: (count) => ask(`steps ${count}`, stepsSchema),
      start: async () => (await ask('start', secondsSchema)).seconds,
      evaluate: async () => (await ask('evaluate', secondsSchema)).seconds,
      work: () => ask('work', workSchema),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function arraysOf({ data, model, epochGraphs, batches }: PeerSubject): Promise<Uint8Array> {
  const arrays: NamedArray[] = [];
  const add = (name: string, shape: readonly number[], values: Float32Array | Int32Array): void =>
    void arrays.push({ name, shape, values });
  for (const { name, matrix } of [...model.graphs, ...epochGraphs]) {
    add(`graph/${name}/pointers`, [matrix.pointers.length], matrix.pointers);
    add(`graph/${name}/columns`, [matrix.indices.length], matrix.indices);
    add(`graph/${name}/values`, [matrix.values.length], matrix.values);
  }
  for (const parameter of model.parameters)
    add(`init/${parameter.name}`, parameter.tensor.shape, await readFloats(parameter.tensor));
  for (const { name, shape, read } of model.inputs ?? []) add(`input/${name}`, shape, await read());
  for (const feature of data.input.features) {
    const own = featureName(feature.key);
    // Trained features are among the parameters.
    if (!model.parameters.some(({ name }) => name === own))
      add(own, [feature.rows, feature.columns], await readAll(feature));
  }
  batches.forEach(({ count, pairs, users, positives, negatives }, place) => {
    const ratio = negatives.length / users.length;
    for (const [name, values, rows] of [
      ['pairs', pairs, count],
      ['users', users, count],
      ['positives', positives, count],
      ['negatives', negatives, count * ratio],
    ] as const) {
      add(`batch/${place}/${name}`, [rows], values.slice(0, rows));
    }
  });
  const { users, items, split } = data.interactions;
  ['train', 'valid'].forEach((name, label) => {
    const rows = Array.from(split.keys()).filter((row) => split[row] === label);
    add(
      `data/${name}/users`,
      [rows.length],
      Int32Array.from(rows, (row) => users[row]!),
    );
    add(
      `data/${name}/items`,
      [rows.length],
      Int32Array.from(rows, (row) => items[row]!),
    );
  });
  return encodeSafetensors(arrays);
}
