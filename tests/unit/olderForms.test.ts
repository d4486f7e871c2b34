import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRIC_KEYS } from '../../src/domain/metrics';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import type { SharedStudy } from '../../src/domain/shared';
import { decodeStudy } from '../../src/sharing/link';
import { decodeStudyFile } from '../../src/sharing/studyFile';
import { decodeWeights } from '../../src/sharing/weightsFile';
import { meanMetrics } from '../../workers/training/metrics';

/** What was given out once is read for ever, and means what it meant. */
const fixture = (name: string): Buffer<ArrayBuffer> =>
  readFileSync(new URL(`../fixtures/shared/${name}`, import.meta.url));

describe('form 1', () => {
  const links = JSON.parse(fixture('links-1.json').toString()) as { link: string; study: SharedStudy }[];

  it('of a link is there for every model of its day', () => {
    expect(links.map(({ study }) => study.runs[0]!.model).filter((model) => MODEL_IDS.includes(model))).toHaveLength(
      11,
    );
  });

  it.each(links.map(({ link, study }) => [study.runs[0]!.model, link, study] as const))(
    'of a link gives %s the options it was given out with, defaults of the day included',
    async (_model, link, study) => {
      expect(await decodeStudy(link)).toMatchObject(study);
    },
  );

  it('of a study file gives a run back, with what every user got', async () => {
    const file = fixture('study-1.lodestone.json');
    const { runs } = await decodeStudyFile('study-1.lodestone.json', new Blob([file]));
    const [written] = (JSON.parse(file.toString()) as { runs: { run: object }[] }).runs;
    const [{ run, details }] = [runs[0]!];
    expect(run).toMatchObject(written!.run);
    expect(run.epochs).toHaveLength(3);
    expect(run.epochs[2]!.observed!['routing']!.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    // The means of what the users got are the result.
    const means = meanMetrics(details!.perUser);
    for (const key of METRIC_KEYS) expect(means[key]).toBeCloseTo(run.result!.test[key], 6);
    expect(details!.topItems).toHaveLength(details!.perUser.users.length * 50);
  });

  it('of a weights file gives the arrays back', () => {
    const { runId, best } = decodeWeights('weights-1.safetensors', new Uint8Array(fixture('weights-1.safetensors')));
    expect(runId).toBe('run');
    expect(best.shapes).toMatchObject({ userEmbedding: [48, 8], itemEmbedding: [40, 8], 'represent/items': [40, 81] });
    // As NumPy reads the same bytes.
    const sum = best.arrays['represent/items']!.reduce((total, value) => total + Math.abs(value), 0);
    expect(sum).toBeCloseTo(520.644349, 3);
  });
});
