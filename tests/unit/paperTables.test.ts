import { readFileSync, existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MODEL_IDS, modelTable } from '../../src/domain/models/catalogue';
import {
  claimsOf,
  headlineOf,
  meaningOf,
  PAPER_TABLES,
  plannedRows,
  printedPart,
  tableRuns,
} from '../../src/domain/paperTables';
import { PRINTED_ONLY } from '../../src/domain/printedOnly';
import { PUBLISHED_TABLES } from '../../src/domain/publishedTables';
import { judgedClaims, kendallTau, rankAgreement, reproducedRows, type RowRun } from '../../src/domain/reproduced';
import { byKey, type MetricKey } from '../../src/domain/metrics';
import { memoryDatabase } from '../../src/storage/database';
import { generateDemo } from '../../workers/dataset/demo';

const part = (paper: string, table: string, dataset: string) => {
  const found = printedPart({ paper, table, dataset });
  if (!found) throw new Error(`There is no ${paper} ${table} ${dataset}.`);
  return found;
};
const nameOf = (model: string | undefined): string => (model === undefined ? 'none' : modelTable(model).name);

describe('the papers’ tables', () => {
  it('are nine and a figure, each with its datasets', () => {
    expect(PAPER_TABLES.map(({ id, parts }) => `${id} ${parts.length}`).sort()).toEqual([
      'egra-ii 5',
      'egra-iii 3',
      'egra-iv 4',
      'magnet-4 4',
      'magnet-5 4',
      'magnet-6 4',
      'mllmrec-2 3',
      'mllmrec-3 3',
      'simgr-2 3',
      'simgr-figure-3 3',
    ]);
  });

  it('mean models with the settings that their names say', () => {
    const meaning = (paper: string, table: string, dataset: string, name: string) => {
      const found = meaningOf(part(paper, table, dataset), name);
      return [nameOf(found?.model), found?.changes ?? {}];
    };
    expect(meaning('EGRA', 'II', 'Baby', 'GUME')).toEqual(['GUME', {}]);
    expect(meaning('EGRA', 'II', 'Baby', 'EGRA')).toEqual(['EGRA', {}]);
    expect(meaning('EGRA', 'III', 'Sports', 'EGRA/EBG')).toEqual(['EGRA', { enhancedGraph: false }]);
    expect(meaning('EGRA', 'IV', 'Baby', 'LATTICE+E')).toEqual(['LATTICE', { edgeEnhancer: '+E' }]);
    expect(meaning('EGRA', 'IV', 'Baby', 'MGCN+G')).toEqual(['MGCN', { edgeEnhancer: '+G' }]);
    expect(meaning('MAGNET', '4', 'Baby', 'MAGNET-SV')).toEqual(['MAGNET', { view: 'single' }]);
    expect(meaning('MAGNET', '5', 'Baby', 'w/o view-contrastive')).toEqual(['MAGNET', { contrastWeight: 0 }]);
    expect(meaning('MAGNET', '6', 'Baby', 'lin')).toEqual(['MAGNET', {}]);
    expect(meaning('MAGNET', '6', 'Baby', 'rev')).toEqual(['MAGNET', { stageWeights: 'rev' }]);
    expect(meaning('MLLMRec', '2', 'Baby', 'MLLMRec w/ GCN_UI')).toEqual(['MLLMRec', { userItemConvolution: true }]);
    expect(meaning('MLLMRec', '3', 'Baby', 'w/o RS')).toEqual(['MLLMRec', { profiles: 'random' }]);
    expect(meaning('SiMGR', '2', 'Baby', 'MF-BPR')).toEqual(['BPR-MF', {}]);
    expect(meaning('SiMGR', '2', 'Baby', 'SiGRec')).toEqual(['none', {}]);
  });

  it('have a model for every row of their ablations, and for all others a model, a reason, or a system still to come', () => {
    const without = PUBLISHED_TABLES.flatMap((one) =>
      Object.keys(one.rows).flatMap((name) => (meaningOf(one, name) === null ? [{ about: one.about, name }] : [])),
    );
    expect(without.filter(({ about }) => about !== 'overall')).toEqual([]);
    for (const { name } of PRINTED_ONLY) expect(without.map((row) => row.name)).toContain(name);
  });

  it('are about the paper’s own model', () => {
    const headlines = PAPER_TABLES.filter(({ about }) => about !== 'transfer')
      .map(({ id, parts }) => `${id} ${headlineOf(parts[0]!)}`)
      .sort();
    expect(headlines).toEqual([
      'egra-ii EGRA',
      'egra-iii EGRA',
      'magnet-4 MAGNET-DV',
      'magnet-5 MAGNET',
      'magnet-6 lin',
      'mllmrec-2 MLLMRec',
      'mllmrec-3 MLLMRec',
      'simgr-2 SiMGR',
      'simgr-figure-3 SiMGR',
    ]);
  });
});

