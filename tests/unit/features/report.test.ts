import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { METRIC_KEYS, type Metrics } from '../../../src/domain/metrics';
import { completeConfig } from '../../../src/domain/models/catalogue';
import type { ModelId } from '../../../src/domain/models/table';
import type { Report, ReportBlock } from '../../../src/domain/report';
import { newRun, summarise, type RunDocument } from '../../../src/domain/run';
import { NO_STUDIES, studiesOf } from '../../../src/domain/study';
import { report as reportSchema, studyBook } from '../../../src/documents/studies';
import { reportHtml, reportLatex } from '../../../src/features/studies/exports';
import { markdownHtml, markdownLatex } from '../../../src/features/studies/markdown';
import { neededRuns, piecesOf, type Material } from '../../../src/features/studies/pieces';
import { studyPaper, studyRows } from '../../../src/features/readings/studyTable';
import { tikzOf } from '../../../src/features/studies/tikz';
import { memoryDatabase } from '../../../src/storage/database';
import { changeStudyBook, deleteReport, readReports, readStudyBook, writeReport } from '../../../src/storage/studies';

const metrics = (value: number): Metrics => Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;
const dataset = { id: 'd', name: 'Demo_1 & “more”', fingerprint: 'f0e1d2c3b4a59687' };
const TIME = '2026-01-01T00:00:00.000Z';

function run(model: ModelId, seed: number, value: number, over: Partial<RunDocument> = {}): RunDocument {
  const config = completeConfig(model, {});
  const experiment = { model, config, seed, dataset, backend: 'cpu', allowSoftware: true } as const;
  const epoch = (at: number) => ({
    epoch: at,
    step: (at + 1) * 10,
    learningRate: 1e-3,
    terms: {},
    total: 1,
    valid: metrics(value * (0.5 + at / 4)),
    trainSeconds: 1,
    evaluateSeconds: 0,
    ...(model === 'magnet' && {
      observed: { routing: [0.1, 0.2, 0.05, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1], reliance: [], familyMass: [] },
    }),
  });
  return {
    ...newRun(`${model} ${seed}`, `${model} ${seed}`, experiment, TIME),
    status: 'finished',
    stepsPerEpoch: 10,
    epochs: [epoch(0), epoch(1), epoch(2)],
    result: { bestEpoch: 1, valid: metrics(value), test: metrics(value / 2) },
    ...(model === 'magnet' && {
      findings: [{ kind: 'parts', key: 'reliance', title: '', names: ['behaviour', 'image', 'text'] }],
    }),
    ...over,
  };
}

const group = { id: 'g', name: 'A set', variant: 'full' };
const documents = [
  run('lightgcn', 1, 0.2, { group }),
  run('lightgcn', 2, 0.24, { group }),
  run('mgcn', 1, 0.3, { group: { ...group, variant: 'without_graph 50 %' } }),
  run('mgcn', 2, 0.3, { group: { ...group, variant: 'without_graph 50 %' }, result: null, status: 'failed' }),
  run('magnet', 1, 0.1),
  run('mostpop', 1, 0.15),
];
const runs = documents.map(summarise);
const material: Material = {
  runs,
  studies: studiesOf(runs, NO_STUDIES),
  documents: new Map(documents.map((one) => [one.id, one])),
  datasets: [],
};
const study = { kind: 'study', id: 'g' } as const;
const NASTY = `# What_we saw: 100 % of $5 & {braces} \\ ~ ^

Some *words* with **weight**, \`code_with $\`, a [link](https://example.org/a?b=c%20d#e_f), [a script](javascript:alert(1)) and <script>alert(1)</script>.

- one
- two: π ≤ 0.5, 中文, é

> quoted

| a | b |
|---|---|
| 1 | 2_3 |

1. first
2. second

---
![a picture](https://example.org/x.png)`;
const blocks: ReportBlock[] = [
  { id: '1', kind: 'text', text: NASTY },
  { id: '2', kind: 'results', source: study, caption: 'Results_of the set.' },
  { id: '3', kind: 'curves', source: study, metric: 'ndcg@10', caption: '' },
  { id: '4', kind: 'routing', run: 'magnet 1', caption: 'Where MAGNET routes.' },
  { id: '5', kind: 'settings', source: { kind: 'runs', ids: ['lightgcn 1', 'mgcn 1'] }, caption: 'Settings.' },
  { id: '6', kind: 'appendix', source: study },
];
const report: Report = { version: 1, id: 'r', title: 'A <report> & more', createdAt: TIME, changedAt: TIME, blocks };
const pieces = blocks.flatMap((block) => piecesOf(block, material));

