import { describe, expect, it } from 'vitest';
import { bestTwo, configDifferences, settingMetric, settingsOf, unpairable } from '../../src/domain/comparison';
import { METRIC_KEYS, type MetricKey, type Metrics, type PerUserMetrics } from '../../src/domain/metrics';
import type { Config, ModelId } from '../../src/domain/models/table';
import { newRun, summarise, type RunSummary } from '../../src/domain/run';
import { memoryDatabase } from '../../src/storage/database';
import { writeDetails } from '../../src/storage/runs';
import { latexText, toLatex, toMarkdown } from '../../src/charts/paperTable';
import { markLegend, resultRows, resultsPaper, resultsTable, seedsWords } from '../../src/features/compare/resultRows';
import { significanceRows, unpairedAlike } from '../../src/features/compare/significanceRows';
import { formatP } from '../../src/ui/format';
import { marksOf } from '../../src/domain/significance';
import { compareRuns, testRuns } from '../../workers/analysis/compareRuns';

const metrics = (recall: number): Metrics =>
  Object.fromEntries(METRIC_KEYS.map((key) => [key, key === 'recall@20' ? recall : recall / 2])) as Metrics;

function run(
  id: string,
  model: ModelId,
  config: Config,
  seed: number,
  recall: number | null,
  fingerprint = 'f',
): RunSummary {
  const document = newRun(
    id,
    id,
    {
      model,
      config,
      seed,
      dataset: { id: fingerprint, name: fingerprint === 'f' ? 'Demo' : 'Other', fingerprint },
      backend: 'wasm',
      allowSoftware: false,
    },
    '2026-01-01T00:00:00Z',
  );
  return {
    ...summarise(document),
    status: recall === null ? 'failed' : 'finished',
    result: recall === null ? null : { bestEpoch: 1, valid: metrics(recall), test: metrics(recall) },
  };
}

const runs = [
  run('a1', 'lightgcn', {}, 1, 0.1),
  run('a2', 'lightgcn', { layers: 2 }, 2, 0.12),
  run('b1', 'lightgcn', { layers: 3 }, 1, 0.14),
  run('c1', 'bpr', {}, 1, 0.05),
  run('c2', 'bpr', {}, 2, null),
  run('d1', 'bpr', {}, 1, 0.5, 'g'),
];

describe('settings', () => {
  it('are runs that differ in the seed alone; the last of a repeated seed counts, and none without a result', () => {
    const settings = settingsOf([...runs.slice(0, 5), run('a1again', 'lightgcn', {}, 1, 0.2)]);
    expect(settings.map(({ label, runs: own }) => [label, own.map(({ id }) => id)])).toEqual([
      ['LightGCN, layers=2', ['a1again', 'a2']],
      ['LightGCN, layers=3', ['b1']],
      ['BPR-MF', ['c1']],
    ]);
  });

  it('are named by their dataset where there are several, and not tested across', () => {
    const settings = settingsOf(runs);
    expect(settings.map(({ label }) => label)).toEqual([
      'LightGCN, Demo, layers=2',
      'LightGCN, Demo, layers=3',
      'BPR-MF, Demo',
      'BPR-MF, Other',
    ]);
    expect(unpairable(settings[0]!, settings[2]!)).toBeNull();
    expect(unpairable(settings[2]!, settings[3]!)).toContain('not evaluated on the same data');
  });

  it('have a mean and a sample deviation', () => {
    const [first, second] = settingsOf(runs);
    expect(settingMetric(first!, 'recall@20', 'all').mean).toBeCloseTo(0.11, 12);
    expect(settingMetric(first!, 'recall@20', 'all').sd).toBeCloseTo(Math.SQRT2 * 0.01, 12);
    expect(settingMetric(second!, 'recall@20', 'all')).toEqual({ mean: 0.14, sd: null });
    expect(settingMetric(second!, 'recall@20', 'liked')).toEqual({ mean: null, sd: null });
  });

  it('differ in the options that are shown, and in no other', () => {
    const settings = settingsOf([...runs.slice(0, 3), run('m', 'mgcn', {}, 1, 0.1)]);
    const differences = configDifferences(settings);
    expect(differences.find(({ option }) => option === 'layers')?.values).toEqual([2, 3, null]);
    expect(differences.map(({ option }) => option)).not.toContain('embeddingSize');
  });

  it('rank best and second, ties sharing a place', () => {
    expect(bestTwo([0.1, 0.3, null, 0.2])).toEqual({ best: [1], second: [3] });
    expect(bestTwo([0.3, 0.3, 0.2])).toEqual({ best: [0, 1], second: [] });
    expect(bestTwo([null])).toEqual({ best: [], second: [] });
  });
});

