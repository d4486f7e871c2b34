import { beforeAll, describe, expect, it } from 'vitest';
import type { DatasetDocument } from '../../../src/domain/dataset';
import { METRIC_KEYS, type Metrics } from '../../../src/domain/metrics';
import { completeConfig } from '../../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../../src/domain/models/table';
import { newRun, summarise, type Experiment, type RunSummary } from '../../../src/domain/run';
import { plannedRows, referenceSteps, setName } from '../../../src/features/experiments/ablationPlan';
import {
  baselineRows,
  evaluationsOf,
  runsOfGroup,
  runsTable,
  variantRows,
  variantsTable,
} from '../../../src/features/groups/groupRows';
import { progressWords } from '../../../src/features/groups/progress';
import { memoryDatabase } from '../../../src/storage/database';
import { generateDemo } from '../../../workers/dataset/demo';

const metrics = (value: number): Metrics => Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;
const dataset = { id: 'd', name: 'Demo', fingerprint: 'f' };
const full = (model: ModelId, changes: Config = {}): Omit<Experiment, 'seed'> => ({
  model,
  config: completeConfig(model, changes),
  dataset,
  backend: 'auto',
  allowSoftware: false,
});

const PROFILES = 'User vectors are a stand-in.';

interface Given extends Partial<Pick<RunSummary, 'status' | 'stepsPerEpoch' | 'epochsDone'>> {
  /** Recall@20 (and every other metric) on the test split; none: no result. */
  readonly test?: number;
  readonly liked?: number;
  readonly standIn?: boolean;
}

/** A run of the set `g`. */
function run(
  variant: string,
  seed: number,
  { test, liked, standIn = false, ...given }: Given,
  experiment = full('simgr'),
): RunSummary {
  return {
    ...summarise(newRun(`${variant} ${seed}`, variant, { ...experiment, seed }, '2026-01-01T00:00:00.000Z')),
    group: { id: 'g', name: 'SiMGR ablations on Demo', variant },
    status: test === undefined ? 'queued' : 'finished',
    result:
      test === undefined
        ? null
        : {
            bestEpoch: 4,
            valid: metrics(0.5),
            test: metrics(test),
            ...(liked !== undefined && { testLiked: metrics(liked) }),
          },
    ...(standIn && { findings: [{ kind: 'note', key: 'profiles', title: 'User vectors', text: PROFILES }] }),
    ...given,
  };
}

describe('the rows of an ablation set', () => {
  let demo: DatasetDocument;
  beforeAll(async () => {
    demo = await generateDemo(memoryDatabase(), 'small', { seed: 7, users: 60, items: 40, variant: 'plain' });
  });
  const planned = (model: ModelId, changes: Config = {}, data = demo, runs: readonly RunSummary[] = []) =>
    plannedRows(full(model, changes), data, runs);
  const row = (rows: ReturnType<typeof planned>, id: string) => rows.find((one) => one.id === id);

  it('begin with the model as the form says, and name what each changes', () => {
    const rows = planned('simgr', { layers: 3 });
    expect(rows.map(({ label }) => label)).toEqual([
      'SiMGR',
      'Base',
      'Base, high ratings only',
      '+SGA',
      '+SGA+PST',
      '+SGA+APFI',
    ]);
    expect(rows[0]?.changes).toEqual([]);
    expect(row(rows, 'SGA')?.changes).toEqual(['personalThreshold=false', 'pseudoFeedback=false']);
    for (const { experiment, reason } of rows) expect([experiment.config['layers'], reason]).toEqual([3, null]);
    expect(setName(full('simgr'), 'ablations')).toBe('SiMGR ablations on Demo');
  });

  it('cannot be taken without the data that they need, and say so', () => {
    const imageOnly = { ...demo, features: demo.features.filter(({ key }) => key === 'image') };
    const rows = planned('mllmrec', { profiles: 'history' }, imageOnly);
    expect(row(rows, 'V')?.reason).toBe('Demo has no text features (text_feat.npy).');
    expect(row(rows, 'T')?.reason).toBeNull();
    expect(row(planned('mllmrec'), 'GD')?.reason).toContain('no user profile vectors');
  });

  it('are offered once where two are the same', () => {
    expect(row(planned('magnet', { view: 'dual' }), 'DV')?.reason).toBe('Same configuration as “MAGNET”.');
    expect(row(planned('magnet', { view: 'single' }), 'SV')?.reason).toBe('Same configuration as “MAGNET”.');
    expect(row(planned('magnet', { view: 'single' }), 'DV')?.reason).toBeNull();
  });

  it('take half the steps of a finished run for the fixed switch, and say where there is none', () => {
    const none = row(planned('magnet'), 'fixed');
    expect(none?.changes).toEqual(['stages=fixed', 'switchStep=1000']);
    expect(none?.note).toContain('there is no finished run');
    const finished = run('MAGNET', 5, { test: 0.1, stepsPerEpoch: 10, epochsDone: 7 }, full('magnet'));
    expect(referenceSteps(full('magnet'), [finished])).toBe(70);
    expect(referenceSteps(full('magnet', { layers: 3 }), [finished])).toBeNull();
    expect(referenceSteps(full('magnet'), [{ ...finished, status: 'stopped' }])).toBeNull();
    expect(row(planned('magnet', {}, demo, [finished]), 'fixed')?.changes).toEqual(['stages=fixed', 'switchStep=35']);
  });
});

