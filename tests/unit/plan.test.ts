import { describe, expect, it } from 'vitest';
import type { DatasetDocument } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { plannedDocument, planOf, shardOf, type Plan } from '../../src/domain/plan';
import type { QueuedExperiment } from '../../src/domain/pretraining';
import { decodePlan, encodePlan } from '../../src/sharing/planFile';
import { memoryDatabase } from '../../src/storage/database';
import { generateDemo } from '../../workers/dataset/demo';
import { shardFrom } from '../../cli/cluster/shard';

const MADE = '2026-05-01T00:00:00.000Z';
const dataset = (): Promise<DatasetDocument> =>
  generateDemo(memoryDatabase(), 'small', { seed: 7, users: 40, items: 32, variant: 'plain' });

async function planWith(
  ...wanted: readonly (readonly [ModelId, Config, number, QueuedExperiment['group']?])[]
): Promise<Plan> {
  const of = await dataset();
  const experiments = wanted.map(([model, config, seed, group]): QueuedExperiment => ({
    experiment: {
      model,
      config: completeConfig(model, config),
      seed,
      dataset: { id: of.id, name: of.name, fingerprint: of.fingerprint },
      backend: 'auto',
      allowSoftware: false,
    },
    ...(group && { group }),
  }));
  let count = 0;
  return planOf('A study', of, experiments, MADE, () => `r${++count}`);
}

const EGRA: Config = { pretrained: 'mgcn', pretrainingEpochs: 2 };

describe('a plan', () => {
  it('has each run after the pre-training that it needs, once for a seed', async () => {
    const { runs, dataset: of } = await planWith(
      ['egra', EGRA, 1],
      ['egra', { ...EGRA, neighbours: 7 }, 1],
      ['egra', EGRA, 2],
      ['egra', { pretrained: 'random' }, 1],
    );
    expect(runs.map(({ experiment, asked, after }) => [experiment.model, experiment.seed, asked, after])).toEqual([
      ['mgcn', 1, false, []],
      ['egra', 1, true, ['r1']],
      ['egra', 1, true, ['r1']],
      ['mgcn', 2, false, []],
      ['egra', 2, true, ['r4']],
      ['egra', 1, true, []],
    ]);
    expect(of).toMatchObject({ name: 'Demo', users: 40, items: 32, split: 'perUserRandom', splitSeed: 7 });
    expect(JSON.stringify(of)).not.toContain('features');
  });

  it('has no rule that depends on which run ends first', async () => {
    const sweep = { axes: [{ key: 'layers', values: [1] }], method: 'grid' as const, medianRule: true };
    const { runs } = await planWith([
      'lightgcn',
      { layers: 1 },
      1,
      { id: 'g', name: 'sweep', variant: 'layers=1', sweep },
    ]);
    expect(runs[0]!.group!.sweep).toEqual({ ...sweep, medianRule: false });
  });

  it('as a file is read again as it was, and its runs begin alike everywhere', async () => {
    const plan = await planWith(['egra', EGRA, 1], ['bpr', {}, 4294967295]);
    const read = decodePlan('a.plan.json', encodePlan(plan));
    expect(read).toEqual(plan);
    expect(encodePlan(read)).toBe(encodePlan(plan));
    expect(plannedDocument(read, read.runs[1]!)).toMatchObject({
      id: 'r2',
      createdAt: '2026-05-01T00:00:00.001Z',
      status: 'queued',
    });
  });

  it('without runs is none', async () => {
    const plan = await planWith();
    expect(() => encodePlan(plan)).toThrow(expect.objectContaining({ code: 'PLAN_EMPTY' }));
  });
});

