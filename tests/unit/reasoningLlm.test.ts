import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attributesOf, preferredPairsOf, profilesOf } from '../../src/domain/dataset';
import { CANDIDATES, DEFAULT_CHOICES, type ChoiceSettings } from '../../src/domain/candidateChoices';
import { DEFAULT_ATTRIBUTES } from '../../src/domain/itemAttributes';
import { byKey, type PerUserMetrics } from '../../src/domain/metrics';
import { completeConfig } from '../../src/domain/models/catalogue';
import { newRun } from '../../src/domain/run';
import type { ReasoningSettings } from '../../src/domain/reasoningSettings';
import { datasetSchema } from '../../src/documents/dataset';
import type { Database } from '../../src/storage/database';
import { readDataset, readFeatures, readInteractions, readLabels } from '../../src/storage/datasets';
import { readCandidates } from '../../src/storage/reasoning';
import { deleteRun, readDetails, readRun, writeDetails, writeRun } from '../../src/storage/runs';
import { readRepresentation } from '../../src/storage/weights';
import { itemAttributes } from '../../workers/reasoning/attributes';
import { takeCandidates } from '../../workers/reasoning/candidates';
import { choiceLines, userChoice } from '../../workers/reasoning/choices';
import { deriveDataset } from '../../workers/reasoning/derive';
import { readEntity } from '../../workers/reasoning/entity';
import { makeReasoningFile } from '../../workers/reasoning/files';
import { importInputs } from '../../workers/reasoning/inputs';
import { surveyStages } from '../../workers/reasoning/job';
import { openStudy } from '../../workers/reasoning/study';
import { named } from '../helpers/dataRoom';
import { ModelServer } from '../helpers/modelServer';
import { configured, reasoned } from '../helpers/reasonedRun';
import { copyOf, execute, tinyStudy } from '../helpers/runs';

const ITEMS = 40;
const USERS = 48;
/** The dataset and the run of `tinyStudy`. */
const ID = 'small';
const RUN = 'run';

let trained: Database;
let database: Database;
let server: ModelServer;
/** How often each question was asked, and what is answered the nth time; null: what the loopback server says. */
let asked: Map<string, number>;
let answer: (kind: 'attributes' | 'choose', prompt: string, time: number) => string;

beforeAll(async () => {
  const stored = await tinyStudy('lightgcn', { epochs: 2 }, 'cpu');
  await execute(stored, 'cpu');
  ({ database: trained } = stored);
});

beforeEach(async () => {
  database = await copyOf(trained);
  asked = new Map();
  answer = (kind, prompt) => (kind === 'choose' ? '::2::1::' : `::wood::${titleIn(prompt)} style::families::`);
  server = await new ModelServer({
    write: (prompt) => {
      const time = (asked.get(prompt) ?? 0) + 1;
      asked.set(prompt, time);
      if (prompt.includes('::most liked')) return answer('choose', prompt, time);
      if (prompt.includes('::material')) return answer('attributes', prompt, time);
      return `Likes ${'abcdefghij'[asked.size % 10]} and ${asked.size}`;
    },
  }).start();
});
afterEach(() => server.stop());

const titleIn = (prompt: string): string => /title: (.*)/.exec(prompt)?.[1] ?? '';
const promptsOf = (mark: string): string[] => [...asked.keys()].filter((prompt) => prompt.includes(mark));
const ATTRIBUTES = { ...DEFAULT_ATTRIBUTES, on: true };
const CHOICES = { ...DEFAULT_CHOICES, on: true, run: RUN };

const configure = (changes: Partial<ReasoningSettings>, overrides = {}) =>
  configured(database, ID, server, { history: { rule: 'recent', most: 50 }, ...changes }, overrides);
const run = (pause?: AbortController) => reasoned(database, ID, server, pause);
const derived = () => deriveDataset(database, ID, 'made', 'Made', () => undefined);
const vectorsOf = async (key: string): Promise<Float32Array> => {
  const info = (await readDataset(database, 'made')).features.find((feature) => feature.key === key)!;
  return readFeatures(database, 'made', info);
};

/** Metrics of the first user alone. */
const firstUser = ({ users, values }: PerUserMetrics): PerUserMetrics => ({
  users: users.slice(0, 1),
  values: byKey((key) => values[key].slice(0, 1)),
});