describe('the table of a set', () => {
  const runs = [
    run('Base', 2, { test: 0.13, liked: 0.2 }),
    run('SiMGR', 1, { test: 0.1, liked: 0.3 }),
    run('SiMGR', 3, { test: 0.14, liked: 0.3 }),
    run('Base', 1, { test: 0.09, liked: 0.1 }),
    run('SiMGR', 2, { test: 0.12, liked: 0.3 }),
    run('Base', 3, {}),
    run('+SGA', 1, {}),
  ];
  const rows = variantRows(runs);

  it('has the full model first, then the variants as the model lists them, each with its runs by seed', () => {
    expect(rows.map(({ variant, full: isFull }) => [variant, isFull])).toEqual([
      ['SiMGR', true],
      ['Base', false],
      ['+SGA', false],
    ]);
    expect(rows[1]?.runs.map(({ experiment }) => experiment.seed)).toEqual([1, 2, 3]);
    expect(rows.map(({ done }) => done)).toEqual([3, 2, 0]);
  });

  it('has means and sample standard deviations over the seeds that are done', () => {
    const spread = (place: number) => rows[place]?.metrics.all.get('recall@20');
    expect(spread(0)?.mean).toBeCloseTo(0.12, 12);
    expect(spread(0)?.sd).toBeCloseTo(0.02, 12);
    expect(spread(1)?.mean).toBeCloseTo(0.11, 12);
    // √(2 · 0.02²)
    expect(spread(1)?.sd).toBeCloseTo(0.0282842712, 9);
    expect(spread(2)).toEqual({ mean: null, sd: null });
    expect(variantRows([run('SiMGR', 1, { test: 0.25 })])[0]?.metrics.all.get('ndcg@10')).toEqual({
      mean: 0.25,
      sd: null,
    });
  });

  it('has differences to the full model seed by seed, for each evaluation', () => {
    const [first, base, none] = rows;
    expect(first?.difference).toEqual({ all: null, liked: null });
    expect(none?.difference).toEqual({ all: null, liked: null });
    // 0.09 − 0.10 and 0.13 − 0.12; seed 3 has no result of Base.
    expect(base?.difference.all).toMatchObject({ pairs: 2, higher: 1 });
    expect(base?.difference.all?.mean).toBeCloseTo(0, 12);
    expect(base?.difference.all?.sd).toBeCloseTo(0.0141421356, 9);
    expect(base?.difference.liked).toMatchObject({ pairs: 2, higher: 0 });
    expect(base?.difference.liked?.mean).toBeCloseTo(-0.15, 12);
  });

  it('shows the evaluation first that chose the best epochs', () => {
    expect(evaluationsOf(runs)).toEqual(['all', 'liked']);
    expect(evaluationsOf([run('SiMGR', 1, { test: 0.1 })])).toEqual(['all']);
    expect(evaluationsOf([run('SiMGR', 1, { test: 0.1, liked: 0.2 }, full('simgr', { relevant: 'liked' }))])).toEqual([
      'liked',
      'all',
    ]);
  });

  it('is exported by variant and by run, with what must be said of the numbers', () => {
    const noted = variantRows([
      run('MLLMRec', 1, { test: 0.1, standIn: true }, full('mllmrec')),
      run('w/o GD', 1, { test: 0.1 }, full('mllmrec')),
    ]);
    for (const table of [
      variantsTable(rows, ['all', 'liked']),
      runsTable(rows, ['all', 'liked']),
      variantsTable(noted, ['all']),
      runsTable(noted, ['all']),
    ]) {
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
      expect(new Set(table.columns).size).toBe(table.columns.length);
    }
    const cell = (table: ReturnType<typeof runsTable>, row: number, name: string) =>
      table.rows[row]?.[table.columns.indexOf(name)];
    const byVariant = variantsTable(rows, ['all', 'liked']);
    expect(cell(byVariant, 1, 'test_recall@20_mean')).toBeCloseTo(0.11, 12);
    expect(cell(byVariant, 1, 'difference_liked_recall@20_mean')).toBeCloseTo(-0.15, 12);
    expect([
      cell(byVariant, 1, 'difference_recall@20_seeds'),
      cell(byVariant, 1, 'difference_recall@20_higher'),
      cell(byVariant, 1, 'seeds_finished'),
      cell(byVariant, 1, 'seeds_asked'),
    ]).toEqual([2, 1, 2, 3]);
    const byRun = runsTable(rows, ['all']);
    expect(byRun.rows[0]?.slice(0, 4)).toEqual(['SiMGR', 1, 'finished', 5]);
    expect(byRun.columns).not.toContain('test_liked_recall@20');
    expect([
      cell(variantsTable(noted, ['all']), 0, 'note'),
      cell(runsTable(noted, ['all']), 0, 'note'),
      cell(runsTable(noted, ['all']), 1, 'note'),
    ]).toEqual([PROFILES, PROFILES, null]);
  });

  it('has the baselines of its dataset beneath, which are compared with nothing', () => {
    const elsewhere = { ...full('mostpop'), dataset: { ...dataset, fingerprint: 'other' } };
    const beneath = baselineRows(
      [...runs, run('x', 9, { test: 0.05 }, full('mostpop')), run('y', 9, { test: 0.04 }, elsewhere)],
      runs,
    );
    expect(
      beneath.map(({ variant, full: isFull, difference, metrics: of }) => [
        variant,
        isFull,
        difference.all,
        of.all.get('recall@20')?.mean,
      ]),
    ).toEqual([['Popularity (baseline)', false, null, 0.05]]);
    expect(variantsTable([...rows, ...beneath], ['all']).rows.at(-1)?.[0]).toBe('Popularity (baseline)');
  });

  it('knows its runs', () => {
    expect(
      runsOfGroup([...runs, { ...run('SiMGR', 9, {}), group: { id: 'other', name: 'x', variant: 'SiMGR' } }], 'g'),
    ).toHaveLength(7);
    expect(variantRows([])).toEqual([]);
  });
});

describe('the progress of a set', () => {
  it('is told in words', () => {
    const states = [
      { test: 0.1 },
      { status: 'running' },
      { status: 'queued' },
      { status: 'queued' },
      { status: 'failed' },
      { status: 'interrupted' },
      { status: 'paused' },
    ] as const;
    const runs = states.map((given, seed) => run('Base', seed, given));
    expect(progressWords(runs)).toBe(
      '1 of 7 runs has a result · 1 training · 1 paused · 2 waiting · 1 failed · 1 ended without a result',
    );
    expect(progressWords(runs.slice(0, 1))).toBe('the run has a result');
    expect(progressWords([run('Base', 1, { test: 0.1 }), run('Base', 2, { test: 0.1, status: 'stopped' })])).toBe(
      'all 2 runs have a result',
    );
  });
});