describe('the table for a paper', () => {
  const settings = settingsOf(runs.slice(0, 4));
  const keys: MetricKey[] = ['recall@20', 'ndcg@20'];
  const rows = resultRows(settings, keys, 'all', settings[0], 'recall@20');
  const paper = resultsPaper(rows, settings[0], 'recall@20', '100 % of A_B & C');

  it('has improvements relative to the reference', () => {
    expect(rows.map(({ improvement }) => improvement && Math.round(improvement * 1e4) / 1e4)).toEqual([
      null,
      0.2727,
      -0.5455,
    ]);
  });

  it('is Markdown with the best bold, the second best in italics and the difference to the reference', () => {
    expect(toMarkdown(paper).split('\n').slice(0, 7)).toEqual([
      '| Model | Recall@20 | NDCG@20 | Δ R@20 |',
      '| --- | ---: | ---: | ---: |',
      '| LightGCN, layers=2 | _0.1100 ± 0.0141_ | _0.0550 ± 0.0071_ | reference |',
      '| LightGCN, layers=3 | **0.1400** | **0.0700** | +27.3 % |',
      '| BPR-MF | 0.0500 | 0.0250 | −54.5 % |',
      '',
      '100 % of A_B & C',
    ]);
  });

  it('ranks and compares settings of one dataset with each other alone', () => {
    const both = settingsOf([runs[0]!, runs[2]!, runs[5]!]);
    const mixed = resultRows(both, ['recall@20'], 'all', both[0], 'recall@20');
    expect(mixed.map(({ label, cells, improvement }) => [label, cells[0]?.place, improvement !== null])).toEqual([
      [both[0]!.label, 'second', false],
      [both[1]!.label, 'best', true],
      [both[2]!.label, 'best', false],
    ]);
    expect(seedsWords(both)).toBe('one seed each');
    expect(seedsWords(settings)).toBe('mean and standard deviation over seeds');
  });

  it('marks what differs from the reference after Holm, users and seeds each for themselves', () => {
    const test = (users: number | null, seeds: number | null) => [
      { key: 'recall@20' as const, users, seeds },
      { key: 'ndcg@20' as const, users: 0.2, seeds: null },
    ];
    // Over two rows .03 becomes .06, .02 becomes .04; over seeds only one row is tested.
    const marks = marksOf([
      { key: settings[1]!.key, metrics: test(0.03, 0.04) },
      { key: settings[2]!.key, metrics: test(0.01, null) },
    ]);
    const marked = resultRows(settings, keys, 'all', settings[0], 'recall@20', { marks });
    expect(marked.map(({ cells }) => cells.map(({ marked: one }) => one?.mark ?? null))).toEqual([
      [null, null],
      ['†‡', ''],
      ['†', ''],
    ]);
    expect(markLegend(marked, 'LightGCN')).toBe(
      'Differs from LightGCN with p < 0.05: † over users, ‡ over seeds (paired t-test, Holm over the settings of a column).',
    );
    expect(markLegend(rows, 'LightGCN')).toBeNull();
    const text = resultsPaper(marked, settings[0], 'recall@20', 'Results.');
    expect(toMarkdown(text)).toContain('| **0.1400**†‡ |');
    expect(toLatex(text)).toContain('\\textbf{0.1400}$^{\\dagger}$$^{\\ddagger}$ & \\textbf{0.0700} & +27.3 \\% \\\\');
    const { columns, rows: data } = resultsTable(marked);
    expect(data.map((row) => row[columns.indexOf('recall@20_p_users')])).toEqual([null, 0.03, 0.02]);
    const strict = marksOf([
      { key: 'a', metrics: test(0.03, null) },
      { key: 'b', metrics: test(0.04, null) },
    ]);
    expect(strict.get('a')?.get('recall@20')).toMatchObject({ users: 0.06, mark: '' });
  });

  it('has printed rows under its own, which compete only when they are asked to', () => {
    const printed = [{ paper: 'MAGNET', table: '4', dataset: 'Baby', name: 'LightGCN', values: { 'recall@20': 0.2 } }];
    const apart = resultRows(settings, keys, 'all', settings[0], 'recall@20', { printed });
    expect(apart.at(-1)).toMatchObject({
      label: 'LightGCN, printed in MAGNET, Table 4',
      setting: null,
      improvement: null,
    });
    expect(apart.map(({ cells }) => cells[0]?.place)).toEqual(['second', 'best', null, null]);
    const ranked = resultRows(settings, keys, 'all', settings[0], 'recall@20', { printed, rankPrinted: true });
    expect(ranked.map(({ cells }) => cells[0]?.place)).toEqual([null, 'second', null, 'best']);
    const text = resultsPaper(apart, settings[0], 'recall@20', 'Results.');
    expect(toMarkdown(text)).toContain('| LightGCN, printed in MAGNET, Table 4 | 0.2000 | n/a | – |');
    expect(toLatex(text)).toContain('\\midrule\n    LightGCN, printed in MAGNET, Table 4');
    expect(text.notes?.join(' ')).toContain('copied from the papers');
  });

  it('names what stands in for something else, in every form', () => {
    const standing = {
      ...run('s', 'mllmrec', {}, 1, 0.1),
      findings: [{ kind: 'note' as const, key: 'profiles', title: 'User vectors', text: 'User vectors are a mean.' }],
    };
    const noted = resultRows(settingsOf([standing, runs[3]!]), keys, 'all', undefined, 'recall@20');
    expect(noted.map(({ note }) => note !== null)).toEqual([true, false]);
    const text = resultsPaper(noted, undefined, 'recall@20', 'Results.');
    expect(toMarkdown(text)).toContain(`MLLMRec: ${noted[0]!.note}`);
    expect(toLatex(text)).toContain(`MLLMRec: ${noted[0]!.note}}`);
    expect(resultsTable(noted).rows.map((row) => row.at(-1))).toEqual([noted[0]!.note, null]);
  });

  it('is Markdown in which nothing a name holds is markup, whatever lines it has', () => {
    const names = ['a|b\\|c', 'two\r\nlines', '*b* _i_ x_y `c` ~~s~~', '![p](u) <img src=x> p < 0.05', 'AT&T &lt;'];
    const text = toMarkdown({ caption: 'A\n\n# head', columns: ['n|m'], rows: names.map((name) => [{ text: name }]) });
    expect(text.split('\n')).toEqual([
      '| n\\|m |',
      '| --- |',
      '| a\\|b\\\\\\|c |',
      '| two lines |',
      '| \\*b\\* \\_i\\_ x_y \\`c\\` \\~~s\\~~ |',
      '| !\\[p](u) \\<img src=x> p < 0.05 |',
      '| AT&T \\&lt; |',
      '',
      'A # head',
      '',
    ]);
  });

  it('is LaTeX in which nothing a name holds is a command', () => {
    const text = toLatex(paper);
    expect(text).toContain('\\caption{100 \\% of A\\_B \\& C ');
    expect(text).toContain('    LightGCN, layers=3 & \\textbf{0.1400} & \\textbf{0.0700} & +27.3 \\% \\\\');
    expect(text).toContain('\\underline{0.1100 $\\pm$ 0.0141}');
    expect(latexText('0.1† − Δ')).toBe('0.1$^{\\dagger}$ $-$ $\\Delta$');
    expect(latexText('[a]\n\n*b|c')).toBe('{[}a] {*}b\\textbar{}c');
    expect(latexText('a\\b{c}^~$#')).toBe('a\\textbackslash{}b\\{c\\}\\textasciicircum{}\\textasciitilde{}\\$\\#');
  });
});

