import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/domain/models/table';
import { readTrace } from '../../src/storage/weights';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { smallStudy } from '../helpers/dataset';

const SCRIPT = fileURLToPath(new URL('../../docs/replay.py', import.meta.url));
/** Enough for a short last batch and for a step of the second epoch. */
const STEPS = 4;
const SMALL: Config = { embeddingSize: 8, batchSize: 128, epochs: 2, lrDecay: 0.5, lrDecayEpochs: 1 };
const EGRA: Config = { ...SMALL, pretrained: 'random', neighbours: 4, enhancedNeighbours: 3 };

type Trace = NonNullable<Awaited<ReturnType<typeof readTrace>>>;

/** A Python that has what the script needs, if the machine has one. */
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import numpy, torch']).status === 0,
);

async function traced(model: 'lightgcn' | 'egra', config: Config): Promise<Trace> {
  const { database, run } = await smallStudy(model, config, 'cpu', { users: 40, items: 32 });
  await executeRun(run.id, {
    database,
    deviceHost: { gpu: null, wasmPaths: {}, fetchWasm: false, helpers: null },
    control: new RunControl(),
    emit: () => undefined,
    traceSteps: STEPS,
  });
  const trace = await readTrace(database, run.id);
  if (!trace) throw new Error('There is no trace.');
  return trace;
}

/** The file with the largest number of one array made a percent larger. */
function falsified(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const headerLength = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(copy.subarray(8, 8 + headerLength))) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const [from, to] = header[name]!.data_offsets;
  const places = Array.from({ length: (to - from) / 4 }, (_, i) => 8 + headerLength + from + 4 * i);
  const largest = places.reduce((best, at) =>
    Math.abs(view.getFloat32(at, true)) > Math.abs(view.getFloat32(best, true)) ? at : best,
  );
  view.setFloat32(largest, 1.01 * view.getFloat32(largest, true), true);
  return copy;
}

describe('the script that replays a trace', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  const replay = (
    command: string,
    trace: Trace,
  ): { code: number | null; faults: string[]; rows: number[]; output: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'replay-'));
    folders.push(folder);
    writeFileSync(join(folder, 'trace.safetensors'), trace.safetensors);
    writeFileSync(join(folder, 'trace.json'), trace.json);
    const { status, stdout, stderr } = spawnSync(command, [SCRIPT, folder], { encoding: 'utf8' });
    return {
      code: status,
      faults: stdout.split('\n').filter((line) => line.startsWith('disagrees: ')),
      rows: [...stdout.matchAll(/^step \d+: .* (\d+) rows$/gm)].map(([, rows]) => Number(rows)),
      output: stdout + stderr,
    };
  };

  const variants: [string, 'lightgcn' | 'egra', Config][] = [
    ['LightGCN', 'lightgcn', SMALL],
    ['LightGCN with three layers', 'lightgcn', { ...SMALL, layers: 3 }],
    ['EGRA', 'egra', EGRA],
    ['EGRA with distinct entities', 'egra', { ...EGRA, batchAs: 'distinct' }],
    ['EGRA with uniform entity weights', 'egra', { ...EGRA, entityWeights: 'uniform' }],
    ['EGRA with frozen features', 'egra', { ...EGRA, trainFeatures: false }],
    ['EGRA on the raw behaviour graph', 'egra', { ...EGRA, enhancedGraph: false }],
  ];

  it.for(variants)('agrees with %s', async ([, model, config], { skip }) => {
    if (!python) return skip();
    const { code, faults, rows, output } = replay(python, await traced(model, config));
    expect({ code, faults }, output).toEqual({ code: 0, faults: [] });
    expect(rows).toHaveLength(STEPS);
    expect(rows.some((count) => count < 128)).toBe(true);
  });

  it('finds a gradient in which one number is a percent too large', async ({ skip }) => {
    if (!python) return skip();
    const trace = await traced('egra', EGRA);
    const name = 'project/text/weight';
    const { code, faults, output } = replay(python, {
      ...trace,
      safetensors: falsified(trace.safetensors, `step1/grad/${name}`),
    });
    expect(code, output).toBe(1);
    expect(faults, output).toContainEqual(expect.stringMatching(`step 1: gradient ${name} `));
  });
});
