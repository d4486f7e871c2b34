import { readFileSync } from 'node:fs';
import { testHost } from '#test-host';
import { describe, expect, it } from 'vitest';
import { METRIC_KEYS } from '../../src/domain/metrics';
import { memoryDatabase } from '../../src/storage/database';
import { listDatasets, readFeatures, readInteractions, readLabels } from '../../src/storage/datasets';
import { readPaused, readQueue } from '../../src/storage/queue';
import { answerKeys, readJob, readText, readVector } from '../../src/storage/reasoning';
import { moveRuns } from '../../src/storage/runLayout';
import { listRuns, readDetails, readRun } from '../../src/storage/runs';
import { readWeights } from '../../src/storage/weights';
import { chunkRowsFor, digest, fingerprint } from '../../workers/dataset/fingerprint';
import { makeBackup } from '../../workers/sharing/backup';
import { importFiles } from '../../workers/sharing/importFiles';
import { RunControl } from '../../workers/training/control';
import { meanMetrics } from '../../workers/training/metrics';
import { executeRun } from '../../workers/training/run';
import { profile, PROFILES } from '../helpers/profiles';

const FINISHED = ['bpr-run', 'freedom-run', 'lightgcn-run', 'magnet-run', 'simgr-run'];
const OTHERS = ['interrupted-run', 'sweep-run', 'waiting-run'];

it('every version that was released has a profile', () => {
  const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
  const versions = [...changelog.matchAll(/^## \[([\d.]+)\]/gm)].map(([, version]) => version);
  expect(versions.reverse()).toEqual(PROFILES);
});

describe.each(PROFILES)('what %s has stored', (version) => {
  it('opens: datasets with their content', async () => {
    const database = await profile(version);
    const { readable, unreadable } = await listDatasets(database);
    expect(unreadable).toEqual([]);
    expect(readable.map(({ id }) => id).sort()).toEqual(['demo', 'own']);
    for (const dataset of readable) {
      const { users, items } = dataset.statistics;
      const interactions = await readInteractions(database, dataset.id);
      expect(interactions.users).toHaveLength(dataset.statistics.interactions);
      const features = await Promise.all(
        dataset.features.map(async (info) => {
          const values = await readFeatures(database, dataset.id, info);
          expect(info.rows).toBeLessThan(chunkRowsFor(info.columns));
          return { info, digests: [await digest(values)] };
        }),
      );
      expect(await fingerprint({ users, items, interactions, features })).toBe(dataset.fingerprint);
    }
    expect((await readLabels(database, 'own'))?.originalUsers).toContain('u11');
  });

  it('opens: runs with their curves, users and weights, in the list and alone', async () => {
    const database = await profile(version);
    for (const moved of [false, true]) {
      if (moved) await moveRuns(database);
      const { readable, unreadable } = await listRuns(database);
      expect(unreadable).toEqual([]);
      expect(readable.map(({ id }) => id).sort()).toEqual([...FINISHED, ...OTHERS].sort());
      for (const id of FINISHED) {
        const run = await readRun(database, id);
        expect([run.status, run.epochs.length]).toEqual(['finished', 2]);
        const details = await readDetails(database, id);
        const means = meanMetrics(details!.perUser);
        for (const key of METRIC_KEYS) expect(means[key]).toBeCloseTo(run.result!.test[key], 6);
        expect((await readWeights(database, id))?.['represent/users']?.length).toBeGreaterThan(0);
      }
      expect((await readRun(database, 'magnet-run')).epochs[1]?.observed?.['routing']).toBeDefined();
      expect((await readRun(database, 'simgr-run')).findings?.length).toBeGreaterThan(0);
      expect((await readRun(database, 'sweep-run')).group?.sweep?.axes[0]?.values).toEqual([4, 8]);
    }
  });

  it('opens: the queue, settings and answers of the reasoning stage', async () => {
    const database = await profile(version);
    expect(await readQueue(database)).toEqual(['waiting-run', 'sweep-run']);
    expect(await readPaused(database)).toEqual(['sweep-1']);
    expect((await readJob(database, 'demo')).datasetId).toBe('demo');
    expect((await answerKeys(database)).size).toBe(2);
    expect((await readText(database, 'a'.repeat(64)))?.text).toBe('A red hat.');
    expect(await readVector(database, 'b'.repeat(64))).toEqual(Float32Array.of(0.5, -0.25, 1));
  });

  it('goes on: a run whose tab was closed ends from its checkpoint', async () => {
    const database = await profile(version);
    const before = await readRun(database, 'interrupted-run');
    expect(before.epochs.length).toBeGreaterThan(0);
    const after = await executeRun('interrupted-run', {
      database,
      deviceHost: await testHost(false),
      control: new RunControl(),
      emit: () => undefined,
      traceSteps: 0,
    });
    expect(after.fault).toBeNull();
    expect(after).toMatchObject({ status: 'finished', createdAt: before.createdAt });
    expect(after.epochs).toHaveLength(4);
    expect(after.epochs.slice(0, before.epochs.length)).toEqual(before.epochs);
  });

  it('goes into a backup whole, and comes back', async () => {
    const database = await profile(version);
    const { file, report } = await makeBackup(database, true, new Date(0), () => undefined);
    expect(report).toMatchObject({ datasets: 2, runs: 8, asStored: 0 });
    const target = memoryDatabase();
    const back = await importFiles(
      target,
      [{ path: 'b.lodestone.zip', file }],
      () => 'copy',
      new Date(0),
      () => undefined,
    );
    expect(back).toMatchObject({ refused: [], answers: 2, weights: FINISHED.length });
    for (const id of FINISHED) expect(await readRun(target, id)).toEqual(await readRun(database, id));
  });
});
