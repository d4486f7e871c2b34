import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { variantDifferences, variantLabels } from '../../src/domain/textVariants';
import { datasetSchema } from '../../src/documents/dataset';
import { newJob } from '../../src/domain/reasoning';
import { type ReasoningSettings } from '../../src/domain/reasoningSettings';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { deleteDataset, readLabels, writeLabels } from '../../src/storage/datasets';
import { deleteImported, readImported, readJob, readVariants, writeJob } from '../../src/storage/reasoning';
import { generateDemo } from '../../workers/dataset/demo';
import { deriveDataset } from '../../workers/reasoning/derive';
import { readEntity } from '../../workers/reasoning/entity';
import { makeReasoningFile } from '../../workers/reasoning/files';
import { importTexts } from '../../workers/reasoning/importTexts';
import { importInputs } from '../../workers/reasoning/inputs';
import { runJob, surveyStages } from '../../workers/reasoning/job';
import { systemClock } from '../../workers/reasoning/lanes';
import { newServer } from '../../workers/reasoning/server';
import { inputCounts, openStudy } from '../../workers/reasoning/study';
import { pairsFile, readPair } from '../../workers/reasoning/variants';
import { zipOf } from '../helpers/dataBuilders';
import { named } from '../helpers/dataRoom';
import { ModelServer } from '../helpers/modelServer';
import { itemPicture, loopbackSettings } from '../helpers/reasoning';

const USERS = 20;
const ITEMS = 20;

let server: ModelServer;
let database: Database;

beforeEach(async () => {
  server = await new ModelServer({ models: ['seer', 'writer', 'encoder', 'other'], vision: ['seer', 'other'] }).start();
  database = memoryDatabase();
  await generateDemo(database, 'd', { seed: 3, users: USERS, items: ITEMS, variant: 'plain' });
  const pictures = zipOf(
    Array.from({ length: ITEMS }, (_, item) => ({ name: `${item}.png`, content: itemPicture(item) })),
  );
  await importInputs(
    database,
    'd',
    [
      named(
        'meta.csv',
        ['id,title', ...Array.from({ length: ITEMS }, (_, item) => `${item},Thing ${item}`)].join('\n'),
      ),
      named('pictures.zip', pictures),
    ],
    () => undefined,
  );
  await configure();
});
afterEach(() => server.stop());

const configure = async (changes: Partial<ReasoningSettings> = {}): Promise<void> => {
  const { overrides } = await readJob(database, 'd');
  await writeJob(database, { ...newJob('d'), overrides, settings: loopbackSettings(server.url, changes) });
};

const run = (): Promise<'finished' | 'paused'> =>
  runJob(database, 'd', {
    server: newServer({ server: { kind: 'ollama', url: server.url }, key: null }),
    clock: systemClock,
    pause: new AbortController().signal,
    onStages: () => undefined,
    onFailure: () => undefined,
  });

const missing = async (): Promise<(number | null)[]> =>
  (await surveyStages(database, 'd')).map(({ total, done }) => (total === null ? null : total - done));
const quiet = (): void => undefined;

