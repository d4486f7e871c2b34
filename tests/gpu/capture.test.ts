import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { MODEL_IDS, negativesOf, protocolOf } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { StepsTaken, TermPoint } from '../../src/domain/run';
import type { Device } from '../../workers/engine/device';
import { readValues } from '../../workers/engine/parameters';
import { newRanker } from '../../workers/engine/ranking';
import { TILES, withTiles } from '../../workers/engine/tiles';
import { withRepresentation } from '../../workers/engine/representation';
import type { LossTermValue, Model } from '../../workers/models/model';
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
  readonly report: StepsTaken | null;
}

/** Tiles of a few users: a ranking has many. */
const SMALL_TILES = { ...TILES, ranking: () => 8 };

const taken = (...given: Parameters<typeof twoEpochs>): Promise<Taken> =>
  withTiles(SMALL_TILES, () => twoEpochs(...given));

/** Two epochs of a model with a ranking after each. */
async function twoEpochs(id: ModelId, changes: Config, device: Device, capture: boolean): Promise<Taken> {
  const study = await tinyStudy(id, { epochs: EPOCHS, batchSize: BATCH, ...changes }, 'webgpu');
  const { config } = study.run.experiment;
  const { data, model } = await builtModel(study);
  const { batchSize } = protocolOf(config);
  const sampler = new Sampler(data.input.train, data.trained, { batchSize, negatives: negativesOf(id, config) }, 1);
  const random = (name: string) => stream(1, name);
  const trainer = new Trainer({ model, sampler, device, config, sizes: data.input, trace: null, random, capture });
  const ranker = newRanker(data.trained, MAX_CUTOFF, capture);
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
  const report = trainer.steps;
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

/** A model whose loss is changed by `plant`. */
async function refusal(
  plant: (loss: Model['loss'], step: () => number) => Model['loss'],
  device: Device,
): Promise<StepsTaken> {
  const study = await tinyStudy('lightgcn', { epochs: 1, batchSize: BATCH }, 'webgpu');
  const { config } = study.run.experiment;
  const { data, model } = await builtModel(study);
  const sampler = new Sampler(
    data.input.train,
    data.trained,
    { batchSize: BATCH, negatives: negativesOf('lightgcn', config) },
    1,
  );
  let step = 0;
  const loss = plant(model.loss.bind(model), () => step);
  const changed: Model = { ...model, loss: (...given) => loss(...given) };
  const random = (name: string) => stream(1, name);
  const trainer = new Trainer({ model: changed, sampler, device, config, sizes: data.input, trace: null, random });
  await trainer.epoch(
    0,
    async () => undefined,
    async () => {
      step += 1;
      return true;
    },
  );
  const { steps } = trainer;
  trainer.dispose();
  model.dispose();
  return steps!;
}

const scaled = (terms: LossTermValue[], by: number | tf.Scalar): LossTermValue[] =>
  terms.map((term) => ({ ...term, value: tf.mul(term.value, by) }));

describeOn('webgpu', 'a step that changes in what it did not declare', (test) => {
  const PLANTED: Readonly<Record<string, [RegExp, Parameters<typeof refusal>[0]]>> = {
    'a number from the host': [
      /not declared/,
      (loss, step) =>
        (...given) =>
          scaled(loss(...given), 1 + step() / 8),
    ],
    'the batch’s size, read on the host': [
      /batch’s count/,
      (loss) => (batch, scope) => scaled(loss(batch, scope), 24 / batch.count),
    ],
    'another operation': [
      /another one|commands instead of/,
      (loss, step) =>
        (...given) =>
          step() % 2 === 0
            ? scaled(loss(...given), 1)
            : loss(...given).map((term) => ({ ...term, value: tf.neg(tf.neg(term.value)) })),
    ],
    'a tensor kept for the next step': [
      /kept after it|disposed in it|another one/,
      (loss) => {
        let kept: tf.Scalar | null = null;
        return (...given) => {
          const terms = loss(...given);
          const before = kept;
          kept = tf.keep(tf.clone(tf.mul<tf.Scalar>(terms[0]!.value, 0.5)));
          const result = before ? scaled(terms, tf.add<tf.Scalar>(tf.mul(before, 0), 1)) : scaled(terms, tf.scalar(1));
          before?.dispose();
          return result;
        };
      },
    ],
  };
  for (const [what, [reason, plant]] of Object.entries(PLANTED))
    test(`(${what}) is refused, with the reason`, async (device) => {
      const steps = await refusal(plant, device);
      expect(steps.refused).toMatch(reason);
      expect(steps.played).toBe(0);
      expect(steps.ordinary).toBeGreaterThan(5);
    });
});
