import { describe, expect, it } from 'vitest';
import { METRIC_KEYS, type Metrics } from '../../src/domain/metrics';
import { defaultConfig } from '../../src/domain/models/catalogue';
import type { Experiment, RunDocument, RunGroup, TableSearch } from '../../src/domain/run';
import { newRun, summarise } from '../../src/domain/run';
import { claimsOf, plannedRows, printedPart, tableRuns } from '../../src/domain/paperTables';
import { reproducedRows } from '../../src/domain/reproduced';
import { judgeByHalving, nextRung, rowSeeds, rungsOf, searchAxes } from '../../src/domain/search';
import { sharedStudy } from '../../src/domain/shared';
import { memoryDatabase } from '../../src/storage/database';
import { decodeStudy, encodeStudy } from '../../src/sharing/link';
import { generateDemo } from '../../workers/dataset/demo';

const metrics = (value: number): Metrics => Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;
const search: TableSearch = { trials: 3, drawSeed: 1, metric: 'recall@20', rungs: [] };
const experiment = (seed: number): Experiment => ({
  model: 'lightgcn',
  config: defaultConfig('lightgcn'),
  seed,
  dataset: { id: 'd', name: 'Demo', fingerprint: 'f'.repeat(16) },
  backend: 'auto',
  allowSoftware: false,
});
const TABLE = { paper: 'EGRA', table: 'II', dataset: 'Baby' };

function trial(id: string, seed: number, over: Partial<RunDocument>, group: Partial<RunGroup> = {}): RunDocument {
  return {
    ...newRun(id, id, experiment(seed), '2026-01-01T00:00:00.000Z'),
    group: { id: 'g', name: 'A table', variant: 'LightGCN', table: TABLE, search, trial: 0, ...group },
    ...over,
  };
}
const finished = (valid: number, test: number, seconds = 10): Partial<RunDocument> => ({
  status: 'finished',
  seconds,
  epochs: [0, 1].map((epoch) => ({
    epoch,
    step: epoch + 1,
    learningRate: 0.001,
    terms: {},
    total: 0,
    valid: metrics(valid),
    trainSeconds: 1,
    evaluateSeconds: 1,
  })),
  result: { bestEpoch: 1, valid: metrics(valid), test: metrics(test) },
});

describe('successive halving', () => {
  it('keeps a third at each rung, after three times as many epochs, until one is left', () => {
    expect(rungsOf(9, 10)).toEqual([
      { epochs: 10, keep: 3 },
      { epochs: 30, keep: 1 },
    ]);
    expect(rungsOf(81, 1).map(({ keep }) => keep)).toEqual([27, 9, 3, 1]);
    expect(rungsOf(5, 4)).toEqual([{ epochs: 4, keep: 1 }]);
    expect(rungsOf(1, 4)).toEqual([]);
  });

  it('asks a run to halt at its next rung only', () => {
    const group = { id: 'g', name: 'G', variant: 'v', search: { ...search, rungs: rungsOf(9, 10) } };
    expect([0, 9, 10, 29, 30].map((epochsDone) => nextRung({ group, epochsDone }))).toEqual([10, 10, 30, 30, null]);
    expect(nextRung({ epochsDone: 0 })).toBeNull();
  });

  it('judges the trials of one row and seed among themselves', () => {
    const rungs = [{ epochs: 2, keep: 1 }];
    const at = (id: string, seed: number, variant: string, value: number, epochsDone = 2) => ({
      ...summarise(
        trial(id, seed, { best: { epoch: 0, valid: metrics(value) } }, { variant, search: { ...search, rungs } }),
      ),
      epochsDone,
    });
    const runs = [at('a', 1, 'x', 0.1), at('b', 1, 'x', 0.2), at('c', 2, 'x', 0.05), at('d', 1, 'y', 0.01)];
    const [a, b, c, d] = runs;
    expect(judgeByHalving(a!, runs)).toMatchObject({ rule: 'halving', rank: 2, of: 2, keep: 1, best: 0.1, epoch: 1 });
    for (const one of [b, c, d]) expect(judgeByHalving(one!, runs)).toBe('go');
    expect(judgeByHalving(a!, [...runs, at('e', 1, 'x', 0, 1)])).toBe('wait');
    // Of equals the earlier trial goes on.
    const twin = { ...a!, id: 'z', group: { ...a!.group!, trial: 1 } };
    expect(judgeByHalving(a!, [a!, twin])).toBe('go');
    expect(judgeByHalving(twin, [a!, twin])).not.toBe('go');
  });
});

