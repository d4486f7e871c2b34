import { describe, expect, it } from 'vitest';
import { METRIC_KEYS, type Metrics } from '../../../src/domain/metrics';
import { defaultConfig, modelTable } from '../../../src/domain/models/catalogue';
import type { Finding, Observations } from '../../../src/domain/observations';
import { newRun, summarise, type EpochPoint, type TermPoint } from '../../../src/domain/run';
import { epochsTable, lossSeries, type Curves } from '../../../src/features/readings/curves';
import { filterRuns, groupsOf, NO_FILTER, presentFilter } from '../../../src/features/runs/filter';
import { findingValue, histogramWords, shownFindings, standIn } from '../../../src/features/readings/findings';
import {
  histogramFrames,
  observedSeries,
  offeredObservations,
  partNames,
  partsSeries,
  stageMarks,
  stageSwitch,
  unevenBins,
} from '../../../src/features/readings/observations';
import { panelChoices } from '../../../src/features/runs/thirdPanel';

const metrics = Object.fromEntries(METRIC_KEYS.map((key) => [key, 0.1])) as Metrics;
const epoch = (index: number, observed?: Observations, liked = false): EpochPoint => ({
  epoch: index,
  step: (index + 1) * 10,
  learningRate: 1e-3,
  terms: { bpr: 0.5 },
  total: 0.5,
  valid: metrics,
  ...(liked && { validLiked: metrics }),
  ...(observed && { observed }),
  trainSeconds: 1,
  evaluateSeconds: 1,
});
const interval = (step: number, observed: Readonly<Record<string, number>>): TermPoint => ({
  step,
  epoch: 0,
  terms: { bpr: 0.5 },
  total: 0.5,
  observed,
});
const curves = (epochs: readonly EpochPoint[], intervals: readonly TermPoint[] = []): Curves => ({
  epochs,
  intervals,
  stepsPerEpoch: 10,
});
const magnet = modelTable('magnet');

describe('the third panel', () => {
  const labels = (given: Curves, model = magnet): string[] => panelChoices(model, given).map(({ label }) => label);

  it('begins with what the model is about, and offers all of it until the first epoch has ended', () => {
    const [overview] = panelChoices(magnet, curves([], [interval(1, { entropy: 0.9 })]));
    expect(overview?.label).toBe('MAGNET: overview');
    expect(overview?.shows.kind === 'observed' && overview.shows.observations.map(({ key }) => key)).toEqual([
      'entropy',
      'effectiveExperts',
    ]);
    for (const { title } of magnet.observations ?? []) expect(labels(curves([]))).toContain(title);
    expect(labels(curves([]), modelTable('egra'))[0]).toBe('Entity weights, users');
    expect(labels(curves([]), modelTable('egra'))).toHaveLength(7 + 6);
  });

  it('then offers what the run has, and the liked only on rated data', () => {
    const given = curves([epoch(0, { hhi: [0.2] })], [interval(10, { entropy: 0.9 })]);
    expect(offeredObservations(magnet, given).map(({ key }) => key)).toEqual(['entropy', 'hhi']);
    expect(labels(given).slice(0, 3)).toEqual([
      'Normalised entropy of the mean routing',
      'Concentration (HHI)',
      'Recall, all cutoffs',
    ]);
    expect(labels(given)).not.toContain('Ranking, validation, liked only');
    expect(labels(curves([epoch(0, undefined, true)]))).toContain('Ranking, validation, liked only');
  });
});

describe('observations', () => {
  it('are drawn per interval where there are any, otherwise per epoch', () => {
    const entropy = magnet.observations?.[0];
    if (!entropy) throw new Error('MAGNET observes nothing');
    const title = 'Normalised entropy of the mean routing';
    expect(observedSeries(curves([epoch(0, { entropy: [0.7] })], [interval(5, { entropy: 0.9 })]), entropy)).toEqual([
      { name: title, kind: 'signal', points: [[0.5, 0.9]] },
    ]);
    expect(observedSeries(curves([epoch(0, { entropy: [0.7] })]), entropy)).toEqual([
      { name: title, kind: 'evaluation', points: [[1, 0.7]] },
    ]);
    expect(observedSeries(curves([]), entropy)).toEqual([]);
  });

  it('have one line per part; the smallest of many are summed', () => {
    expect(
      partsSeries(curves([epoch(0, { routing: [0.25, 0.75] }), epoch(1, { routing: [0.5, 0.5] })]), 'routing', [
        'Dom image',
      ]),
    ).toEqual([
      {
        name: 'Dom image',
        kind: 'evaluation',
        points: [
          [1, 0.25],
          [2, 0.5],
        ],
      },
      {
        name: 'part 2',
        kind: 'evaluation',
        points: [
          [1, 0.75],
          [2, 0.5],
        ],
      },
    ]);
    // Parts 1…13: the eleven largest stay, 1 + 2 are left.
    const many = partsSeries(
      curves([epoch(0, { routing: Array.from({ length: 13 }, (_, i) => i + 1) })]),
      'routing',
      [],
    );
    expect(many).toHaveLength(12);
    expect(many[0]?.name).toBe('part 3');
    expect(many.at(-1)).toEqual({ name: '2 others, summed', kind: 'evaluation', points: [[1, 3]] });
  });

  it('take the names of parts from the finding of their key, those of gradients from the loss terms', () => {
    const findings: Finding[] = [{ kind: 'parts', key: 'reliance', title: 'Groups', names: ['behaviour', 'image'] }];
    expect(partNames('reliance', findings, curves([]), magnet)).toEqual(['behaviour', 'image']);
    expect(partNames('gradientShare/userEmbedding', [], curves([epoch(0)]), modelTable('egra'))).toEqual(['BPR']);
    expect(partNames('routing', [], curves([]), magnet)).toEqual([]);
  });

  it('have histograms on one scale, without bins that stay empty at the ends', () => {
    const given = curves([epoch(0, { weights: [0, 4, 0, 1, 0] }), epoch(2, { weights: [0, 0, 7, 2, 0] })]);
    expect(histogramFrames(given, 'weights', [0, 1, 2, 3, 4, 5])).toEqual({
      edges: [1, 2, 3, 4],
      highest: 7,
      frames: [
        { epoch: 0, counts: [4, 0, 1] },
        { epoch: 2, counts: [0, 7, 2] },
      ],
    });
    expect([unevenBins([0, 1, 2]), unevenBins([0, 1, 3])]).toEqual([false, true]);
  });

  it('mark where the stage switched', () => {
    const switched = curves([epoch(0), epoch(1, { switchStep: [13] }), epoch(2, { switchStep: [13] })]);
    expect([stageSwitch(switched), stageMarks(switched)]).toEqual([13, [{ x: 1.3, label: 'stage 2' }]]);
    expect([stageSwitch(curves([epoch(0)])), stageMarks(curves([epoch(0)]))]).toEqual([null, []]);
  });
});

