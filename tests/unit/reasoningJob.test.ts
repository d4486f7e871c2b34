import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { newJob, type ReasoningFailure, type StageState } from '../../src/domain/reasoning';
import { type ReasoningSettings, type ServerKind } from '../../src/domain/reasoningSettings';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { deleteDataset, readDataset, readFeatures, readInteractions } from '../../src/storage/datasets';
import { keepModelKey, readModelKeys } from '../../src/storage/modelKeys';
import { makeBackup } from '../../workers/sharing/backup';
import { deleteAnswers, readInputs, readJob, readText, writeJob } from '../../src/storage/reasoning';
import { datasetSchema } from '../../src/documents/dataset';
import { generateDemo } from '../../workers/dataset/demo';
import { deriveDataset } from '../../workers/reasoning/derive';
import { importInputs, indexFinder } from '../../workers/reasoning/inputs';
import { runJob, surveyStages } from '../../workers/reasoning/job';
import { fittingSize } from '../../workers/reasoning/pictures';
import { newServer } from '../../workers/reasoning/server';
import { itemParagraph, isQuestion, openStudy, inputCounts } from '../../workers/reasoning/study';
import { text, zipOf } from '../helpers/dataBuilders';
import { named } from '../helpers/dataRoom';
import { ModelServer } from '../helpers/modelServer';
import { itemPicture, loopbackSettings } from '../helpers/reasoning';

const USERS = 24;
const ITEMS = 30;
/** Item 29 has no picture; item 28 has neither a text nor a picture. */
const PICTURES = Array.from({ length: 28 }, (_, item) => item);

let server: ModelServer;
let database: Database;

beforeEach(async () => {
  server = await new ModelServer().start();
  database = memoryDatabase();
  await generateDemo(database, 'd', { seed: 3, users: USERS, items: ITEMS, variant: 'plain' });
  const lines = [
    'id,title,description',
    ...[...PICTURES, 29].map((item) => `${item},Thing ${'abcdefghij'[item % 10]},"It is thing ${item}, of use"`),
  ];
  const pictures = zipOf(PICTURES.map((item) => ({ name: `pictures/${item}.png`, content: itemPicture(item) })));
  await importInputs(
    database,
    'd',
    [named('meta-demo.csv', lines.join('\n')), named('pictures.zip', pictures)],
    () => undefined,
  );
});
afterEach(() => server.stop());

const configure = (changes: Partial<ReasoningSettings> = {}): Promise<void> =>
  writeJob(database, { ...newJob('d'), settings: loopbackSettings(server.url, changes) });

/** Sleeping takes a millisecond and moves the clock by what it should have taken. */
let skipped = 0;
const impatient = {
  now: () => performance.now() + skipped,
  jitter: () => 0,
  sleep: (ms: number) => {
    skipped += ms;
    return new Promise<void>((resolve) => setTimeout(resolve, 1));
  },
};

/** Runs to its end; what it said and how it ended. */
async function run(pause = new AbortController(), kind: ServerKind = 'ollama') {
  const failures: ReasoningFailure[] = [];
  let stages: readonly StageState[] = [];
  const end = await runJob(database, 'd', {
    server: newServer({ server: { kind, url: server.url }, key: null }),
    clock: impatient,
    pause: pause.signal,
    onStages: (all) => (stages = all),
    onFailure: (failure) => failures.push(failure),
  }).catch((error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)));
  return { end, stages, failures };
}

const repeated = (): number => [...server.answered.values()].filter((count) => count !== 1).length;

