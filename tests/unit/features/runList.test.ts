import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../../src/domain/models/table';
import { newRun, summarise, withPersonsPart, type RunSummary } from '../../../src/domain/run';
import { runName } from '../../../src/domain/runName';
import { FIRST_LIST, type ListSettings } from '../../../src/domain/listView';
import { memoryDatabase } from '../../../src/storage/database';
import { readRunList, writeRunList } from '../../../src/storage/runList';
import { readRun, writeRun, writeTrained } from '../../../src/storage/runs';
import { filterRuns, NO_FILTER } from '../../../src/features/runs/filter';
import { chipsOf, common, foldRuns, mean, optionColumns, shortName } from '../../../src/features/runs/list';
import { tagsIn } from '../../../src/features/runs/tags';

function run(id: string, model: ModelId, changes: Config, seed: number, over: Partial<RunSummary> = {}): RunSummary {
  const experiment = {
    model,
    config: completeConfig(model, changes),
    seed,
    dataset: { id: 'd', name: 'Demo', fingerprint: 'f'.repeat(64) },
    backend: 'auto' as const,
    allowSoftware: false,
  };
  const made = summarise(newRun(id, runName(experiment), experiment, `2026-01-0${seed}T00:00:00.000Z`));
  return { ...made, status: 'finished', ...over };
}

const group = { id: 'g', name: 'A sweep', variant: 'layers=1' };

describe('a line of the list', () => {
  it('has a short name and, in the labels’ words, what differs from the defaults', () => {
    const one = run('a', 'lightgcn', { layers: 3 }, 1);
    expect(shortName(one)).toBe('LightGCN');
    expect(chipsOf(one)).toEqual(['Layers L 3']);
    const named = { ...one, name: 'The good one' };
    expect(shortName(named)).toBe('The good one');
    expect(chipsOf(named)).toEqual([]);
  });

  it('stands for a set, or for the seeds of one setting; pinned and single runs stand for themselves', () => {
    const runs = [
      run('a', 'lightgcn', {}, 1, { epochsDone: 4 }),
      run('b', 'lightgcn', {}, 2, { epochsDone: 8 }),
      run('c', 'lightgcn', { layers: 3 }, 1),
      run('d', 'bpr', {}, 1, { group }),
      run('e', 'bpr', { learningRate: 0.01 }, 1, { group }),
      run('p', 'lightgcn', {}, 3, { pinned: true }),
    ];
    const folded = foldRuns(runs);
    expect(
      folded.map((entry) => (entry.kind === 'set' ? [entry.name, entry.runs.map(({ id }) => id)] : entry.id)),
    ).toEqual([['LightGCN', ['a', 'b']], 'c', ['A sweep', ['d', 'e']], 'p']);
    const [seeds] = folded;
    expect(common(seeds!, ({ experiment }) => experiment.model)).toBe('lightgcn');
    expect(common(seeds!, ({ experiment }) => experiment.seed)).toBeNull();
    expect(mean(seeds!, ({ epochsDone }) => epochsDone)).toBe(6);
  });

  it('does not hide a run that waits for somebody, nor a second one of the same seed', () => {
    const runs = [
      run('a', 'lightgcn', {}, 1),
      run('b', 'lightgcn', {}, 2, { status: 'interrupted' }),
      run('c', 'lightgcn', {}, 1),
      run('d', 'lightgcn', {}, 3),
      run('e', 'bpr', {}, 1, { group, status: 'interrupted' }),
      run('f', 'bpr', {}, 2, { group }),
    ];
    expect(foldRuns(runs).map((entry) => (entry.kind === 'set' ? entry.runs.map(({ id }) => id) : entry.id))).toEqual([
      ['a', 'd'],
      'b',
      'c',
      ['e', 'f'],
    ]);
  });

  it('can have any option as a column, those that vary first', () => {
    const columns = optionColumns([run('a', 'lightgcn', { layers: 1 }, 1), run('b', 'lightgcn', { layers: 3 }, 1)]);
    expect(columns[0]?.key).toBe('layers');
    expect(columns.map(({ key }) => key)).toContain('learningRate');
  });
});

describe('what a person writes about a run', () => {
  it('has tags, each once, by which it is found', () => {
    expect(tagsIn(' paper, second  try,,paper')).toEqual(['paper', 'second try']);
    const tagged = run('a', 'lightgcn', {}, 1, { tags: ['paper'] });
    expect(filterRuns([tagged, run('b', 'lightgcn', {}, 1)], { ...NO_FILTER, text: 'paper' })).toEqual([tagged]);
  });

  it('stays as it is stored, whatever the thread that trains knows', async () => {
    const database = memoryDatabase();
    const { epochsDone: _, ...rest } = run('a', 'lightgcn', {}, 1);
    const document = { ...rest, epochs: [], intervals: [] };
    await writeRun(database, { ...document, tags: ['kept'], pinned: true });
    await writeTrained(database, { ...document, seconds: 5 });
    expect(await readRun(database, 'a')).toMatchObject({ tags: ['kept'], pinned: true, seconds: 5 });
    // A tag that was removed meanwhile does not come back.
    expect(withPersonsPart({ ...document, tags: ['old'] }, { name: 'n', notes: '' })).not.toHaveProperty('tags');
  });
});

describe('how the list is looked at', () => {
  it('is kept, and is as at first where it cannot be read', async () => {
    const database = memoryDatabase();
    expect(await readRunList(database)).toEqual(FIRST_LIST);
    const kept: ListSettings = {
      look: { metrics: 'valid', options: ['layers'], folded: false },
      baseline: 'a',
      views: [{ name: 'mine', metrics: 'test', options: [], folded: true, filter: { ...NO_FILTER, text: 'x' } }],
    };
    await writeRunList(database, kept);
    expect(await readRunList(database)).toEqual(kept);
    await database.settings.set('runList', { look: 7 });
    expect(await readRunList(database)).toEqual(FIRST_LIST);
  });
});
