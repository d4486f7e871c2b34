import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../src/domain/comparison';
import { METRIC_KEYS, type Metrics } from '../../src/domain/metrics';
import type { Config, ModelId } from '../../src/domain/models/table';
import { enhancerOf, plugInGrid } from '../../src/domain/plugInGrid';
import { newRun, summarise, type RunSummary } from '../../src/domain/run';
import { gridPaper, gridTable } from '../../src/features/compare/PlugInPanel';

const run = (model: ModelId, config: Config, value: number, seed = 1): RunSummary => {
  const id = JSON.stringify([model, config, seed]);
  const metrics = Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;
  const document = newRun(
    id,
    id,
    {
      model,
      config,
      seed,
      dataset: { id: 'd', name: 'Demo', fingerprint: 'f' },
      backend: 'wasm',
      allowSoftware: false,
    },
    '2026-01-01T00:00:00Z',
  );
  return { ...summarise(document), status: 'finished', result: { bestEpoch: 0, valid: metrics, test: metrics } };
};
const gridOf = (runs: readonly RunSummary[]) => plugInGrid(settingsOf(runs), 'recall@20', 'all');

describe('backbones by enhancer', () => {
  const grid = gridOf([
    run('lightgcn', {}, 0.1),
    run('lightgcn', { edgeEnhancer: '+E', enhancedNeighbours: 10 }, 0.12),
    run('lightgcn', { edgeEnhancer: '+G' }, 0.09),
    run('lattice', {}, 0.2),
    run('lattice', { itemGraph: 'refined', minSimilarity: 0.4 }, 0.25),
    run('bpr', {}, 0.05),
  ])!;

  it('have a row for each backbone that stands beside itself, whatever the options of the component', () => {
    expect(grid.enhancers).toEqual(['plain', '+E', '+G', '+GR']);
    expect(grid.rows.map(({ backbone }) => backbone)).toEqual(['LightGCN', 'LATTICE']);
    expect(grid.rows.map(({ cells }) => cells.map((cell) => cell?.metric.mean ?? null))).toEqual([
      [0.1, 0.12, 0.09, null],
      [0.2, null, null, 0.25],
    ]);
  });

  it('are compared with the plain backbone', () => {
    expect(grid.rows[0]!.cells.map((cell) => cell?.improvement && Math.round(cell.improvement * 1e6) / 1e6)).toEqual([
      null,
      0.2,
      -0.1,
      undefined,
    ]);
    expect(gridPaper(grid, 'Recall@20', 'Demo').rows[1]!.map(({ text, place }) => [text, place ?? null])).toEqual([
      ['LATTICE', null],
      ['0.2000', null],
      ['n/a', null],
      ['n/a', null],
      ['0.2500 (+25.0 %)', 'best'],
    ]);
    expect(gridTable(grid).columns.slice(0, 6)).toEqual([
      'backbone',
      'plain_mean',
      'plain_sd',
      '+E_mean',
      '+E_sd',
      '+E_relative',
    ]);
  });

  it('are apart where another option differs, and nothing without a pair', () => {
    const layers = gridOf([
      run('lightgcn', {}, 0.1),
      run('lightgcn', { layers: 3 }, 0.11),
      run('lightgcn', { layers: 3, edgeEnhancer: '+G' }, 0.2),
    ])!;
    expect(layers.rows).toHaveLength(1);
    expect(layers.rows[0]!.cells[1]?.improvement).toBeCloseTo(0.2 / 0.11 - 1, 12);
    expect(gridOf([run('lightgcn', {}, 0.1), run('bpr', {}, 0.1)])).toBeNull();
    expect(enhancerOf({ edgeEnhancer: '+E', itemGraph: 'refined' })).toBe('+E +GR');
  });
});