describe('a search', () => {
  it('draws numbers with the values that were searched, not what makes the row nor sizes', () => {
    const keys = searchAxes('egra', { itemItemLayers: 2 }).map(({ key }) => key);
    expect(keys).toContain('learningRate');
    expect(keys).toContain('temperatureView');
    for (const key of ['embeddingSize', 'batchSize', 'itemItemLayers', 'enhancedGraph'])
      expect(keys).not.toContain(key);
  });

  it('gives every row the same budget, its first trial the recommended settings, and seeds the same trials', async () => {
    const part = printedPart(TABLE)!;
    const dataset = await generateDemo(memoryDatabase(), 'd', { seed: 1, users: 60, items: 50, variant: 'plain' });
    const backend = { backend: 'cpu', allowSoftware: false } as const;
    const rows = plannedRows(part, dataset, { from: 'search', epochs: null, backend });
    const recommended = plannedRows(part, dataset, { from: 'recommended', epochs: null, backend });
    const runs = tableRuns(rows, [1, 2], { id: 'g', name: 'A table', search: { ...search, trials: 5 } }, dataset);
    for (const { name, experiment: asked } of recommended) {
      if (!asked) continue;
      const own = runs.filter(({ group }) => group.variant === name);
      const [one, two] = [1, 2].map((seed) => own.filter(({ experiment: { seed: of } }) => of === seed));
      expect(one).toHaveLength(5);
      expect(one?.map(({ group }) => group.trial)).toEqual([0, 1, 2, 3, 4]);
      expect(one?.[0]?.experiment.config).toEqual(asked.config);
      expect(new Set(one?.map(({ experiment: { config } }) => JSON.stringify(config))).size).toBe(5);
      expect(two?.map(({ experiment: { config } }) => config)).toEqual(
        one?.map(({ experiment: { config } }) => config),
      );
    }
    const egra = runs.filter(({ group }) => group.variant === 'EGRA').map(({ experiment: { config } }) => config);
    expect(new Set(egra.map(({ embeddingSize, batchSize }) => `${embeddingSize} ${batchSize}`)).size).toBe(1);
  });

  it('puts the trial that is best on validation into the table, once all have ended', () => {
    const a = trial('a', 1, finished(0.1, 0.9));
    const b = trial('b', 1, finished(0.3, 0.2), { trial: 1 });
    const stopReason = { rule: 'halving', epoch: 1, metric: 'recall@20', best: 0, rank: 3, of: 3, keep: 2 } as const;
    const c = trial('c', 1, { status: 'stopped', stopReason, seconds: 5 }, { trial: 2 });
    const other = trial('o', 2, finished(0.5, 0.4));
    const waits = trial('w', 2, {}, { trial: 1 });
    const seeds = rowSeeds([a, b, c, other, waits].map(summarise));
    expect(seeds.map(({ seed, run }) => [seed, run?.id ?? null])).toEqual([
      [1, 'b'],
      [2, null],
    ]);
    expect(seeds[0]?.searched).toEqual({ trials: 3, epochs: 4, seconds: 25 });
    const [row] = reproducedRows(
      { ...printedPart(TABLE)!, rows: { LightGCN: [0.1, 0.1, 0.1, 0.1] } },
      seeds.map(({ variant, run, searched }) => ({ variant, result: run?.result ?? null, searched })),
    );
    expect(row).toMatchObject({ runs: 2, done: 1, searched: { trials: 3, epochs: 6, seconds: 35 } });
    expect(row?.cells[0]?.here.mean).toBe(0.2);
  });

  it('travels in a link as its best trials, with what they took', async () => {
    const runs = [trial('a', 1, finished(0.1, 0.9)), trial('b', 1, finished(0.3, 0.2), { trial: 1 })];
    const study = sharedStudy(runs, [], { points: 4, routing: false });
    expect(study.runs).toHaveLength(1);
    const read = await decodeStudy(await encodeStudy(study));
    expect(read.runs[0]).toMatchObject({ variant: 'LightGCN', searched: { trials: 2, epochs: 4, seconds: 20 } });
    expect(read.runs[0]?.result?.test['recall@20']).toBe(0.2);
  });
});

describe('a figure without numbers', () => {
  it('has rows that can be run, and claims that it shows', () => {
    const figure = printedPart({ paper: 'SiMGR', table: 'Figure 3', dataset: 'Baby' })!;
    expect(claimsOf(figure).map(({ worse, shown }) => [worse, shown])).toEqual(
      ['Base', '+SGA', '+SGA+PST', '+SGA+APFI'].map((name) => [name, true]),
    );
  });
});