describe('findings', () => {
  const note: Finding = { kind: 'note', key: 'profiles', title: 'User vectors', text: 'A stand-in.' };

  it('name a stand-in, and leave names of parts to other pictures', () => {
    expect(standIn({ findings: [note] })).toBe('A stand-in.');
    expect(standIn({ findings: [{ ...note, key: 'ratings' }] })).toBeNull();
    expect(standIn({})).toBeNull();
    expect(shownFindings([{ kind: 'parts', key: 'routing', title: 'Experts', names: [] }, note])).toEqual([note]);
  });

  it('are written as counts, shares and numbers', () => {
    expect([
      findingValue({ value: 141_943 }),
      findingValue({ value: 0.258, unit: 'share' }),
      findingValue({ value: 2.00803 }),
    ]).toEqual(['141,943', '25.8 %', '2.008']);
    expect(
      histogramWords({
        kind: 'histogram',
        key: 'thresholds',
        title: 'Sign thresholds',
        axis: 'rating',
        edges: [0.5, 1, 1.5],
        counts: [3, 9],
      }),
    ).toBe('Sign thresholds: 12 values of rating from 0.5 to 1.5, most (9) between 1 and 1.5.');
  });
});

describe('the curves of a run', () => {
  it('have no sum of a single term', () => {
    expect(lossSeries(curves([], [interval(5, {})]), modelTable('mllmrec')).map(({ name }) => name)).toEqual(['BPR']);
  });

  it('become columns for every number observed, and for what must be known of the results', () => {
    const table = epochsTable([epoch(0, { hhi: [0.2], reliance: [0.4, 0.6] }), epoch(1)], 'A stand-in.');
    expect(table.columns.slice(-4)).toEqual(['observed_hhi', 'observed_reliance_1', 'observed_reliance_2', 'note']);
    expect(table.rows.map((row) => row.slice(-4))).toEqual([
      [0.2, 0.4, 0.6, 'A stand-in.'],
      [null, null, null, 'A stand-in.'],
    ]);
    expect(table.rows.every((row) => row.length === table.columns.length)).toBe(true);
  });
});

describe('the list of runs', () => {
  const run = (id: string, group?: string) => ({
    ...summarise(
      newRun(
        id,
        id,
        {
          model: 'simgr',
          config: defaultConfig('simgr'),
          seed: 1,
          dataset: { id: 'd', name: 'Demo', fingerprint: '' },
          backend: 'auto',
          allowSoftware: false,
        },
        id === 'c' ? '2026-02-02' : '2026-01-01',
      ),
    ),
    ...(group && { group: { id: group, name: `table-${group}`, variant: 'Base' } }),
  });
  const runs = [run('a', 'x'), run('b', 'x'), run('c', 'y'), run('d')];

  it('is narrowed to an ablation set, which is also found by its words', () => {
    expect(filterRuns(runs, { ...NO_FILTER, group: 'x' }).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(filterRuns(runs, { ...NO_FILTER, text: 'TABLE-Y base' }).map(({ id }) => id)).toEqual(['c']);
    expect(groupsOf(runs).map(({ id, runs: count }) => [id, count])).toEqual([
      ['y', 1],
      ['x', 2],
    ]);
  });

  it('does not stay narrowed to what is gone', () => {
    const filter = { text: 'word', model: 'simgr', dataset: 'Demo', status: 'queued', group: 'x' } as const;
    expect(presentFilter(runs, filter)).toEqual(filter);
    expect(presentFilter(runs.slice(2), { ...filter, status: 'running', dataset: 'Baby', model: 'egra' })).toEqual({
      ...NO_FILTER,
      text: 'word',
    });
  });
});
