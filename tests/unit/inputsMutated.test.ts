import { serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { sharedStudy } from '../../src/domain/shared';
import { datasetArchive } from '../../src/sharing/datasetArchive';
import { decodeStudy, encodeStudy } from '../../src/sharing/link';
import { memoryDatabase, TABLE_NAMES, type Database } from '../../src/storage/database';
import { readDataset } from '../../src/storage/datasets';
import { readRun, writeRun } from '../../src/storage/runs';
import { writeAnswers } from '../../src/storage/reasoning';
import { makeBackup } from '../../workers/sharing/backup';
import { exportStudy, exportWeights } from '../../workers/sharing/exportRuns';
import { importFiles } from '../../workers/sharing/importFiles';
import { join, zipOf, type Bytes } from '../helpers/dataBuilders';
import { tryImport } from '../helpers/dataRoom';
import { Dice, mutated, mutatedJson } from '../helpers/mutations';
import { Slowest } from '../helpers/processorTime';
import { copyOf, executed, tinyStudy, type Stored } from '../helpers/runs';
import { soak } from '../helpers/soak';
import { partsOf } from '../helpers/zipParts';

const LINKS = soak ? 10_000 : 400;
const FILES = soak ? 10_000 : 300;
const BACKUPS = soak ? 1_000 : 60;
const LONG = { timeout: 1_800_000 };
const NOW = new Date('2026-03-04T05:06:07.000Z');

const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer());
const text = (bytes: Bytes): string => new TextDecoder().decode(bytes);
const encoded = (json: string): Bytes => new TextEncoder().encode(json);

/** Everything that is stored, by table and key. */
async function contentOf(database: Database): Promise<Map<string, Buffer>> {
  const content = new Map<string, Buffer>();
  for (const name of TABLE_NAMES)
    for (const key of await database[name].keys())
      content.set(`${name}/${key}`, serialize(await database[name].get(key)));
  return content;
}
const same = (a: Buffer | undefined, b: Buffer | undefined): boolean => (a && b ? a.equals(b) : a === b);

type Parts = Awaited<ReturnType<typeof partsOf>>;

let theirs: Stored;
let study: Bytes;
let weights: Bytes;
let dataset: Parts;
let backup: Parts;
/** What is here before an input comes: other datasets and runs, one of them without its dataset. */
let mine: Database;
let before: Map<string, Buffer>;

beforeAll(async () => {
  const stored = await tinyStudy('magnet', { epochs: 1 }, 'cpu');
  theirs = { ...stored, run: await executed(stored, 'cpu') };
  await writeAnswers(theirs.database, [
    [
      'a'.repeat(64),
      { text: 'Red.', model: 'm', at: NOW.toISOString(), promptTokens: 9, answerTokens: null, cut: false },
    ],
    ['b'.repeat(64), { vector: Float32Array.of(0.5, -1.25) }],
  ]);
  study = await bytesOf(await exportStudy(theirs.database, ['run'], NOW));
  weights = await bytesOf(await exportWeights(theirs.database, 'run'));
  dataset = await partsOf('small.zip', await bytesOf(await datasetArchive(theirs.database, 'small', () => undefined)));
  backup = await partsOf('b.zip', await bytesOf((await makeBackup(theirs.database, true, NOW, () => undefined)).file));
  const other = await tinyStudy('lightgcn', { epochs: 1 }, 'cpu');
  mine = memoryDatabase();
  const run = await readRun(other.database, 'run');
  await writeRun(mine, { ...run, id: 'mine', status: 'stopped', notes: 'mine' });
  const { fingerprint } = run.experiment.dataset;
  await writeRun(mine, {
    ...run,
    id: 'alone',
    status: 'stopped',
    experiment: {
      ...run.experiment,
      dataset: { id: 'gone', name: 'Gone', fingerprint: fingerprint.replace(/./g, 'e') },
    },
  });
  before = await contentOf(mine);
}, 120_000);

/** Nothing that was here has changed; of what came every part belongs to a dataset or run; nothing at all where all was refused. */
async function check(database: Database, taken: boolean): Promise<void> {
  const after = await contentOf(database);
  if (!taken) expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [key, value] of before) if (!same(value, after.get(key))) throw new Error(`${key} was changed.`);
  const owners = (table: 'datasets' | 'runs'): Promise<string[]> => database[table].keys();
  const [datasets, runs] = [await owners('datasets'), await owners('runs')];
  for (const key of await database.features.keys()) expect(datasets).toContain(key.split('/')[0]);
  for (const key of await database.checkpoints.keys()) expect(runs).toContain(key.split('/')[0]);
  // What was taken can be read.
  for (const id of datasets) await readDataset(database, id);
  for (const id of new Set(runs.map((key) => key.split('/')[0]!))) if (id !== 'layout') await readRun(database, id);
  expect(Object.prototype).not.toHaveProperty('polluted');
}

type Outcome = 'refused' | 'taken';