describe('inputs', () => {
  it('find their items by id, and say what is missing', async () => {
    expect(inputCounts(await openStudy(database, 'd'))).toEqual({
      items: ITEMS,
      texts: 29,
      images: 28,
      neither: 1,
      strangers: 0,
      imported: { descriptions: null, documents: null, profiles: null },
      users: USERS,
      withoutHistory: 0,
    });
    const { pictures, texts } = await readInputs(database, 'd');
    expect(pictures.get(5)).toMatchObject({ file: '5.png', type: 'image/png', bytes: itemPicture(5).length });
    expect(texts![7]).toEqual({ title: 'Thing h', brand: '', categories: '', description: 'It is thing 7, of use' });
    const find = indexFinder(['B00X', 'B00Y'], 2);
    expect([find('B00Y'), find('1'), indexFinder(null, 2)('1'), indexFinder(null, 2)('2')]).toEqual([1, null, 1, null]);
  });

  it('come as JSONL too, and pictures under names that a table gives', async () => {
    const jsonl = ['{"asin":"0","title":"New","categories":[["A","B"],["A"]]}', '{"asin":"99","title":"Nobody"}'].join(
      '\n',
    );
    const found = await importInputs(
      database,
      'd',
      [named('meta.jsonl', jsonl), named('map.csv', 'file,id\ncat.png,29\n'), named('cat.png', itemPicture(99))],
      () => undefined,
    );
    expect(found).toEqual({ texts: 1, pictures: 1, strangers: 1, leftOut: [] });
    const { pictures, texts } = await readInputs(database, 'd');
    expect(texts![0]).toMatchObject({ title: 'New', categories: 'A, B' });
    expect(texts![1]!.title).toBe('Thing b');
    expect(pictures.get(29)!.file).toBe('cat.png');
  });

  it('that fit no item are refused in two sentences and change nothing', async () => {
    const before = await readInputs(database, 'd');
    for (const file of [
      named('x.csv', 'id,title\nB1,Thing\n'),
      named('x.bin', text('\u0000\u0001binary')),
      named('x.jsonl', '{"id":1,\n'),
    ]) {
      const error: unknown = await importInputs(database, 'd', [file], () => undefined).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'REASONING_INPUT' });
      expect((error as AppError).hint.length).toBeGreaterThan(20);
    }
    expect(await readInputs(database, 'd')).toEqual(before);
  });
});