describe('the plan of a table', () => {
  it('has the printed settings of its dataset, or those recommended; the ends of epochs; what cannot run with its reason', async () => {
    const dataset = await generateDemo(memoryDatabase(), 'demo', { seed: 1, users: 60, items: 40, variant: 'plain' });
    const backend = { backend: 'wasm', allowSoftware: false } as const;
    const rows = plannedRows(part('EGRA', 'II', 'Baby'), dataset, { from: 'paper', epochs: 3, backend });
    const row = (name: string) => rows.find((one) => one.name === name)!;
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(part('EGRA', 'II', 'Baby').rows));
    expect(row('EGRA')).toMatchObject({ settings: 'Paper: Baby', note: null });
    expect(row('EGRA').experiment?.config).toMatchObject({ itemItemLayers: 2, epochs: 3 });
    expect(row('LightGCN')).toMatchObject({ settings: 'defaults' });
    const sports = plannedRows(part('EGRA', 'II', 'Sports'), dataset, { from: 'paper', epochs: null, backend });
    expect(sports.find(({ name }) => name === 'EGRA')?.settings).toBe('Paper: Sports, Clothing');
    const recommended = plannedRows(part('EGRA', 'II', 'Baby'), dataset, {
      from: 'recommended',
      epochs: null,
      backend,
    });
    expect(recommended.every(({ experiment, settings }) => experiment === null || /recommended/.test(settings))).toBe(
      true,
    );

    const mllmrec = plannedRows(part('MLLMRec', '2', 'Baby'), dataset, { from: 'paper', epochs: null, backend });
    const doge = mllmrec.find(({ name }) => name === 'DOGE');
    expect(doge).toMatchObject({ model: null, experiment: null });
    expect(doge?.note).toMatch(/^Printed results only\. Its code is not public/);
    const profiles = mllmrec.find(({ name }) => name === 'MLLMRec');
    expect(profiles?.experiment).toBeNull();
    expect(profiles?.note).toContain('has no user profile vectors');

    const group = { id: 'set', name: 'A table', table: { paper: 'EGRA', table: 'II', dataset: 'Baby' } };
    const runs = tableRuns(rows, [1, 2], group, dataset);
    const possible = rows.filter(({ experiment }) => experiment !== null);
    expect(runs).toHaveLength(2 * possible.length);
    expect(runs[0]).toMatchObject({ experiment: { seed: 1 }, group: { id: 'set', variant: possible[0]!.name } });
    expect(new Set(runs.map(({ experiment }) => experiment.model)).size).toBeGreaterThan(5);
    expect(MODEL_IDS).toContain(runs[0]!.experiment.model);
  });
});

/** All metrics of a result at one value, but for some. */
const result = (value: number, change: Partial<Record<MetricKey, number>> = {}): RowRun['result'] => ({
  test: byKey((key) => change[key] ?? value),
});