describe('texts that are there already', () => {
  const wanted = ['first', null, 'third, with a comma', ...new Array<null>(ITEMS - 3).fill(null)];

  it.each([
    ['JSONL', 'a.jsonl', '{"id":"0","text":"first"}\n\n{"id":2,"paragraph":"third, with a comma","text":"not this"}\n'],
    ['one line of JSONL', 'a.jsonl', '{"id":"0","text":"first"}', ['first', ...new Array<null>(ITEMS - 1).fill(null)]],
    ['JSON by id', 'a.json', '{\n "0": "first",\n "2": " third, with a comma "\n}'],
    [
      'a list of objects',
      'a.json',
      '[{"itemID":0,"description":"first"},{"itemID":2,"description":"third, with a comma"}]',
    ],
    ['a list of texts', 'a.json', '["first", "", "third, with a comma"]'],
    ['CSV', 'a.csv', 'asin,paragraph,model\n0,first,x\n2,"third, with a comma",y\n'],
    ['TSV of two columns', 'a.tsv', 'id\tanything\n0\tfirst\n2\tthird, with a comma\n'],
  ] as const)('come as %s', async (_, name, content, other?: readonly (string | null)[]) => {
    const found = await importTexts(database, 'd', 'descriptions', [named(name, content)], quiet);
    expect(found).toEqual({ texts: other ? 1 : 2, strangers: 0, empty: content.includes('""') ? 1 : 0 });
    expect(await readImported(database, 'd', 'descriptions')).toEqual({ file: name, texts: other ?? wanted });
  });

  it('that fit nobody, or have no fields, are refused and change nothing', async () => {
    await importTexts(database, 'd', 'profiles', [named('p.csv', 'user,profile\n4,Likes wood.\n')], quiet);
    const before = await readImported(database, 'd', 'profiles');
    for (const [content, words] of [
      ['{"id":"B77","text":"nobody"}', /None of the 1 texts belongs to a user/],
      ['{"id":"1","text":null}', /All 1 texts .* are empty/],
      ['id,a,b\n1,x,y\n', /has no fields with an id and a text.*id, a, b/],
      ['{"who":"1"}\n{"who":"2"}', /has no fields with an id and a text/],
      ['{"id":"1","text":"x"}\nbroken', /has no fields with an id and a text.*line 2/],
      ['[3]', /has no fields with an id and a text.*line 1/],
    ] as const) {
      await expect(importTexts(database, 'd', 'profiles', [named('x.txt', content)], quiet)).rejects.toMatchObject({
        code: 'REASONING_INPUT',
        message: expect.stringMatching(words) as string,
      });
    }
    expect(await readImported(database, 'd', 'profiles')).toEqual(before);
    // Another file adds to them.
    expect(
      await importTexts(
        database,
        'd',
        'profiles',
        [named('q.csv', 'user,profile\n5,Likes wool.\n99,Nobody.\n')],
        quiet,
      ),
    ).toEqual({ texts: 1, strangers: 1, empty: 0 });
    expect((await readImported(database, 'd', 'profiles'))!.texts.slice(4, 6)).toEqual(['Likes wood.', 'Likes wool.']);
  });

  it('enter at their stage: no model is asked for them, and the next stage reads them', async () => {
    await importTexts(
      database,
      'd',
      'descriptions',
      [named('a.csv', `id,text\n${Array.from({ length: 18 }, (_, item) => `${item},Words on ${item}`).join('\n')}\n`)],
      quiet,
    );
    await importTexts(
      database,
      'd',
      'documents',
      [named('b.json', '{"17":"A whole text","18":"Another whole text"}')],
      quiet,
    );
    await importTexts(database, 'd', 'profiles', [named('c.json', '{"0":"Likes what is round."}')], quiet);
    expect((await surveyStages(database, 'd'))[0]).toMatchObject({ total: 1, without: 19 });
    expect(inputCounts(await openStudy(database, 'd')).imported).toEqual({
      descriptions: { texts: 18, file: 'a.csv' },
      documents: { texts: 2, file: 'b.json' },
      profiles: { texts: 1, file: 'c.json' },
    });
    expect(await run()).toBe('finished');
    const asked = server.requests.filter(({ path }) => path === '/api/chat').map(({ body }) => body);
    expect(asked.filter((body) => body.includes('"seer"'))).toHaveLength(1);
    expect(asked.filter((body) => body.includes('"writer"'))).toHaveLength(USERS - 1);
    const { histories } = await openStudy(database, 'd');
    const user = histories.findIndex((history, index) => index > 0 && history.some((item) => item < 17));
    const item = histories[user]!.find((one) => one < 17)!;
    expect(asked.some((body) => body.includes(`Thing ${item} · Words on ${item}`))).toBe(true);
    // A whole text stands alone, without the title.
    expect(await readEntity(database, 'd', 'item', 17)).toMatchObject({
      given: '',
      text: 'A whole text',
      origin: 'imported',
      inFile: true,
    });
    expect(await readEntity(database, 'd', 'item', 3)).toMatchObject({
      given: 'Thing 3',
      text: 'Words on 3',
      origin: 'imported',
    });
    expect(await readEntity(database, 'd', 'user', 0)).toMatchObject({
      text: 'Likes what is round.',
      origin: 'imported',
    });
    const embedded = server.requests
      .filter(({ path }) => path === '/api/embed')
      .flatMap(({ body }) => (JSON.parse(body) as { input: string[] }).input);
    expect(embedded).toEqual(
      expect.arrayContaining(['A whole text', 'Another whole text', 'Thing 3\nWords on 3', 'Likes what is round.']),
    );

    const document = await deriveDataset(database, 'd', 'n', 'New', quiet);
    if (document.source.kind !== 'reasoning') throw new Error('no provenance');
    expect(document.source.provenance.counts).toMatchObject({
      describedItems: 1,
      profiledUsers: USERS - 1,
      itemsWithoutText: 0,
      imported: { descriptions: 17, documents: 2, profiles: 1 },
    });
    expect(document.problems.map(({ rule, file }) => [rule, file])).toContainEqual(['user-file-provenance', 'c.json']);
    expect(datasetSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);

    // What a person writes, or asks for, goes before; forgetting the file asks the models.
    const job = await readJob(database, 'd');
    await writeJob(database, {
      ...job,
      overrides: {
        items: {
          3: { kind: 'edited', text: 'Mine' },
          4: { kind: 'again', attempt: 0 },
          17: { kind: 'again', attempt: 0 },
        },
        users: {},
      },
    });
    expect(await readEntity(database, 'd', 'item', 3)).toMatchObject({ text: 'Mine', origin: 'own', inFile: true });
    expect((await missing())[0]).toBe(2);
    expect(await readEntity(database, 'd', 'item', 17)).toMatchObject({
      given: 'Thing 17',
      text: null,
      origin: 'model',
    });
    await writeJob(database, job);
    for (const step of ['descriptions', 'documents'] as const) await deleteImported(database, 'd', step);
    expect((await missing())[0]).toBe(ITEMS - 1);
    await deleteDataset(database, 'd');
    expect((await database.texts.keys()).filter((key) => !key.startsWith('answer/'))).toEqual([]);
  });

  it('are read from our own exports, which make the same vectors without any question', async () => {
    await run();
    const [items, users] = [
      await (await makeReasoningFile(database, 'd', 'itemTexts')).text(),
      await (await makeReasoningFile(database, 'd', 'userTexts')).text(),
    ];
    const before = await deriveDataset(database, 'd', 'n', 'New', quiet);
    const asked = server.requests.filter(({ path }) => path === '/api/chat').length;
    await configure({ models: { describe: 'unknown', profile: 'unknown', encode: 'encoder' } });
    expect(await importTexts(database, 'd', 'descriptions', [named('image_text.jsonl', items)], quiet)).toEqual({
      texts: ITEMS,
      strangers: 0,
      empty: 0,
    });
    expect(await importTexts(database, 'd', 'profiles', [named('user_preferences.jsonl', users)], quiet)).toEqual({
      texts: USERS,
      strangers: 0,
      empty: 0,
    });
    expect(await run()).toBe('finished');
    expect(server.requests.filter(({ path }) => path === '/api/chat')).toHaveLength(asked);
    const after = await deriveDataset(database, 'd', 'm', 'New', quiet);
    expect(after.fingerprint).toBe(before.fingerprint);
    expect((await makeReasoningFile(database, 'd', 'userTexts').then((blob) => blob.text())).split('\n')[0]).toMatch(
      /"interactions":null.*"origin":"imported"/,
    );
  });
});

