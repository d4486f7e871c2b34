import { describe, expect, it } from 'vitest';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { writeDetails, writeRun } from '../../src/storage/runs';
import { writeWeights } from '../../src/storage/weights';
import { generateDemo } from '../../workers/dataset/demo';
import { importFiles } from '../../workers/sharing/importFiles';
import { makeBackup } from '../../workers/sharing/backup';
import { exportRaw } from '../../workers/sharing/rawFile';
import { blobSource } from '../../workers/formats/source';
import { zip } from '../../workers/formats/zip';
import { contentOf, details, finishedRun } from '../helpers/storedRuns';

const NOW = new Date('2026-11-28T12:00:00.000Z');

const ARRAYS: Readonly<Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>> = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint8Array,
  DataView,
};

interface Tagged {
  readonly $: string;
  readonly base64: string;
  readonly entries: [unknown, unknown][];
  readonly values: unknown[];
  readonly is: string;
  readonly time: number;
  readonly digits: string;
  readonly type: string;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(base64, 'base64'));

/** What `rawJson` wrote, as a reader of the file would take it. */
function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value === null) return value;
  if (!('$' in value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decoded(one)] as const));
  const { $: kind, base64, entries, values, is, time, digits, type } = value as Tagged;
  switch (kind) {
    case 'Map':
      return new Map(entries.map(([key, one]) => [decoded(key), decoded(one)]));
    case 'Set':
      return new Set(values.map(decoded));
    case 'Object':
      return Object.fromEntries(entries.map(([key, one]) => [key, decoded(one)]));
    case 'Undefined':
      return undefined;
    case 'Number':
      return Number(is);
    case 'BigInt':
      return BigInt(digits);
    case 'Date':
      return new Date(time);
    case 'ArrayBuffer':
      return bytesOf(base64).buffer;
    case 'Blob':
      return new Blob([bytesOf(base64)], { type });
    default:
      return new ARRAYS[kind]!(bytesOf(base64).buffer);
  }
}

interface RawFile {
  readonly format: string;
  readonly version: number;
  readonly entries: { readonly table: string; readonly key: string; readonly value: unknown }[];
}

async function read(file: Blob): Promise<Record<string, unknown>> {
  const { format, version, entries } = JSON.parse(await file.text()) as RawFile;
  expect([format, version]).toEqual(['lodestone/raw', 1]);
  return Object.fromEntries(entries.map(({ table, key, value }) => [`${table} ${key}`, decoded(value)]));
}

const STRANGE = {
  numbers: [NaN, -0, Infinity, -Infinity, 1.5],
  nothing: undefined,
  big: 12n,
  when: new Date(0),
  map: new Map<unknown, unknown>([[3, { $: 'own' }]]),
  set: new Set(['a']),
  part: new Float32Array([0, 1, 2, 3]).subarray(1, 3),
  view: new DataView(new ArrayBuffer(3)),
  buffer: Uint8Array.of(1, 2, 255).buffer,
  long: Float64Array.from({ length: 100 }, (_, place) => Math.sin(place)),
  $: 'a name of its own',
};

/** A run of another model with all that may lie beside it, and another run whose id begins alike. */
async function strangeDatabase(): Promise<Database> {
  const database = memoryDatabase();
  const run = finishedRun('r1', 3);
  await writeRun(database, run);
  await database.runs.set('r1', { ...run, experiment: { ...run.experiment, model: 'xyz' } });
  await writeDetails(database, 'r1', details);
  await database.runs.set('r1/strange', STRANGE);
  await writeWeights(database, 'r1', { item: Float32Array.of(1, 2, 3) });
  await database.settings.set('edits/r1', { notes: 'n' });
  await writeRun(database, finishedRun('r12', 1));
  return database;
}

describe('a run that is exported as it is', () => {
  it('holds every value under its id, byte by byte, and no other', async () => {
    const database = await strangeDatabase();
    const before = await contentOf(database);
    const held = await read(await exportRaw(database, 'run', 'r1', NOW));
    const own = Object.fromEntries(Object.entries(before).filter(([key]) => / (edits\/)?r1(\/|$)/.test(key)));
    expect(Object.keys(own)).toHaveLength(7);
    expect(held).toEqual(own);
    expect(await contentOf(database)).toEqual(before);
  });

  it('holds a long array whole, though it is written in pieces', async () => {
    const database = memoryDatabase();
    const long = Uint8Array.from({ length: 7 * 2 ** 20 + 5 }, (_, place) => (place * 7919) >> 5);
    await database.runs.set('long', long);
    const [held] = Object.values(await read(await exportRaw(database, 'run', 'long', NOW))) as Uint8Array[];
    expect(Buffer.compare(Buffer.from(held!), Buffer.from(long))).toBe(0);
  });

  it('may hold itself, and files', async () => {
    const database = memoryDatabase();
    const round: Record<string, unknown> = { name: 'round' };
    round['self'] = [round];
    await database.runs.set('round', round);
    const file = await exportRaw(database, 'run', 'round', NOW);
    expect((JSON.parse(await file.text()) as RawFile).entries[0]!.value).toEqual({
      name: 'round',
      self: [{ $: 'Above', levels: 2 }],
    });
    const blob = new Blob(['abc'], { type: 'text/plain' });
    const holding: Database = { ...database, runs: { ...database.runs, get: async () => blob } };
    const [held] = Object.values(await read(await exportRaw(holding, 'run', 'round', NOW))) as Blob[];
    expect([await held!.text(), held!.type]).toEqual(['abc', 'text/plain']);
  });
});