describe('what a table got here', () => {
  const table = part('EGRA', 'II', 'Baby');
  const runs: RowRun[] = [
    { variant: 'EGRA', result: result(0.3) },
    { variant: 'EGRA', result: result(0.5) },
    { variant: 'EGRA', result: null },
    { variant: 'GUME', result: result(0.2) },
    { variant: 'VBPR', result: result(0.35, { 'recall@20': 0.6 }) },
    { variant: 'BM3', result: null },
  ];
  const rows = reproducedRows(table, runs);

  it('is mean and deviation over the seeds that there are, beside the printed figure', () => {
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(table.rows));
    const egra = rows.find(({ name }) => name === 'EGRA')!;
    expect([egra.runs, egra.done]).toEqual([3, 2]);
    const printed = table.rows['EGRA']![0]!;
    expect(egra.cells[0]).toMatchObject({ metric: 'recall@10', printed, here: { mean: 0.4 } });
    expect(egra.cells[0]!.here.sd).toBeCloseTo(Math.SQRT1_2 * 0.2, 12);
    expect(egra.cells[0]!.difference).toBeCloseTo(0.4 - printed, 12);
    expect(rows.find(({ name }) => name === 'BM3')!.cells[0]!.here).toEqual({ mean: null, sd: null });
  });

  it('is ranked by Kendall’s τ-b, ties and all', () => {
    // scipy.stats.kendalltau([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]) and so on.
    const pairs = (a: number[], b: number[]) => a.map((x, i) => [x, b[i]!] as const);
    expect(kendallTau(pairs([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]))).toBe(1);
    expect(kendallTau(pairs([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]))).toBe(-1);
    expect(kendallTau(pairs([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]))).toBeCloseTo(-0.4714045207910316, 12);
    expect(kendallTau(pairs([1, 2, 3, 4, 4, 6], [2, 1, 4, 3, 6, 6]))).toBeCloseTo(0.6428571428571429, 12);
    expect(kendallTau(pairs([1], [1]))).toBeNull();
    expect(kendallTau(pairs([1, 1, 1], [1, 2, 3]))).toBeNull();
    expect(rankAgreement(rows, 'recall@10')).toEqual({ tau: expect.any(Number) as number, rows: 3 });
  });

  it('judges claims by what is tested: holds, within error, does not hold, open', () => {
    const claims = claimsOf(table);
    expect(claims).toHaveLength(10);
    const gume = claims.find(({ worse }) => worse === 'GUME')!;
    expect(gume).toMatchObject({ better: 'EGRA', of: 4 });
    expect(gume.metrics).toHaveLength(4);
    const judged = (p: Partial<Record<string, number | null>>) =>
      new Map(
        judgedClaims(
          claims,
          rows,
          (_, worse) => new Map(table.metrics.map((metric) => [metric, p[worse] ?? null])),
        ).map((claim) => [claim.worse, claim]),
      );
    const sure = judged({ GUME: 0.01, VBPR: 0.01 });
    expect(sure.get('GUME')).toMatchObject({ verdict: 'holds', above: 4 });
    // In Recall@20 VBPR is above EGRA here, significantly.
    expect(sure.get('VBPR')).toMatchObject({ verdict: 'fails', above: 3 });
    expect(sure.get('BM3')).toMatchObject({ verdict: 'open', above: null });
    const unsure = judged({ GUME: 0.2, VBPR: 0.2 });
    expect(unsure.get('GUME')?.verdict).toBe('withinError');
    expect(unsure.get('VBPR')?.verdict).toBe('withinError');
    expect(judgedClaims(claims, rows, null).every(({ verdict }) => verdict === 'open')).toBe(true);
    expect(judgedClaims(claims, rows, null).find(({ worse }) => worse === 'GUME')?.above).toBe(4);
  });

  it('holds components against the models they are put into', () => {
    const claims = claimsOf(part('EGRA', 'IV', 'Baby'));
    expect(claims.map(({ better, worse }) => `${better} ${worse}`)).toEqual([
      'LightGCN+G LightGCN',
      'LightGCN+E LightGCN',
      'LATTICE+G LATTICE',
      'LATTICE+E LATTICE',
      'MGCN+G MGCN',
      'MGCN+E MGCN',
    ]);
  });
});

const SPEC = new URL('../../../shared/spec/published.json', import.meta.url);

describe('printed figures', () => {
  it.skipIf(!existsSync(SPEC))('are those that were transcribed', () => {
    const { tables } = JSON.parse(readFileSync(SPEC, 'utf8')) as {
      tables: { paper: string; table: string; dataset: string; rows: Record<string, (number | null)[]> }[];
    };
    for (const { paper, table, dataset, rows } of tables) expect(part(paper, table, dataset).rows).toEqual(rows);
    expect(tables).toHaveLength(PUBLISHED_TABLES.length);
  });
});