describe('a dataset whose ids were renumbered', () => {
  it('goes out with the ids that came in', async () => {
    const labels = (await readLabels(database, 'd'))!;
    const originalItems = labels.items!.map((_, item) => `B${String(item).padStart(3, '0')}`);
    const originalUsers = labels.users!.map((_, user) => String(user + 1));
    await writeLabels(database, 'd', { ...labels, users: null, originalItems, originalUsers });
    await run();
    const lines = async (what: 'itemTexts' | 'userTexts') =>
      (await (await makeReasoningFile(database, 'd', what)).text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect((await lines('itemTexts'))[7]).toMatchObject({ item: 7, id: 'B007' });
    const profile = (await lines('userTexts'))[2]!;
    expect(profile).toMatchObject({ user: 2, id: '3' });
    expect((profile['history'] as number[]).length).toBeGreaterThan(0);
    expect(profile['historyIds']).toEqual((profile['history'] as number[]).map((item) => originalItems[item]));
    const vectors = await (await makeReasoningFile(database, 'd', 'itemVectors')).text();
    expect(vectors).toContain('image_text_feat.npy');
    expect(vectors).toContain(`index,id,name\n0,B000,${labels.items![0]}\n`);
    expect(await readEntity(database, 'd', 'item', 5)).toMatchObject({ id: 'B005', name: `B005, ${labels.items![5]}` });
    expect(await readEntity(database, 'd', 'user', 5)).toMatchObject({ id: '6', name: 'user 6' });
    const [variant] = await readVariants(database, 'd');
    const pair = await pairsFile(database, 'd', 'item', 5, [variant!, variant!], ['A', 'B']);
    expect(await pair.text()).toContain(`## item B005 (index 5): ${labels.items![5]}\n`);
    const user = await pairsFile(database, 'd', 'user', 5, [variant!, variant!], ['A', 'B']);
    expect(await user.text()).toContain('## user 6 (index 5)\n');
  });
});

describe('two models side by side', () => {
  it('are found with the texts that each gave, after the settings have changed', async () => {
    server.digests = { seer: 'one' };
    await run();
    await configure({ models: { describe: 'other', profile: 'other', encode: 'encoder' } });
    await run();
    await run();
    const variants = await readVariants(database, 'd');
    expect(variants.map(({ describe: model, profile }) => [model, profile.name])).toEqual([
      [{ name: 'seer', digest: 'one' }, 'writer'],
      [{ name: 'other', digest: null }, 'other'],
    ]);
    const [a, b] = variants;
    const both = [a!, b!] as const;
    expect(variantLabels(variants, String)).toEqual(['seer, writer', 'other']);
    expect(variantDifferences(...both)).toEqual(['model that describes images', 'model that writes profiles']);
    // The pair is what the page shows of each model by itself; neither the settings nor an edit of the one decide it.
    const shown = {
      new: await readEntity(database, 'd', 'item', 5),
      newUser: await readEntity(database, 'd', 'user', 2),
    };
    const item = await readPair(database, 'd', 'item', 5, both);
    expect(item.map(({ text }) => /\((\w+), seed 999\)$/.exec(text ?? '')?.[1])).toEqual(['seer', 'other']);
    expect(item[1].text).toBe(shown.new.text);
    expect(item[0].picture).toBe(shown.new.picture);
    const user = await readPair(database, 'd', 'user', 2, both);
    expect(user.map(({ text }) => /\((\w+), seed 999\)$/.exec(text ?? '')?.[1])).toEqual(['writer', 'other']);
    expect(user[1].text).toBe(shown.newUser.text);
    const job = await readJob(database, 'd');
    await writeJob(database, {
      ...job,
      overrides: { items: { 5: { kind: 'edited', text: 'Mine' } }, users: { 2: { kind: 'skipped' } } },
    });
    expect((await readPair(database, 'd', 'item', 5, both)).map(({ text }) => text)).toEqual(
      item.map(({ text }) => text),
    );
    await writeJob(database, job);

    const one = await (await pairsFile(database, 'd', 'item', 5, both, ['A', 'B'])).text();
    expect(one).toBe(
      `# Demo: A beside B\n\n## item 5: ${item[0].name.replace('item 5, ', '')}\n\nThing 5\n\n### A\n\n${item[0].text}\n\n### B\n\n${item[1].text}\n`,
    );
    const all = await (await pairsFile(database, 'd', 'user', null, both, ['A', 'B'])).text();
    expect(all.match(/^## user/gm)).toHaveLength(USERS);
    expect(all).toContain(user[0].text);

    // Another prompt is another one to compare, and says what it differs in.
    await configure({ prompts: { describe: 'Say what it is.', profile: 'Say who it is: {{items}}' } });
    await run();
    const three = await readVariants(database, 'd');
    expect(variantLabels(three, (at) => at.slice(0, 4))).toEqual([
      expect.stringMatching(/^seer, writer \(\d{4}\)$/),
      'other',
      expect.stringMatching(/^seer, writer \(/),
    ]);
    expect(variantDifferences(three[0]!, three[2]!)).toEqual([
      'prompt that describes an image',
      'prompt that profiles a user',
    ]);
    expect(
      (await readPair(database, 'd', 'item', 5, [three[0]!, three[2]!])).map(({ text }) =>
        text?.startsWith('Say what it is.'),
      ),
    ).toEqual([false, true]);
  });
});