/** Imports a file where runs are imported, beside the runs' own file where it is weights. */
async function importRuns(
  path: string,
  bytes: Bytes,
  beside: readonly { path: string; file: Blob }[] = [],
): Promise<Outcome> {
  const database = await copyOf(mine);
  let id = 0;
  const report = await importFiles(
    database,
    [...beside, { path, file: new Blob([bytes]) }],
    () => `new-${id++}`,
    NOW,
    () => undefined,
  );
  for (const { fault } of report.refused) expect(fault.code).toMatch(/^(STUDY|ZIP|WEIGHTS|FILE|LINK|GZIP)_/);
  const taken = report.runs.length + report.datasets.length + report.weights + report.answers > 0;
  await check(database, taken);
  return report.refused.length > 0 ? 'refused' : 'taken';
}

/** An archive in which one file is changed, or that is changed as a whole; checksums are right in most, to reach what reads the files. */
function changedArchive(parts: Readonly<Parts>, dice: Dice): Bytes {
  if (dice.below(6) === 0) {
    const whole = zipOf(parts);
    return mutated(whole, whole, dice);
  }
  const chosen = dice.below(parts.length);
  if (dice.below(12) === 0) return zipOf(parts.filter((_, i) => i !== chosen));
  if (dice.below(12) === 0)
    return zipOf(parts.map((part, i) => (i === chosen ? { ...part, name: dice.of(parts).name } : part)));
  return zipOf(
    parts.map((part, i) => (i === chosen ? { ...part, content: changedFile(part.name, part.content, dice) } : part)),
  );
}

function changedFile(name: string, content: Bytes, dice: Dice): Bytes {
  if (content.length === 0) return encoded('x');
  return name.endsWith('.json') ? encoded(mutatedJson(text(content), dice)) : mutated(content, study, dice);
}

const KINDS: Readonly<Record<string, (dice: Dice) => Promise<Outcome>>> = {
  study: (dice) => importRuns('a.lodestone.json', encoded(mutatedJson(text(study), dice))),
  'study, bytes': (dice) => importRuns('a.lodestone.json', mutated(study, weights, dice)),
  weights: (dice) =>
    importRuns('w.safetensors', mutated(weights, study, dice), [{ path: 'a.lodestone.json', file: new Blob([study]) }]),
  'weights, their header': (dice) => {
    const end = 8 + Number(new DataView(weights.buffer).getBigUint64(0, true));
    const header = encoded(mutatedJson(text(weights.slice(8, end)).trim(), dice));
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
    return importRuns('w.safetensors', join(length, header, weights.slice(end)), [
      { path: 'a.lodestone.json', file: new Blob([study]) },
    ]);
  },
  'dataset archive': async (dice) => {
    const database = await copyOf(mine);
    const file = new Blob([changedArchive(dataset, dice)]);
    const { document } = await tryImport([{ path: 'small.zip', file }], {}, database);
    await check(database, document !== null);
    return document ? 'taken' : 'refused';
  },
};

describe('inputs with changes in them end in an error with a code or are taken, soon, and change nothing that is here', () => {
  it(`${LINKS} links`, LONG, async () => {
    const dice = new Dice(31);
    const slowest = new Slowest();
    const counts = { read: 0, refused: 0 };
    const link = await encodeStudy(
      sharedStudy([theirs.run], [await readDataset(theirs.database, 'small')], { points: 40, routing: true }),
    );
    const json = text(new Uint8Array(inflateRawSync(Buffer.from(link.slice(4), 'base64url'))));
    for (let i = 0; i < LINKS; i++) {
      const bytes = encoded(link);
      const changed =
        i % 3 === 0
          ? text(mutated(bytes, bytes, dice))
          : `x=1.${Buffer.from(deflateRawSync(mutatedJson(json, dice))).toString('base64url')}`;
      const outcome = await slowest.time(`link ${i}`, () =>
        decodeStudy(changed).then(
          () => 'read' as const,
          (error: unknown) => {
            if (!(error instanceof AppError) || !error.code.startsWith('LINK_')) throw error;
            return 'refused' as const;
          },
        ),
      );
      counts[outcome] += 1;
    }
    slowest.expectSoon(counts);
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(LINKS / 100);
  });

  it(`${FILES} files of runs, weights and datasets`, LONG, async () => {
    const dice = new Dice(32);
    const slowest = new Slowest();
    const counts: Record<string, number> = {};
    const names = Object.keys(KINDS);
    for (let i = 0; i < FILES; i++) {
      const kind = names[i % names.length]!;
      const outcome = await slowest.time(`${kind} ${i}`, () => KINDS[kind]!(dice));
      counts[`${kind}, ${outcome}`] = (counts[`${kind}, ${outcome}`] ?? 0) + 1;
    }
    slowest.expectSoon(counts);
    for (const kind of names) expect(counts[`${kind}, refused`], kind).toBeGreaterThan(0);
  });

  it(`${BACKUPS} backups`, LONG, async () => {
    const dice = new Dice(33);
    const slowest = new Slowest();
    const counts = { taken: 0, refused: 0 };
    for (let i = 0; i < BACKUPS; i++)
      counts[await slowest.time(`backup ${i}`, () => importRuns('b.lodestone.zip', changedArchive(backup, dice)))] += 1;
    slowest.expectSoon(counts);
    expect(counts.refused).toBeGreaterThan(0);
  });
});