describe('tests of stored runs', () => {
  const users = Int32Array.of(0, 2, 5, 7);
  const perUser = (recall: readonly number[], of = users): PerUserMetrics => ({
    users: of,
    values: Object.fromEntries(
      METRIC_KEYS.map((key) => [key, Float32Array.from(key === 'recall@20' ? recall : recall.map(() => 0))]),
    ) as PerUserMetrics['values'],
  });
  const details = (recall: readonly number[], of = users) => ({
    perUser: perUser(recall, of),
    topItems: new Int32Array(0),
    topScores: new Float32Array(0),
    cutoff: 0,
  });
  const asked = (key: string, ids: readonly string[]) => ({ key, runs: ids.map((id, i) => ({ id, seed: i + 1 })) });

  it('pair every user’s mean over the common seeds, and the seeds’ means', async () => {
    const database = memoryDatabase();
    // Details are stored beside runs only.
    for (const id of ['r1', 'r2', 'x1', 'x2', 'x3', 'y1']) await database.runs.set(id, {});
    await writeDetails(database, 'r1', details([0.25, 0.5, 0, 0.5]));
    await writeDetails(database, 'r2', details([0.75, 0.5, 0, 0]));
    await writeDetails(database, 'x1', details([0.5, 0.5, 0.5, 0.5]));
    await writeDetails(database, 'x2', details([1, 1, 0, 0.5]));
    await writeDetails(database, 'x3', details([1, 1, 1, 1]));
    await writeDetails(database, 'y1', details([1, 1, 1], users.slice(1)));
    const comparisons = await compareRuns(database, {
      type: 'compare',
      metric: 'recall@20',
      relevant: 'all',
      reference: asked('r', ['r1', 'r2']),
      others: [asked('x', ['x1', 'x2', 'x3']), asked('y', ['y1']), asked('z', ['gone'])],
    });
    const tests = await testRuns(database, {
      type: 'test',
      metrics: ['recall@20', 'ndcg@20'],
      relevant: 'all',
      reference: asked('r', ['r1', 'r2']),
      others: [asked('x', ['x1', 'x2']), asked('y', ['y1'])],
    });
    expect(tests[0]!.metrics[0]).toEqual({ key: 'recall@20', users: null, seeds: comparisons[0]!.bySeed!.t.p });
    expect(tests[1]!.metrics.map(({ users: p, seeds }) => [p, seeds])).toEqual([
      [null, null],
      [null, null],
    ]);
    const [x, y, z] = comparisons;
    expect(x).toMatchObject({ key: 'x', seeds: [1, 2], users: { pairs: 4, mean: 0.25, higher: 4, lower: 0 } });
    // By seed: .5 against .3125 and .625 against .3125.
    expect(x!.bySeed).toMatchObject({ pairs: 2, mean: 0.25, higher: 2 });
    expect('interval' in x!.users && x!.users.interval).toEqual([0.25, 0.25]);
    expect(y).toMatchObject({ seeds: [1], users: { refused: expect.stringContaining('same users') }, bySeed: null });
    expect(z).toMatchObject({ users: { refused: expect.stringContaining('share no seed') } });
  });

  it('are of some users alone where those are asked for', async () => {
    const database = memoryDatabase();
    for (const id of ['r1', 'x1']) await database.runs.set(id, {});
    await writeDetails(database, 'r1', details([0.25, 0.5, 0, 0.5]));
    await writeDetails(database, 'x1', details([0.5, 0.25, 0.5, 0.25]));
    const [x] = await compareRuns(database, {
      type: 'compare',
      metric: 'recall@20',
      relevant: 'all',
      reference: asked('r', ['r1']),
      others: [asked('x', ['x1'])],
      users: [5, 0, 1],
    });
    // Users 0 and 5: .25 and .5 more.
    expect(x).toMatchObject({ users: { pairs: 2, mean: 0.375, higher: 2, lower: 0 }, bySeed: null });
  });

  it('of runs that are not stored pair the seeds’ means, and say what users would need', async () => {
    const shared = (key: string, recalls: readonly number[]) => ({
      key,
      runs: recalls.map((recall, i) => ({ id: `${key}${i}`, seed: i + 1, means: metrics(recall) })),
    });
    const reference = shared('r', [0.1, 0.2, 0.3]);
    const others = [shared('x', [0.2, 0.35, 0.35]), shared('y', [0.5])];
    const asked = { reference, others, relevant: 'all' } as const;
    const [x, y] = await compareRuns(memoryDatabase(), { type: 'compare', metric: 'recall@20', ...asked });
    expect(x).toMatchObject({
      seeds: [1, 2, 3],
      users: { refused: expect.stringContaining('.lodestone.json') },
      bySeed: { pairs: 3, higher: 3 },
      scatter: null,
    });
    // The differences are .1, .15 and .05: t = 2 √3 with two degrees of freedom.
    expect(x!.bySeed!.t.statistic).toBeCloseTo(2 * Math.sqrt(3), 9);
    expect(x!.bySeed!.t.p).toBeCloseTo(0.0742, 4);
    expect(y).toMatchObject({ seeds: [1], bySeed: null });
    const [tests] = await testRuns(memoryDatabase(), { type: 'test', metrics: ['recall@20'], ...asked });
    expect(tests!.metrics[0]).toEqual({ key: 'recall@20', users: null, seeds: x!.bySeed!.t.p });
    const settings = settingsOf(runs.slice(0, 4)).map((one, i) => ({ ...one, key: 'rxy'[i] ?? '' }));
    expect(unpairedAlike(significanceRows(settings, [x!, y!]))).toMatch(/cannot be paired/);
    expect(unpairedAlike([])).toBeNull();
  });

  it('are adjusted for the rows that have a p-value', () => {
    const settings = settingsOf(runs.slice(0, 4));
    const test = (p: number | null) => ({ statistic: 0, p, effect: 0 });
    const compared = (key: string, p: number | null) => ({
      key,
      seeds: [1],
      bySeed: null,
      scatter: null,
      users: {
        pairs: 3,
        mean: 0,
        deviation: 1,
        higher: 1,
        lower: 1,
        t: test(p),
        wilcoxon: test(0.5),
        interval: [0, 0] as const,
      },
    });
    const rows = significanceRows(settings, [
      compared(settings[0]!.key, 0.03),
      compared(settings[1]!.key, 0.02),
      { ...compared(settings[2]!.key, 0), users: { refused: 'no' } },
    ]);
    expect(rows.map(({ adjusted }) => adjusted.t)).toEqual([0.04, 0.04, null]);
    expect(rows.map(({ adjusted }) => adjusted.seeds)).toEqual([null, null, null]);
    expect([0.0123, 2e-7, null, 1].map(formatP)).toEqual(['0.012', '2e-7', '–', '1.000']);
  });
});