describe('the job', () => {
  it.each(['ollama', 'openai'] as const)('asks every question once over %s and stores every answer', async (kind) => {
    await configure({ server: { kind, url: server.url } });
    const { end, stages, failures } = await run(undefined, kind);
    expect(end).toBe('finished');
    expect(failures).toEqual([]);
    expect(stages.map(({ stage, total, done, without }) => [stage, total, done, without])).toEqual([
      ['describe', 28, 28, 2],
      ['profile', USERS, USERS, 0],
      ['encodeItems', 29, 29, 1],
      ['encodeUsers', USERS, USERS, 0],
    ]);
    expect(stages[0]).toMatchObject({ promptTokens: 2800, answerTokens: 560 });
    expect(server.answered.size).toBe(28 + USERS + 29 + USERS);
    expect(repeated()).toBe(0);
    const again = await run(undefined, kind);
    expect(again.end).toBe('finished');
    expect(again.stages.map(({ found, total }) => found === total)).toEqual([true, true, true, true]);
    expect(repeated()).toBe(0);
  });

  it('gives profiles the training items alone', async () => {
    await configure();
    await run();
    const { users, items, split } = await readInteractions(database, 'd');
    const prompts = server.requests.filter(({ body }) => body.includes('"writer"')).map(({ body }) => body);
    expect(prompts).toHaveLength(USERS);
    const pairs = (wanted: (label: number) => boolean): string[] =>
      Array.from(users.keys())
        .filter((row) => wanted(split[row]!))
        .map((row) => `${users[row]}/${items[row]}`);
    const train = new Set(pairs((label) => label === 0));
    const seen = prompts.map((prompt) =>
      [...new Set([...prompt.matchAll(/It is thing (\d+),/g)].map(([, item]) => Number(item)))]
        .sort((a, b) => a - b)
        .join(),
    );
    const wanted = Array.from({ length: USERS }, (_, user) =>
      [...new Set([...train].filter((pair) => pair.startsWith(`${user}/`)).map((pair) => Number(pair.split('/')[1])))]
        .filter((item) => item !== 28)
        .sort((a, b) => a - b)
        .join(),
    );
    expect(seen.sort()).toEqual(wanted.sort());
    expect(pairs((label) => label !== 0).length).toBeGreaterThan(USERS / 2);
  });

  it('has one successful call per question under every passing fault', async () => {
    await configure();
    const faults = ['500', '429', 'drop', 'cut', 'garbage', 'wrong', 'slow'] as const;
    server.fault = (call) => (call % 3 === 0 ? faults[(call / 3) % faults.length]! : null);
    const { end } = await run();
    expect(end).toBe('finished');
    expect(server.answered.size).toBe(28 + USERS + 29 + USERS);
    expect(repeated()).toBe(0);
  });

  it('goes on where it was after it was killed, with the server gone in between', async () => {
    await configure();
    let open = (): void => undefined;
    let calls = 0;
    server.fault = () => {
      if (++calls === 10) server.gate = new Promise((resolve) => (open = resolve));
      return null;
    };
    const pause = new AbortController();
    const first = run(pause);
    await expect.poll(() => server.waiting).toBe(3);
    pause.abort();
    const stopping = server.stop();
    open();
    await stopping;
    expect((await first).end).toBe('paused');
    const survey = await surveyStages(database, 'd');
    expect(survey[0]!.done).toBe(server.answered.size);
    expect(survey[0]!.done).toBeGreaterThanOrEqual(10);
    expect(survey[0]!.done).toBeLessThan(28);
    expect(survey[1]!.total).toBeNull();
    server.gate = null;
    await server.start();
    expect((await run()).end).toBe('finished');
    expect(server.answered.size).toBe(28 + USERS + 29 + USERS);
    expect(repeated()).toBe(0);
  });

  it('stops with the reason when the model vanishes, and when the server never comes back', async () => {
    await configure();
    server.fault = (call) => (call >= 5 ? 'absent' : null);
    expect((await run()).end).toBe('MODEL_ABSENT');
    server.fault = () => null;
    await server.stop();
    expect((await run()).end).toBe('SERVER_UNREACHABLE');
    await server.start();
    expect((await run()).end).toBe('finished');
    expect(repeated()).toBe(0);
  });

  it('names refused items, keeps the rest, and goes on when they are left out', async () => {
    await configure({ concurrency: 1 });
    server.fault = (call) => (call === 4 ? '400' : null);
    const { end, failures, stages } = await run();
    expect(end).toBe('REASONING_UNFINISHED');
    expect(failures).toMatchObject([{ stage: 'describe', entity: 4, fault: { code: 'SERVER_REQUEST' } }]);
    expect(stages[0]).toMatchObject({ done: 27, failed: 1 });
    const job = await readJob(database, 'd');
    await writeJob(database, { ...job, overrides: { ...job.overrides, items: { 4: { kind: 'skipped' } } } });
    server.fault = () => null;
    expect((await run()).end).toBe('finished');
    expect(repeated()).toBe(0);
  });

  it('asks anew only what a change reaches', async () => {
    await configure();
    await run();
    const before = server.answered.size;
    const job = await readJob(database, 'd');
    const counts = async (): Promise<(number | null)[]> =>
      (await surveyStages(database, 'd')).map(({ total, done }) => (total === null ? null : total - done));
    // Another profile prompt leaves descriptions as they are.
    await writeJob(database, {
      ...job,
      settings: {
        ...job.settings,
        prompts: { ...job.settings.prompts, profile: 'What does this person like? {{items}}' },
      },
    });
    expect(await counts()).toEqual([0, USERS, null, null]);
    // A new try at one description asks one question, and then those of the users who have the item.
    await writeJob(database, { ...job, overrides: { items: { 3: { kind: 'again', attempt: 1 } }, users: {} } });
    expect(await counts()).toEqual([1, null, null, null]);
    await run();
    const { histories } = await openStudy(database, 'd');
    const touched = histories.filter((history) => history.includes(3)).length;
    expect(touched).toBeGreaterThan(0);
    expect(server.answered.size).toBe(before + 1 + touched + 1 + touched);
    const source = await itemParagraph(await openStudy(database, 'd'), 3);
    if (!isQuestion(source)) throw new Error('no question');
    expect((await readText(database, source.key))!.text).toContain('seed 1000');
    // One's own words ask nothing of the describer.
    await writeJob(database, {
      ...job,
      overrides: { items: { 3: { kind: 'edited', text: 'A blue thing.' } }, users: {} },
    });
    expect((await counts()).slice(0, 2)).toEqual([0, touched]);
    expect(repeated()).toBe(0);
  });
});

