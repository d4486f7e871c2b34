import { describe, expect, it } from 'vitest';
import { endedSoon } from '../../src/domain/endings';
import { defaultConfig } from '../../src/domain/models/catalogue';
import { peerRows } from '../../src/domain/peerResults';
import { newRun, type RunDocument, type RunSummary } from '../../src/domain/run';

const dataset = { id: 'd', name: 'd', fingerprint: 'f' };

function ended(best: number, epochsDone: number, over: Partial<RunDocument> = {}, config = {}): RunSummary {
  const experiment = {
    model: 'lightgcn',
    config: { ...defaultConfig('lightgcn'), epochs: 50, patience: 5, ...config },
    seed: 1,
    dataset,
    backend: 'cpu',
    allowSoftware: true,
  } as const;
  const { epochs: _, intervals: __, ...run } = newRun('r', 'r', experiment, '2026-01-01T00:00:00.000Z');
  const result = { bestEpoch: best, valid: {} as never, test: {} as never };
  return { ...run, status: 'finished', result, epochsDone, ...over };
}

describe('how a run ended', () => {
  it('too soon: at its best epoch, or before early stopping would have', () => {
    expect(endedSoon(ended(49, 50))).toEqual({ best: 50, last: 50, since: 0, patience: 5 });
    expect(endedSoon(ended(46, 50))).toEqual({ best: 47, last: 50, since: 3, patience: 5 });
    expect(endedSoon(ended(8, 10, { status: 'stopped' }))).toMatchObject({ since: 1 });
  });

  it('counts evaluations, not epochs', () => {
    expect(endedSoon(ended(29, 50, {}, { evaluateEvery: 10 }))).toMatchObject({ since: 2 });
    expect(endedSoon(ended(29, 50, {}, { evaluateEvery: 2 }))).toBeNull();
  });

  it('well: early stopping ended it, or nothing could', () => {
    expect(endedSoon(ended(43, 50))).toBeNull();
    expect(endedSoon(ended(30, 50, {}, { patience: 0 }))).toBeNull();
    expect(endedSoon(ended(49, 50, {}, { patience: 0 }))).toMatchObject({ since: 0, patience: 0 });
  });

  it('is not said of runs without a result, or that a rule stopped', () => {
    expect(endedSoon(ended(49, 50, { result: null }))).toBeNull();
    expect(endedSoon(ended(9, 10, { status: 'running' }))).toBeNull();
    const stopReason = { rule: 'median', epoch: 9, metric: 'recall@20', best: 0.1, median: 0.2, peers: 3 } as const;
    expect(endedSoon(ended(9, 10, { stopReason }))).toBeNull();
    const { experiment } = ended(0, 1);
    expect(endedSoon(ended(0, 1, { experiment: { ...experiment, model: 'mostpop', config: {} } }))).toBeNull();
  });
});

describe('what another program reached', () => {
  const tiktok = { users: 9308, items: 6710, interactions: 68_722 };

  it('stands beside data of the same counts, for the same model', () => {
    expect(peerRows(tiktok, 'lightgcn')).toEqual([
      {
        name: 'MMRec, seed 999',
        values: { 'recall@10': 0.05894, 'recall@20': 0.09224, 'ndcg@10': 0.03354, 'ndcg@20': 0.04186 },
      },
    ]);
    expect(peerRows(tiktok, 'mgcn')[0]?.name).toContain('cut short');
    expect(peerRows({ ...tiktok, users: 9307 }, 'lightgcn')).toEqual([]);
    expect(peerRows(null, 'lightgcn')).toEqual([]);
    expect(peerRows(tiktok, 'magnet')).toEqual([]);
  });
});
