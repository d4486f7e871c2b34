import { expect } from 'vitest';
import { MODEL_IDS, negativesOf, protocolOf } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { TermPoint } from '../../src/domain/run';
import type { RepeatedReport } from '../../workers/engine/capture/repeated';
import type { Device } from '../../workers/engine/device';
import { readValues } from '../../workers/engine/parameters';
import { newRanker } from '../../workers/engine/ranking';
import { withRepresentation } from '../../workers/engine/representation';
import { stream } from '../../workers/numbers/rng';
import { evaluate, heldOut } from '../../workers/training/evaluator';
import { MAX_CUTOFF } from '../../workers/training/metrics';
import { Sampler } from '../../workers/training/sampler';
import { Trainer } from '../../workers/training/trainer';
import { builtModel } from '../helpers/dataset';
import { describeOn } from '../helpers/device';
import { tinyStudy } from '../helpers/runs';

const EPOCHS = 2;
/** Many steps an epoch. */
const BATCH = 24;

interface Taken {
  readonly points: readonly TermPoint[];
  readonly means: unknown;
  readonly rankings: unknown;
  readonly parameters: Record<string, Float32Array>;
  readonly report: RepeatedReport | null;
}

/** Two epochs of a model with a ranking after each. */
async function taken(id: ModelId, changes: Config, device: Device, capture: boolean): Promise<Taken> {
  const study = await tinyStudy(id, { epochs: EPOCHS, batchSize: BATCH, ...changes }, 'webgpu');
  const { config } = study.run.experiment;
  const { data, model } = await builtModel(study);
  const { batchSize } = protocolOf(config);
  const sampler = new Sampler(data.input.train, data.trained, { batchSize, negatives: negativesOf(id, config) }, 1);
  const random = (name: string) => stream(1, name);
  const trainer = new Trainer({ model, sampler, device, config, sizes: data.input, trace: null, random, capture });
  const ranker = newRanker(data.trained, MAX_CUTOFF);
  const target = heldOut(data.interactions, 1, data.trained, data.thresholds);
  const points: TermPoint[] = [];
  const means: unknown[] = [];
  const rankings: unknown[] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    means.push(
      await trainer.epoch(
        epoch,
        async (point) => void points.push(point),
        async () => true,
      ),
    );
    await model.prepareRanking?.();
    const ranked = await withRepresentation(
      () => model.represent(),
      (representation) => evaluate(ranker, representation, target, async () => true),
    );
    rankings.push({ items: ranked?.topItems, scores: ranked?.topScores });
  }
  const parameters = await readValues(model.parameters);
  const report = trainer.capture;
  trainer.dispose();
  ranker.dispose();
  model.dispose();
  return { points, means, rankings, parameters, report };
}

describeOn('webgpu', 'steps that are played from a capture', (test) => {
  for (const id of MODEL_IDS)
    test(`of ${id} have the bits of steps that are not`, async (device) => {
      const ordinary = await taken(id, {}, device, false);
      const { report, ...captured } = await taken(id, {}, device, true);
      expect(ordinary.report).toBeNull();
      expect(report).toMatchObject({ refused: null });
      expect(report!.played).toBeGreaterThan(report!.ordinary);
      expect({ ...captured, report: null }).toEqual(ordinary);
    });
});
