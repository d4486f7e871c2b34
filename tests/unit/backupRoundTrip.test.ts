import { describe, expect, it } from 'vitest';
import { byKey } from '../../src/domain/metrics';
import { defaultConfig } from '../../src/domain/models/catalogue';
import { newRun, type RunDocument } from '../../src/domain/run';
import { memoryDatabase } from '../../src/storage/database';
import { listDatasets, readFeatures } from '../../src/storage/datasets';
import { writeRun } from '../../src/storage/runs';
import { makeBackup } from '../../workers/sharing/backup';
import { importFiles } from '../../workers/sharing/importFiles';
import { interactionsText, npy } from '../helpers/dataBuilders';
import { mustImport, named } from '../helpers/dataRoom';

const inter = named('toy.inter', interactionsText());
const matrix = npy(8, 4, (row, column) => row + column / 8);
const metrics = byKey(() => 0.1);

interface Case {
  readonly files?: readonly ReturnType<typeof named>[];
  readonly edit?: (run: RunDocument) => RunDocument;
}

/** What the import and the page accept, at and past the lengths that people are used to. */
const CASES: Readonly<Record<string, Case>> = {
  'a feature named in Chinese': { files: [inter, named('图像_feat.npy', matrix)] },
  'a feature name with accents': { files: [inter, named('résumé_feat.npy', matrix)] },
  'a feature name of 150 letters': { files: [inter, named(`${'x'.repeat(150)}_feat.npy`, matrix)] },
  '101 features': { files: [inter, ...Array.from({ length: 101 }, (_, i) => named(`f${i}_feat.npy`, matrix))] },
  'a folder of 1,500 pictures': {
    files: [
      inter,
      ...Array.from({ length: 1500 }, (_, i) => named(`images/${i}.jpg`, Uint8Array.from([0xff, 0xd8, 0xff, i & 255]))),
    ],
  },
  'a path of 1,200 letters': { files: [inter, named(`${'a/'.repeat(600)}image_feat.npy`, matrix)] },
  'ids of 20,000 letters': {
    files: [
      named(
        't.csv',
        `userID,itemID\n${Array.from({ length: 60 }, (_, i) => `${'u'.repeat(20_000)}${i % 5},i${i % 9}\n`).join('')}`,
      ),
    ],
  },
  'a run renamed to 501 letters': { edit: (run) => ({ ...run, name: 'r'.repeat(501) }) },
  'notes of 1.1 million letters': { edit: (run) => ({ ...run, notes: 'n'.repeat(1_100_000) }) },
  'a failure with a long stack': {
    edit: (run) => ({
      ...run,
      status: 'failed',
      fault: { code: 'UNKNOWN', message: 'x', hint: 'y', context: { stack: 's'.repeat(25_000) } },
    }),
  },
  'an option that a later version dropped': {
    edit: (run) => ({ ...run, experiment: { ...run.experiment, config: { ...run.experiment.config, dropped: 3 } } }),
  },
};

describe('a backup gives back', () => {
  for (const [name, { files = [inter], edit = (run: RunDocument) => run }] of Object.entries(CASES)) {
    it(name, async () => {
      const { database, document } = await mustImport(files);
      const { id, name: title, fingerprint } = document;
      const run = newRun(
        'r1',
        'LightGCN',
        {
          model: 'lightgcn',
          config: defaultConfig('lightgcn'),
          seed: 1,
          dataset: { id, name: title, fingerprint },
          backend: 'auto',
          allowSoftware: false,
        },
        '2026-01-01T00:00:00Z',
      );
      const epoch = {
        epoch: 0,
        step: 1,
        learningRate: 0.1,
        terms: {},
        total: 1,
        valid: metrics,
        trainSeconds: 1,
        evaluateSeconds: 1,
      };
      const ended = {
        status: 'finished' as const,
        epochs: [epoch],
        result: { bestEpoch: 0, valid: metrics, test: metrics },
      };
      await writeRun(database, edit({ ...run, ...ended }));
      const { file: backup } = await makeBackup(database, true, new Date(0), () => undefined);
      const target = memoryDatabase();
      const report = await importFiles(
        target,
        [{ path: 'b.lodestone.zip', file: new File([backup], 'b.lodestone.zip') }],
        () => crypto.randomUUID(),
        new Date(0),
        () => undefined,
      );
      expect(report.refused.map(({ fault }) => fault.message)).toEqual([]);
      expect([report.datasets.length, report.runs.length]).toEqual([1, 1]);
      const { readable } = await listDatasets(target);
      const [restored] = readable;
      expect(restored?.fingerprint).toBe(fingerprint);
      const [feature] = document.features;
      if (feature && restored) {
        const values = await readFeatures(target, restored.id, feature);
        expect([...values.slice(0, 5)]).toEqual([0, 0.125, 0.25, 0.375, 1]);
      }
    });
  }
});