/** By user: titles of training items, and of those that are held out and no training items. */
async function titles() {
  const { users, items, split } = await readInteractions(database, ID);
  const names = (await readLabels(database, ID))!.items!;
  const of = (user: number, train: boolean): Set<string> =>
    new Set(
      Array.from(users.keys())
        .filter((row) => users[row] === user && (split[row] === 0) === train)
        .map((row) => names[items[row]!]!),
    );
  return Array.from({ length: USERS }, (_, user) => {
    const training = of(user, true);
    return { training, held: new Set([...of(user, false)].filter((name) => !training.has(name))) };
  });
}

describe('attributes', () => {
  it('are asked once for each item, and each field is a matrix of its own', async () => {
    await configure({ attributes: ATTRIBUTES });
    const { end, stages } = await run();
    expect(end).toBe('finished');
    expect(stages.map(({ stage, total, done }) => [stage, total, done])).toEqual([
      ['describe', 0, 0],
      ['attributes', ITEMS, ITEMS],
      ['profile', USERS, USERS],
      ['encodeItems', ITEMS, ITEMS],
      ['encodeUsers', USERS, USERS],
      ['encodeAttributes', expect.any(Number), stages[5]!.total],
    ]);
    expect(promptsOf('::material')[0]).toContain('title: ');
    const answered = server.answered.size;
    expect((await run()).end).toBe('finished');
    expect(server.answered.size).toBe(answered);
    expect([...server.answered.values()].every((count) => count === 1)).toBe(true);

    const document = await derived();
    expect(attributesOf(document).map(({ key }) => key)).toEqual([1, 2, 3, 4, 5].map((k) => `attribute_${k}`));
    expect(preferredPairsOf(document)).toBeUndefined();
    const provenance = document.source.kind === 'reasoning' ? document.source.provenance : null;
    expect(provenance?.attributes).toMatchObject({
      model: 'writer',
      fields: [
        { name: 'title', origin: 'given' },
        { name: 'categories', origin: 'given' },
        { name: 'material', origin: 'asked' },
        { name: 'style', origin: 'asked' },
        { name: 'target group', origin: 'asked' },
      ],
      counts: { answered: ITEMS, unparsed: 0, withoutText: 0, leftOut: 0 },
    });
    expect(provenance).not.toHaveProperty('choices');
    expect(datasetSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    // “wood” for all, so that all rows are equal; styles differ as the titles do.
    const columns = attributesOf(document)[0]!.columns;
    const rows = async (key: string): Promise<number> => {
      const values = await vectorsOf(key);
      return new Set(
        Array.from({ length: ITEMS }, (_, item) => values.slice(item * columns, (item + 1) * columns).join()),
      ).size;
    };
    expect(await rows('attribute_3')).toBe(1);
    expect(await rows('attribute_4')).toBeGreaterThan(ITEMS / 2);
    const lines = (await (await makeReasoningFile(database, ID, 'itemAttributes')).text()).trimEnd().split('\n');
    const names = (await readLabels(database, ID))!.items!;
    expect(JSON.parse(lines[7]!)).toMatchObject({
      item: 7,
      state: 'parsed',
      attributes: [
        { name: 'title', text: names[7] },
        {},
        { name: 'material', text: 'wood' },
        { name: 'style', text: `${names[7]} style` },
        {},
      ],
    });
  });

  it('are asked again under another seed, three times in all, and then stay empty', async () => {
    answer = (_, prompt, time) => {
      if (titleIn(prompt).endsWith('1')) return 'I do not know.';
      return titleIn(prompt).endsWith('2') && time === 1 ? 'wood, plain, all' : '::wood::plain::all::';
    };
    const names = (await readLabels(database, ID))!.items!;
    await configure({ attributes: ATTRIBUTES });
    const { end, stages } = await run();
    expect(end).toBe('finished');
    expect(stages[1]).toMatchObject({ done: ITEMS, failed: 0 });
    const never = promptsOf('::material').filter((prompt) => titleIn(prompt).endsWith('1'));
    const twice = promptsOf('::material').filter((prompt) => titleIn(prompt).endsWith('2'));
    expect([never.length > 0, twice.length > 0]).toEqual([true, true]);
    expect(never.map((prompt) => asked.get(prompt))).toEqual(never.map(() => 3));
    expect(twice.map((prompt) => asked.get(prompt))).toEqual(twice.map(() => 2));
    const seeds = server.requests
      .filter(({ body }) => body.includes(JSON.stringify(never[0]).slice(1, -1)))
      .map(({ body }) => (JSON.parse(body) as { options: { seed: number } }).options.seed);
    expect(seeds).toEqual([999, 1000, 1001]);
    const document = await derived();
    const provenance = document.source.kind === 'reasoning' ? document.source.provenance : null;
    const unparsed = names.filter((name) => name.endsWith('1'));
    expect(provenance?.attributes?.counts).toEqual({
      answered: ITEMS - unparsed.length,
      unparsed: unparsed.length,
      withoutText: 0,
      leftOut: 0,
    });
    const lost = names.findIndex((name) => name.endsWith('1'));
    const { columns } = attributesOf(document)[2]!;
    const [given, empty] = await Promise.all([vectorsOf('attribute_1'), vectorsOf('attribute_3')]);
    const norm = (values: Float32Array): number => Math.hypot(...values.subarray(lost * columns, (lost + 1) * columns));
    expect(norm(empty)).toBe(0);
    expect(norm(given)).toBeCloseTo(1, 5);
  });

  it('are asked again of servers that take no seed', async () => {
    answer = (_, prompt, time) => (time < 3 ? 'No.' : `::wood::${titleIn(prompt)}::all::`);
    await configure({ attributes: ATTRIBUTES, sampling: 'server' });
    expect((await run()).end).toBe('finished');
    expect(promptsOf('::material').map((prompt) => asked.get(prompt))).toEqual(Array.from({ length: ITEMS }, () => 3));
    const { source } = await derived();
    expect(source.kind === 'reasoning' && source.provenance.attributes?.counts.answered).toBe(ITEMS);
  });

  it('follow only what reaches them, and can be left out or asked for again', async () => {
    await configure({ attributes: ATTRIBUTES });
    await run();
    const missing = async () => (await surveyStages(database, ID)).map(({ total, done }) => (total ?? -1) - done);
    await configure({ attributes: { ...ATTRIBUTES, asked: ['material'] } });
    // The vectors of what is left are there.
    expect(await missing()).toEqual([0, ITEMS, -1, -1, -1, -1]);
    await configure(
      { attributes: ATTRIBUTES },
      { attributes: { 3: { kind: 'again', attempt: 1 }, 4: { kind: 'skipped' } } },
    );
    expect((await missing())[1]).toBe(1);
    const study = await openStudy(database, ID);
    expect(await itemAttributes(study, 3)).toMatchObject({ state: 'pending', question: { sampling: { seed: 1002 } } });
    expect(await itemAttributes(study, 4)).toEqual({ state: 'skipped' });
    expect(await readEntity(database, ID, 'item', 5)).toMatchObject({
      attributes: { state: 'parsed', fields: [{ name: 'title' }, {}, { text: 'wood' }, {}, {}] },
    });
  });
});

describe('choices', () => {
  it('show a history of training items alone, with the best items of the base run beside it', async () => {
    await configure({ choices: CHOICES });
    const { end, stages } = await run();
    expect(end).toBe('finished');
    expect(stages[2]).toMatchObject({ stage: 'choose', total: USERS, done: USERS });
    const prompts = promptsOf('::most liked');
    expect(prompts).toHaveLength(USERS);
    const known = await titles();
    const listed = prompts.map((prompt) => {
      const [history = '', candidates = ''] = prompt.split('These are candidates');
      const names = (text: string, mark: RegExp) => [...text.matchAll(mark)].map(([, name]) => name!);
      return { history: names(history, /^\d+\. (.*?) · /gm), candidates: names(candidates, /^\[\d+\] (.*?) · /gm) };
    });
    // Which user a prompt belongs to shows its history: that of exactly one user, and no held-out item in it.
    for (const { history, candidates } of listed) {
      const own = known.filter(
        ({ training }) => training.size === new Set(history).size && history.every((name) => training.has(name)),
      );
      expect(own.length).toBeGreaterThan(0);
      for (const { held, training } of own) {
        expect(history.filter((name) => held.has(name))).toEqual([]);
        expect(candidates.filter((name) => training.has(name))).toEqual([]);
      }
      expect(candidates).toHaveLength(CANDIDATES);
    }
    expect(known.reduce((sum, { held }) => sum + held.size, 0)).toBeGreaterThan(USERS);
  });

  it('become the pairs that the answers say, and the origin says of what', async () => {
    answer = (_, prompt, time) => {
      const place = promptsOf('::most liked').indexOf(prompt);
      if (place === 0) return 'Neither.';
      return place === 1 && time < 3 ? '::4::4::' : '::3::10::';
    };
    await configure({ choices: CHOICES });
    expect((await run()).end).toBe('finished');
    const [never, third] = promptsOf('::most liked');
    expect([asked.get(never!), asked.get(third!)]).toEqual([3, 3]);
    const document = await derived();
    const pairs = await vectorsOf('user_pairs');
    const { items } = (await readCandidates(database, ID))!;
    const without = Array.from({ length: USERS }, (_, user) => user).filter((user) => pairs[user * 2] === -1);
    expect(without).toHaveLength(1);
    for (let user = 0; user < USERS; user++) {
      const pair = [...pairs.subarray(user * 2, user * 2 + 2)];
      const wanted = without.includes(user) ? [-1, -1] : [items[user * CANDIDATES + 2], items[user * CANDIDATES + 9]];
      expect(pair).toEqual(wanted);
    }
    const base = await readRun(database, RUN);
    const provenance = document.source.kind === 'reasoning' ? document.source.provenance : null;
    expect(provenance?.choices).toMatchObject({
      model: 'writer',
      run: { id: RUN, name: 'a run', model: 'LightGCN', seed: 999, fingerprint: base.experiment.dataset.fingerprint },
      masked: true,
      candidates: 10,
      counts: { pairs: USERS - 1, unparsed: 1, withoutHistory: 0, withoutCandidates: 0, leftOut: 0 },
    });
    expect(datasetSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    // A user's choice as a person looks at it, and as a file has it.
    const user = without[0] === 0 ? 1 : 0;
    const { choice } = await readEntity(database, ID, 'user', user);
    expect(choice!.candidates.map(({ mark }) => mark)).toEqual(
      Array.from({ length: 10 }, (_, place) => (place === 2 ? 'preferred' : place === 9 ? 'refused' : null)),
    );
    const lines = (await (await makeReasoningFile(database, ID, 'userChoices')).text()).trimEnd().split('\n');
    expect(JSON.parse(lines[user]!)).toMatchObject({
      interactions: 'training',
      preferred: pairs[user * 2],
      refused: pairs[user * 2 + 1],
    });
    // The next dataset keeps them, with their origin, where it asks for none.
    await configured(database, 'made', server, {});
    await reasoned(database, 'made', server);
    const next = await deriveDataset(database, 'made', 'next', 'Next', () => undefined);
    expect(preferredPairsOf(next)).toBeDefined();
    expect(next.source.kind === 'reasoning' && next.source.provenance.choices).toEqual(provenance?.choices);
  });

  it('refuse a planted leak', async () => {
    await configure({ choices: CHOICES });
    const study = await openStudy(database, ID);
    const candidates = (await takeCandidates(study, new AbortController().signal, () => undefined))!;
    const lines = choiceLines(
      study,
      Array.from({ length: ITEMS }, (_, item) => `item ${item}`),
    );
    expect(await userChoice(study, candidates, lines, 5)).toMatchObject({ state: 'pending' });
    const [leak] = [...study.heldOut.get(5)!];
    const histories = study.histories.map((history, user) => (user === 5 ? [...history, leak!] : history));
    await expect(userChoice({ ...study, histories }, candidates, lines, 5)).rejects.toMatchObject({
      code: 'REASONING_LEAK',
      context: { user: 5, item: leak },
    });
  });

  it('have candidates with training items only where they are not left out', async () => {
    await configure({ choices: { ...CHOICES, mask: false } });
    const study = await openStudy(database, ID);
    const open = (await takeCandidates(study, new AbortController().signal, () => undefined))!;
    const count = study.histories.map(
      (history, user) =>
        [...open.items.subarray(user * 10, user * 10 + 10)].filter((item) => history.includes(item)).length,
    );
    expect(count.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(USERS);
    // By hand, for one user.
    const [users, items] = [
      await readRepresentation(database, RUN, 'users'),
      await readRepresentation(database, RUN, 'items'),
    ];
    const width = users!.length / USERS;
    const score = (item: number): number =>
      Array.from({ length: width }, (_, k) => users![3 * width + k]! * items![item * width + k]!).reduce(
        (a, b) => a + b,
        0,
      );
    const best = Array.from({ length: ITEMS }, (_, item) => item).sort((a, b) => score(b) - score(a));
    expect([...open.items.subarray(30, 40)]).toEqual(best.slice(0, 10));

    // What the vectors give without training items is what the run's lists have.
    const details = (await readDetails(database, RUN))!;
    await configure({ choices: CHOICES });
    const masked = (await takeCandidates(
      await openStudy(database, ID),
      new AbortController().signal,
      () => undefined,
    ))!;
    await writeDetails(database, RUN, {
      ...details,
      perUser: firstUser(details.perUser),
      topItems: details.topItems.slice(0, details.cutoff),
      topScores: details.topScores.slice(0, details.cutoff),
    });
    const ranked = (await takeCandidates(
      await openStudy(database, ID),
      new AbortController().signal,
      () => undefined,
    ))!;
    expect([...ranked.items]).toEqual([...masked.items]);
  });

  it('refuse a run that is gone, unfinished, of another split, or whose ranking is not known', async () => {
    const refusal = async (changes: Partial<ChoiceSettings> = {}): Promise<unknown> => {
      await configure({ choices: { ...CHOICES, ...changes } });
      return takeCandidates(await openStudy(database, ID), new AbortController().signal, () => undefined).catch(
        (error: unknown) => error,
      );
    };
    expect(await refusal({ run: null })).toMatchObject({
      code: 'REASONING_RUN',
      message: expect.stringContaining('No base run') as string,
    });
    const base = await readRun(database, RUN);
    await writeRun(database, { ...base, status: 'stopped' });
    expect(await refusal()).toMatchObject({
      code: 'REASONING_RUN',
      message: expect.stringContaining('has not finished') as string,
    });
    await writeRun(database, {
      ...base,
      experiment: { ...base.experiment, dataset: { ...base.experiment.dataset, fingerprint: 'f'.repeat(64) } },
    });
    expect(await refusal()).toMatchObject({
      code: 'REASONING_RUN',
      message: expect.stringContaining('another split') as string,
    });
    // Scores that the vectors do not give: the stored lists still rank, but not with training items.
    await writeRun(database, base);
    const details = (await readDetails(database, RUN))!;
    await writeDetails(database, RUN, { ...details, topScores: details.topScores.map((value) => value + 1) });
    expect(await refusal()).toMatchObject({ masked: true });
    expect(await refusal({ mask: false })).toMatchObject({
      code: 'REASONING_RUN',
      message: expect.stringContaining('does not rank by its vectors alone') as string,
    });
    // The job asks nobody before that.
    expect((await run()).end).toBe('REASONING_RUN');
    expect(asked.size).toBe(0);
    await database.runs.delete([`${RUN}/details`]);
    expect(await refusal()).toMatchObject({
      code: 'REASONING_RUN',
      message: expect.stringContaining('No ranking of the run') as string,
    });
    await deleteRun(database, RUN);
    expect(await refusal()).toMatchObject({
      code: 'REASONING_RUN',
      message: expect.stringContaining('deleted') as string,
    });
  });
});

describe('both', () => {
  it('go on after every pause and ask nothing twice', async () => {
    answer = (kind, _, time) => (time < 2 ? 'No.' : kind === 'choose' ? '::1::5::' : '::a::b::c::');
    await configure({ attributes: ATTRIBUTES, choices: CHOICES, concurrency: 2 });
    let ends = 0;
    for (let end = ''; end !== 'finished'; ends++) {
      const pause = new AbortController();
      const until = server.requests.length + 9;
      server.fault = () => {
        if (server.requests.length >= until) pause.abort();
        return null;
      };
      ({ end } = await run(pause));
      expect(ends).toBeLessThan(80);
    }
    expect(ends).toBeGreaterThan(10);
    expect([...server.answered.values()].filter((count) => count !== 1)).toEqual([]);
    expect([...promptsOf('::most liked'), ...promptsOf('::material')].map((prompt) => asked.get(prompt))).toEqual(
      Array.from({ length: USERS + ITEMS }, () => 2),
    );
    expect((await run()).stages.every(({ found, total }) => found === total)).toBe(true);
  });

  it('leave out items without a text, and say how many', async () => {
    const texts = Array.from({ length: ITEMS - 4 }, (_, item) => `${item},Thing ${item}`);
    await importInputs(database, ID, [named('meta.csv', ['id,title', ...texts].join('\n'))], () => undefined);
    await configure({ attributes: ATTRIBUTES, choices: CHOICES });
    expect((await run()).end).toBe('finished');
    expect(promptsOf('::most liked').some((prompt) => /^\[\d+\] *$/m.test(prompt))).toBe(false);
    const document = await derived();
    // A title is all that is given.
    expect(attributesOf(document)).toHaveLength(4);
    expect(document.source.kind === 'reasoning' && document.source.provenance.attributes?.counts).toEqual({
      answered: ITEMS - 4,
      unparsed: 0,
      withoutText: 4,
      leftOut: 0,
    });
    const textless = [...(await vectorsOf('user_pairs'))].filter((item) => item >= ITEMS - 4);
    expect(textless).toEqual([]);
    const { items } = (await readCandidates(database, ID))!;
    expect([...items].some((item) => item >= ITEMS - 4)).toBe(true);
  });

  it('name refused questions, which can be left out', async () => {
    let refused = 0;
    await configure({ attributes: ATTRIBUTES, choices: CHOICES, concurrency: 1 });
    server.fault = () => (server.requests.at(-1)!.body.includes('::material') && refused++ === 2 ? '400' : null);
    const { end, failures } = await run();
    expect(end).toBe('REASONING_UNFINISHED');
    expect(failures).toMatchObject([{ stage: 'attributes', entity: 2 }]);
    await expect(derived()).rejects.toMatchObject({ code: 'REASONING_UNFINISHED' });
    await configure({ attributes: ATTRIBUTES, choices: CHOICES }, { attributes: { 2: { kind: 'skipped' } } });
    server.fault = () => null;
    expect((await run()).end).toBe('finished');
    const { source } = await derived();
    expect(source.kind === 'reasoning' && source.provenance.attributes?.counts).toMatchObject({
      answered: ITEMS - 1,
      leftOut: 1,
    });
  });

  it('make a dataset on which LLMRec trains with all texts', async () => {
    await configure({ attributes: ATTRIBUTES, choices: CHOICES });
    await run();
    const document = await derived();
    expect([attributesOf(document).length, profilesOf(document)?.key, preferredPairsOf(document)?.columns]).toEqual([
      5,
      'user_preferences',
      2,
    ]);
    const config = completeConfig('llmrec', { embeddingSize: 8, batchSize: 64, epochs: 2, texts: 'stored' });
    const dataset = { id: document.id, name: document.name, fingerprint: document.fingerprint };
    const llm = newRun(
      'llm',
      'with texts',
      { model: 'llmrec', config, seed: 1, dataset, backend: 'cpu', allowSoftware: true },
      '2026-01-01T00:00:00.000Z',
    );
    await writeRun(database, llm);
    const { run: ended } = await execute({ database, run: llm }, 'cpu');
    expect([ended.status, ended.epochs.length]).toEqual(['finished', 2]);
    expect(ended.epochs.every(({ terms }) => Number.isFinite(terms['attributes']))).toBe(true);
    expect(ended.findings).toContainEqual(
      expect.objectContaining({
        key: 'pairs',
        rows: expect.arrayContaining([{ label: 'users with a pair', value: USERS }]) as unknown,
      }),
    );
    // The result names the models, and what is ours.
    expect(ended.findings).toContainEqual(
      expect.objectContaining({
        key: 'textOrigin',
        text: 'Profiles by writer, encoded by encoder. Attributes by writer; the fields are ours: material, style, target group. Pairs by writer, among the 10 best items of the run “a run” (LightGCN, seed 999), without training items; the base run is ours.',
      }),
    );
    // Nothing is missing, so no note says so.
    expect(ended.findings?.some(({ key }) => key === 'profiles')).toBe(false);
  });
});