describe('what a question is made of', () => {
  it('has the model’s digest: a model fetched anew is asked anew, and the old answers come back with the old one', async () => {
    server.digests = { seer: 'one', writer: 'w' };
    await configure();
    await run();
    const before = server.answered.size;
    server.digests = { seer: 'two', writer: 'w' };
    const { end, stages } = await run();
    expect(end).toBe('finished');
    // The same words came again, so that nothing after them changed.
    expect(stages.map(({ total, found }) => (total ?? 0) - found)).toEqual([28, 0, 0, 0]);
    expect([server.answered.size, repeated()]).toEqual([before, 28]);
    server.digests = { seer: 'one', writer: 'w' };
    expect((await run()).stages.map(({ total, found }) => (total ?? 0) - found)).toEqual([0, 0, 0, 0]);
    expect(repeated()).toBe(28);
    const { source } = await deriveDataset(database, 'd', 'n', 'New', () => undefined);
    expect(source.kind === 'reasoning' && source.provenance.digests).toEqual({
      describe: 'one',
      profile: 'w',
      encode: null,
    });
  });

  it('has pictures of at most 1024 pixels a side', () => {
    expect([
      fittingSize(1024, 1024),
      fittingSize(8, 1),
      fittingSize(4096, 3072),
      fittingSize(1500, 1),
      fittingSize(700, 2800),
    ]).toEqual([null, null, { width: 1024, height: 768 }, { width: 1024, height: 1 }, { width: 256, height: 1024 }]);
  });
});

describe('the derived dataset', () => {
  it('has the vectors, a fingerprint of its own and its provenance, and leaves the old one alone', async () => {
    await configure({ history: { rule: 'spaced', most: 5 } });
    await expect(deriveDataset(database, 'd', 'n', 'New', () => undefined)).rejects.toMatchObject({
      code: 'REASONING_UNFINISHED',
    });
    await run();
    const before = await readDataset(database, 'd');
    const document = await deriveDataset(database, 'd', 'n', 'New', () => undefined);
    expect(await readDataset(database, 'd')).toEqual(before);
    expect(document.features.map(({ key, scope, rows, columns }) => [key, scope, rows, columns])).toEqual([
      ['image', 'item', ITEMS, 64],
      ['image_text', 'item', ITEMS, 24],
      ['text', 'item', ITEMS, 32],
      ['user_preferences', 'user', USERS, 24],
    ]);
    expect(document.fingerprint).not.toBe(before.fingerprint);
    const image = document.features[0]!;
    expect(await readFeatures(database, 'n', image)).toEqual(await readFeatures(database, 'd', image));
    const vectors = await readFeatures(database, 'n', document.features[1]!);
    expect(vectors.subarray(28 * 24, 29 * 24).every((value) => value === 0)).toBe(true);
    expect(Math.hypot(...vectors.subarray(0, 24))).toBeCloseTo(1, 5);
    expect(document.features[1]!.statistics.zeroRows).toBe(1);
    if (document.source.kind !== 'reasoning') throw new Error('no provenance');
    const { provenance } = document.source;
    expect(provenance).toMatchObject({
      from: { id: 'd', fingerprint: before.fingerprint },
      interactions: 'training',
      models: { describe: 'seer', profile: 'writer', encode: 'encoder' },
    });
    expect(provenance.counts).toMatchObject({
      describedItems: 28,
      itemsWithoutImage: 2,
      itemsWithoutText: 1,
      emptyItems: 1,
      profiledUsers: USERS,
      emptyUsers: 0,
      editedTexts: 0,
    });
    expect(provenance.counts.cutHistories).toBeGreaterThan(0);
    expect(provenance.prompts.profile.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(datasetSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    // Made again, it is the same content.
    expect((await deriveDataset(database, 'd', 'm', 'Other name', () => undefined)).fingerprint).toBe(
      document.fingerprint,
    );
  });

  it('a kept key belongs to its address, is in no backup, and can be forgotten', async () => {
    await configure();
    await run();
    await keepModelKey(database, server.url, 'sk-kept-777');
    await keepModelKey(database, 'https://other.example', 'sk-other-777');
    expect(await readModelKeys(database)).toEqual({
      [server.url]: 'sk-kept-777',
      'https://other.example': 'sk-other-777',
    });
    // Neither packed nor encrypted: a key would be found.
    const backup = await (await makeBackup(database, true, new Date(0), () => undefined)).file.text();
    expect(backup).toContain('answers/0.json');
    expect(backup).toContain('seer');
    expect(backup).not.toContain('-777');
    await keepModelKey(database, server.url, null);
    await keepModelKey(database, 'https://other.example', '');
    expect(await database.settings.keys()).toEqual([]);
  });

  it('deleting a dataset removes its inputs; answers stay until they are deleted', async () => {
    await configure();
    await run();
    await deleteDataset(database, 'd');
    const left = await database.texts.keys();
    expect(left.every((key) => key.startsWith('answer/'))).toBe(true);
    expect(await deleteAnswers(database)).toBe(left.length);
    expect(await database.texts.keys()).toEqual([]);
  });
});