describe('a dataset that is exported as it is', () => {
  it('holds its document, its content and what was set for it', async () => {
    const database = memoryDatabase();
    await generateDemo(database, 'demo', { seed: 7, users: 48, items: 40, variant: 'plain' });
    await generateDemo(database, 'demo2', { seed: 8, users: 48, items: 40, variant: 'plain' });
    for (const key of ['job/demo', 'asked/demo', 'input/demo', 'input/demo/picture/3', 'imported/demo/profiles'])
      await database.texts.set(key, { key, bytes: Uint8Array.of(1) });
    await database.texts.set('answer/x', { text: 'of any dataset' });
    const own = Object.entries(await contentOf(database)).filter(([key]) => /[ /]demo(\/|$)/.test(key));
    expect(own.length).toBeGreaterThan(8);
    expect(await read(await exportRaw(database, 'dataset', 'demo', NOW))).toEqual(Object.fromEntries(own));
  });
});

describe('a backup of a database in which not all can be read', () => {
  const filesOf = async (backup: Blob): Promise<Map<string, Blob>> => {
    const opened = await zip.open(blobSource('b.zip', backup), {});
    const files = new Map<string, Blob>();
    for (const entry of opened.kind === 'archive' ? opened.entries : []) {
      const parts: BlobPart[] = [];
      for await (const chunk of entry.chunks({})) parts.push(chunk);
      files.set(entry.path.replace('b.zip/', ''), new Blob(parts));
    }
    return files;
  };

  it('has what cannot be read as it is stored, and brings back the rest', async () => {
    const database = await strangeDatabase();
    await generateDemo(database, 'demo', { seed: 7, users: 48, items: 40, variant: 'plain' });
    await generateDemo(database, 'holed', { seed: 8, users: 48, items: 40, variant: 'plain' });
    const [chunk] = (await database.features.keys('holed/')).filter((key) => /\/0+$/.test(key));
    await database.features.set(chunk!, new Float64Array(3));
    await database.datasets.set('newer', { version: 2, name: 'Newer' });
    await writeRun(database, finishedRun('cut', 2));
    await database.runs.set('cut/document', { version: 1 });
    await writeRun(database, finishedRun('unweighted', 2));
    await database.checkpoints.set('unweighted/weights', { item: 'gone' });
    await database.texts.set(`answer/${'a'.repeat(64)}`, { text: 3 });
    const before = await contentOf(database);

    const { file: backup } = await makeBackup(database, true, NOW, () => undefined);
    const files = await filesOf(backup);
    expect([...files.keys()].filter((name) => !/^datasets\/demo\//.test(name)).sort()).toEqual([
      'answers/0.json',
      'backup.json',
      'runs/r12.lodestone.json',
      'runs/unweighted.lodestone.json',
      'unreadable/answers.json',
      'unreadable/datasets/holed.json',
      'unreadable/datasets/newer.json',
      'unreadable/runs/cut.json',
      'unreadable/runs/r1.json',
      'unreadable/runs/unweighted.json',
    ]);
    expect(await read(files.get('unreadable/runs/r1.json')!)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([key]) => / (edits\/)?r1(\/|$)/.test(key))),
    );
    expect(await contentOf(database)).toEqual(before);

    const fresh = memoryDatabase();
    const report = await importFiles(
      fresh,
      [{ path: 'b.lodestone.zip', file: backup }],
      () => 'n',
      NOW,
      () => undefined,
    );
    expect(report).toMatchObject({
      runs: [{ id: 'r12' }, { id: 'unweighted' }, { id: 'r1' }, { id: 'cut' }],
      datasets: [{ id: 'demo' }, { id: 'newer' }, { id: 'holed' }],
      refused: [],
    });
    const after = await contentOf(fresh);
    for (const id of ['r1', 'cut', 'holed', 'newer'])
      for (const [key, value] of Object.entries(before))
        if (new RegExp(` (\\w+/)?${id}(/|$)`).test(key)) expect(after[key], key).toEqual(value);
    const again = await importFiles(
      fresh,
      [{ path: 'b.lodestone.zip', file: backup }],
      () => 'n',
      NOW,
      () => undefined,
    );
    expect(again).toMatchObject({ runs: [], datasets: [], refused: [] });
    expect(await contentOf(fresh)).toEqual(after);
  });

  it('brings nothing back over what cannot be read', async () => {
    const whole = memoryDatabase();
    await generateDemo(whole, 'demo', { seed: 7, users: 48, items: 40, variant: 'plain' });
    await writeRun(whole, finishedRun('r1', 3));
    const { file: backup } = await makeBackup(whole, true, NOW, () => undefined);
    const database = await strangeDatabase();
    await database.datasets.set('demo', { version: 2 });
    await database.features.set('demo/interactions', 'of another form');
    const before = await contentOf(database);
    let made = 0;
    const report = await importFiles(
      database,
      [{ path: 'b.lodestone.zip', file: backup }],
      () => `n${made++}`,
      NOW,
      () => undefined,
    );
    expect(report).toMatchObject({ runs: [{ id: 'n1' }], datasets: [{ id: 'n0' }], copies: 1, refused: [] });
    expect(await contentOf(database)).toMatchObject(before);
  });
});