describe('the file of a plan is refused in one sentence', () => {
  type Json = Record<string, unknown> & { runs: Record<string, unknown>[] };
  const changed: readonly (readonly [string, AppError['code'], string, (plan: Json) => unknown])[] = [
    ['that is a study', 'PLAN_UNREADABLE', 'not marked as a plan', (plan) => ({ ...plan, format: 'lodestone/study' })],
    ['of a newer form', 'PLAN_VERSION', 'its form is 2', (plan) => ({ ...plan, version: 2, more: 1 })],
    ['with a model that is not here', 'PLAN_VERSION', '“gpt”', (plan) => run(plan, { model: 'gpt' })],
    ['with an option that is not here', 'PLAN_VERSION', '“warp”', (plan) => run(plan, { config: { warp: 9 } })],
    ['with a way out of its folder', 'PLAN_UNREADABLE', 'runs.0.id', (plan) => run(plan, { id: '../../etc' })],
    ['with a field that nobody knows', 'PLAN_UNREADABLE', 'runs.0', (plan) => run(plan, { command: 'rm' })],
    ['with a value out of range', 'PLAN_UNREADABLE', 'Layers', (plan) => run(plan, { config: { layers: 99 } })],
    [
      'with two runs of one id',
      'PLAN_UNREADABLE',
      'two of its runs',
      (plan) => ({ ...plan, runs: [plan.runs[0], plan.runs[0]] }),
    ],
    ['that waits in a circle', 'PLAN_UNREADABLE', 'waits for one', (plan) => run(plan, { after: ['r1'] })],
    ['without runs', 'PLAN_UNREADABLE', 'runs is invalid', (plan) => ({ ...plan, runs: [] })],
    [
      'with too many runs',
      'PLAN_UNREADABLE',
      'runs is invalid',
      (plan) => ({ ...plan, runs: Array(10_001).fill(plan.runs[0]) }),
    ],
    [
      'with no fingerprint',
      'PLAN_UNREADABLE',
      'fingerprint',
      (plan) => ({ ...plan, dataset: { ...(plan['dataset'] as object), fingerprint: 'x' } }),
    ],
  ];
  const run = (plan: Json, change: object): unknown => ({ ...plan, runs: [{ ...plan.runs[0], ...change }] });
  const refusal = (text: string): AppError => {
    try {
      decodePlan('a.plan.json', text);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    throw new Error('It was read.');
  };

  it.each(changed)('%s', async (_, code, named, change) => {
    const plan = JSON.parse(encodePlan(await planWith(['lightgcn', {}, 1]))) as Json;
    const fault = refusal(JSON.stringify(change(plan)));
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(named);
    expect(fault.message).toMatch(/^a\.plan\.json [^]*\.$/);
    expect(fault.hint).toMatch(/\.$/);
  });

  it('that is cut off, or takes its pre-training from nowhere', async () => {
    const text = encodePlan(await planWith(['egra', EGRA, 1]));
    for (const length of [0, 1, 100, text.length - 3])
      expect(refusal(text.slice(0, length)).code).toBe('PLAN_UNREADABLE');
    const plan = JSON.parse(text) as Json;
    expect(refusal(JSON.stringify({ ...plan, runs: [{ ...plan.runs[1], after: [] }] })).message).toContain(
      'pre-trained',
    );
  });
});

describe('parts of a plan', () => {
  it('hold all runs between them, each with what it needs', async () => {
    const plan = await planWith(['egra', EGRA, 1], ['bpr', {}, 1], ['egra', EGRA, 2], ['bpr', {}, 2], ['bpr', {}, 3]);
    for (const of of [1, 2, 3, 7, 20]) {
      const parts = Array.from({ length: of }, (_, i) => shardOf(plan, { place: i + 1, of }));
      expect(new Set(parts.flat().map(({ id }) => id)).size).toBe(plan.runs.length);
      for (const part of parts)
        for (const { after } of part) expect(part.map(({ id }) => id)).toEqual(expect.arrayContaining([...after]));
    }
  });

  it('come from the command line, Slurm or Kubernetes', () => {
    const slurm = (id: number, count: number, min: number, max: number): NodeJS.ProcessEnv => ({
      SLURM_ARRAY_TASK_ID: String(id),
      SLURM_ARRAY_TASK_COUNT: String(count),
      SLURM_ARRAY_TASK_MIN: String(min),
      SLURM_ARRAY_TASK_MAX: String(max),
    });
    expect(shardFrom(null, {})).toBeNull();
    expect(shardFrom('2/8', slurm(1, 4, 1, 4))).toEqual({ place: 2, of: 8 });
    expect(shardFrom('all', slurm(1, 4, 1, 4))).toBeNull();
    // Ids begin anywhere, and may have a step.
    expect([0, 3].map((id) => shardFrom(null, slurm(id, 4, 0, 3)))).toEqual([
      { place: 1, of: 4 },
      { place: 4, of: 4 },
    ]);
    expect(shardFrom(null, slurm(102, 3, 100, 102))).toEqual({ place: 3, of: 3 });
    expect([10, 14, 18].map((id) => shardFrom(null, slurm(id, 3, 10, 18))?.place)).toEqual([1, 2, 3]);
    // --array=1,5,7: the second task has no place among three.
    expect([1, 5, 7].map((id) => shardFrom(null, slurm(id, 3, 1, 7))?.place ?? 'all')).toEqual([1, 'all', 3]);
    expect(shardFrom(null, slurm(5, 1, 5, 5))).toEqual({ place: 1, of: 1 });
    expect(shardFrom(null, { JOB_COMPLETION_INDEX: '0', JOB_COMPLETION_COUNT: '5' })).toEqual({ place: 1, of: 5 });
    // Kubernetes alone does not tell the count.
    expect(shardFrom(null, { JOB_COMPLETION_INDEX: '0' })).toBeNull();
    for (const wrong of ['0/2', '3/2', '1', 'a/b', '1/2/3', '-1/2'])
      expect(() => shardFrom(wrong, {})).toThrow(expect.objectContaining({ code: 'COMMAND_LINE' }));
  });
});
