import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { newRun, type RunDocument } from '../../src/domain/run';
import { sharedStudy } from '../../src/domain/shared';
import { completeConfig } from '../../src/domain/models/catalogue';
import { APP_VERSION } from '../../src/domain/version';
import { decodeStudy, encodeStudy } from '../../src/sharing/link';
import { decodeStudyFile, encodeStudyFile } from '../../src/sharing/studyFile';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { writeRun } from '../../src/storage/runs';
import { blobSource } from '../../workers/formats/source';
import { zip } from '../../workers/formats/zip';
import { makeBackup } from '../../workers/sharing/backup';
import { openBackup } from '../../workers/sharing/openBackup';

const MADE = '2026-01-01T00:00:00.000Z';
const run = newRun(
  'run',
  'a run',
  {
    model: 'bpr',
    config: completeConfig('bpr', {}),
    seed: 1,
    dataset: { id: 'd', name: 'Demo', fingerprint: 'ab'.repeat(32) },
    backend: 'cpu',
    allowSoftware: false,
  },
  MADE,
);
const without = ({ app: _app, ...document }: RunDocument): RunDocument => document;
const studyOf = (one: RunDocument) => sharedStudy([one], [], { points: 0, routing: false });

describe('the version of the app', () => {
  it('is that of package.json', () => {
    const text = readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(APP_VERSION).toBe(version);
  });

  it('is that of CITATION.cff and has a section in the changelog', () => {
    const read = (name: string): string =>
      readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
    expect(read('CITATION.cff')).toContain(`\nversion: ${APP_VERSION}\n`);
    expect(read('CHANGELOG.md')).toContain(`\n## [${APP_VERSION}]`);
  });

  it('is in a run, and comes back with its file', async () => {
    expect(run.app).toBe(APP_VERSION);
    const older: RunDocument = { ...run, app: '0.1.9' };
    const file = await encodeStudyFile(
      { datasets: studyOf(older).datasets, runs: [{ run: older, details: null }] },
      MADE,
    );
    expect(JSON.parse(await file.text())).toMatchObject({ app: APP_VERSION, runs: [{ run: { app: '0.1.9' } }] });
    expect((await decodeStudyFile('a', file)).runs[0]?.run).toEqual(older);
  });

  it('is in a link, and comes back', async () => {
    const study = studyOf(run);
    expect(study.app).toBe(APP_VERSION);
    expect(await decodeStudy(await encodeStudy(study))).toEqual(study);
  });
});

describe('what was made before versions were written', () => {
  it('opens: a study file', async () => {
    const study = { datasets: studyOf(run).datasets, runs: [{ run: without(run), details: null }] };
    const { app, ...file } = JSON.parse(await (await encodeStudyFile(study, MADE)).text()) as Record<string, unknown>;
    expect(app).toBe(APP_VERSION);
    expect(await decodeStudyFile('a', new Blob([JSON.stringify(file)]))).toEqual(study);
  });

  it('opens: a link', async () => {
    const { app: _app, ...study } = studyOf(without(run));
    const read = await decodeStudy(await encodeStudy(study));
    expect(read).toEqual(study);
    expect(read).not.toHaveProperty('app');
  });
});

describe('a backup', () => {
  let database: Database;
  beforeAll(async () => {
    database = memoryDatabase();
    await writeRun(database, run);
  });

  it('says which version made it and opens', async () => {
    const { file: backup } = await makeBackup(database, false, new Date(MADE), () => undefined);
    const opened = await zip.open(blobSource('b', backup), {});
    const head = opened.kind === 'archive' ? opened.entries.find(({ path }) => path === 'b/backup.json') : undefined;
    const parts: Uint8Array[] = [];
    for await (const chunk of head!.chunks({})) parts.push(chunk);
    expect(JSON.parse(Buffer.concat(parts).toString())).toMatchObject({ version: 1, app: APP_VERSION });
    expect((await (await openBackup('b', backup)).study('run')).runs[0]?.run.app).toBe(APP_VERSION);
  });
});