describe('a study', () => {
  it('is a set of runs, or a comparison that was kept, under the name that a person gave it', () => {
    const kept = {
      id: 'k',
      name: 'Kept',
      notes: 'n',
      createdAt: '2026-02-01T00:00:00.000Z',
      runs: ['mgcn 1', 'gone'],
      look: '',
    };
    const book = { words: { g: { name: 'My set', notes: 'why' } }, comparisons: [kept] };
    const [first, second] = studiesOf(runs, book);
    expect([first?.kind, first?.name, first?.runs.length]).toEqual(['comparison', 'Kept', 1]);
    expect([second?.kind, second?.name, second?.notes, second?.runs.length]).toEqual(['ablations', 'My set', 'why', 4]);
    expect(material.studies[0]?.name).toBe('A set');
  });

  it('has a row for each variant, mean and deviation over seeds, best and second best, baselines below a rule', () => {
    const of = runs.slice(0, 4);
    const rows = studyRows(of);
    expect(rows.map(({ label, runs: own, asked }) => [label, own.length, asked])).toEqual([
      ['full', 2, 2],
      ['without_graph 50 %', 1, 2],
    ]);
    const [piece] = piecesOf(blocks[1]!, material);
    const paper = piece?.kind === 'table' ? piece.paper : studyPaper('', [], []);
    expect(paper.rows.map((row) => [row[0]?.text, row[2]?.text, row[2]?.place, row.at(-1)?.text])).toEqual([
      ['full', '0.1100 ± 0.0141', 'second', '2'],
      ['without_graph 50 %', '0.1500', 'best', '1 of 2'],
      ['Popularity (baseline)', '0.0750', null, '1'],
    ]);
    expect(paper.rules).toEqual([2]);
  });

  it('is stored with what a person wrote, whatever else is written meanwhile; what cannot be read stays', async () => {
    const database = memoryDatabase();
    const write = (id: string) =>
      changeStudyBook(database, (book) => ({ ...book, words: { ...book.words, [id]: { name: id, notes: '' } } }));
    await Promise.all([write('a'), write('b')]);
    expect(Object.keys((await readStudyBook(database))!.words).sort()).toEqual(['a', 'b']);
    await database.settings.set('studies', { words: 3 });
    expect(await write('c')).toBeNull();
    expect(await database.settings.get('studies')).toEqual({ words: 3 });
  });
});

describe('a report', () => {
  it('is stored and read back; one of another form is named and left as it is', async () => {
    const database = memoryDatabase();
    await writeReport(database, report);
    await database.settings.set('report/other', { version: 2 });
    expect(await readReports(database)).toEqual({ reports: [report], unreadable: ['report/other'] });
    await deleteReport(database, 'r');
    expect((await readReports(database)).reports).toEqual([]);
    expect(reportSchema.safeParse({ ...report, blocks: [{ id: '1', kind: 'video' }] }).success).toBe(false);
    expect(studyBook.safeParse(NO_STUDIES).success).toBe(true);
  });

  it('is made anew from the runs, and says what is missing', () => {
    expect(neededRuns(report, material)).toEqual(['lightgcn 1', 'lightgcn 2', 'mgcn 1', 'magnet 1']);
    expect(pieces.map(({ kind }) => kind)).toEqual(['text', 'table', 'curves', 'routing', 'table', 'table', 'table']);
    const words = (block: ReportBlock, of: Material = material) =>
      piecesOf(block, of).map((piece) => (piece.kind === 'missing' ? piece.words : piece.kind));
    const some = { kind: 'runs', ids: ['mgcn 1', 'gone'] } as const;
    expect(words({ id: 'x', kind: 'results', source: some, caption: '' })).toEqual([
      'table',
      '1 of its runs are no longer here.',
    ]);
    expect(words({ id: 'x', kind: 'appendix', source: { kind: 'study', id: 'gone' } })[0]).toContain('no longer here');
    expect(words({ id: 'x', kind: 'routing', run: 'mgcn 1', caption: '' })).toEqual(['mgcn 1 has no routing.']);
    expect(words({ id: 'x', kind: 'results', source: { kind: 'runs', ids: ['mgcn 2'] }, caption: '' })[0]).toContain(
      'has a result yet',
    );
  });

  it('as one HTML file fetches nothing, runs nothing, and shows tags as they are typed', () => {
    const html = reportHtml({ report, pieces, link: 'https://example.org/#/shared?x=abc' });
    expect(html).toContain('<h1>A &lt;report&gt; &amp; more</h1>');
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|javascript:|<img|<link|src=|url\(/i);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html).toContain('<strong>0.1500</strong>');
    expect(html).toContain('f0e1d2c3');
    expect(html).toContain('href="https://example.org/#/shared?x=abc"');
  });

  it('as Markdown has headings below the title, and links to pages alone', () => {
    expect(markdownHtml('# A\n[x](javascript:1) [y](https://e.org)')).toBe(
      '<h2>A</h2>\n<p>x <a href="https://e.org" rel="noreferrer">y</a></p>\n',
    );
    expect(markdownLatex('**a_b** `c%`')).toBe('\\textbf{a\\_b} \\texttt{c\\%}');
  });

  it('draws every figure in TikZ, or says what it cannot draw', () => {
    const size = '<svg width="10" height="10">';
    expect(
      tikzOf(
        `${size}<line x1="0" y1="1" x2="2" y2="3" stroke="#ff0000" stroke-width="2" stroke-dasharray="1 3"/></svg>`,
      ),
    ).toContain(
      '\\draw[draw={rgb,255:red,255;green,0;blue,0},line width=1.5bp,dash pattern=on 0.75bp off 2.25bp] (0,1) -- (2,3);',
    );
    expect(tikzOf(`${size}<text x="1" y="2" text-anchor="end">50 % &lt; a_b</text></svg>`)).toContain(
      '{50 \\% $<$ a\\_b};',
    );
    expect(tikzOf(`${size}<path d="M1 2L3 4Z" fill="none" stroke="#000000"/></svg>`)).toContain(
      '(1,2) -- (3,4) -- cycle;',
    );
    expect(() => tikzOf(`${size}<image/></svg>`)).toThrow('image');
    expect(() => tikzOf(`${size}<path d="M1 2C1 2 3 4 5 6" fill="none"/></svg>`)).toThrow('path');
  });

  const withTex = spawnSync('pdflatex', ['--version']).status === 0;
  it.skipIf(!withTex)('as a LaTeX bundle compiles', () => {
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    try {
      const files = reportLatex({ report, pieces, link: 'https://example.org/#/shared?x=a%20b_c' });
      expect(files.map(({ name }) => name)).toEqual([
        'report.tex',
        'figures/figure-1.tex',
        'figures/figure-1.svg',
        'figures/figure-2.tex',
        'figures/figure-2.svg',
        'README.txt',
      ]);
      for (const { name, input } of files) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), input);
      }
      const said = execFileSync('pdflatex', ['-halt-on-error', '-interaction=nonstopmode', 'report.tex'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(said).toContain('Output written on report.pdf');
      expect(said).not.toContain('Missing character');
      expect(statSync(join(folder, 'report.pdf')).size).toBeGreaterThan(20_000);
      if (process.env['KEEP_REPORT']) execFileSync('cp', ['-r', folder, process.env['KEEP_REPORT']]);
    } catch (error) {
      throw error instanceof Error && 'stdout' in error ? new Error(String(error.stdout).slice(-3000)) : error;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
