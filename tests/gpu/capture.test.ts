import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { StepsTaken, TermPoint } from '../../src/domain/run';
import { isWebGPU, submitRecorded } from '../../workers/engine/backends';
import { hook } from '../../workers/engine/capture/hook';
import type { Device } from '../../workers/engine/device';
import { readValues } from '../../workers/engine/parameters';
import { newRanker } from '../../workers/engine/ranking';
import { TILES, withTiles } from '../../workers/engine/tiles';
import { withRepresentation } from '../../workers/engine/representation';
import { eachTerm, type LossTerms } from '../../workers/engine/step';
import type { LossTermValue, Model } from '../../workers/models/model';
import { stream } from '../../workers/numbers/rng';
import { evaluate, heldOut } from '../../workers/training/evaluator';
import { MAX_CUTOFF } from '../../workers/training/metrics';
import { newBatches } from '../../workers/training/batches';
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

/** A model with its trainer, as a run begins them. */
async function begun(id: ModelId, changes: Config, device: Device, capture: boolean) {
  const study = await tinyStudy(id, { epochs: EPOCHS, batchSize: BATCH, ...changes }, 'webgpu');
  const { config } = study.run.experiment;
  const { data, model } = await builtModel(study);
  const sampler = newBatches(id, config, data, 1);
  const random = (name: string) => stream(1, name);
  const trainer = new Trainer({ model, sampler, device, config, sizes: data.input, trace: null, random, capture });
  return { data, config, model, sampler, trainer };
}

/** Two epochs of a model with a ranking after each. `breakAt`: after so many steps another trainer goes on from what this one leaves. */
async function twoEpochs(
  id: ModelId,
  changes: Config,
  device: Device,
  capture: boolean,
  breakAt = Infinity,
): Promise<Taken> {
  let run = await begun(id, changes, device, capture);
  const ranker = newRanker(run.data.trained, MAX_CUTOFF, capture);
  const target = heldOut(run.data.interactions, 1, run.data.trained, run.data.thresholds);
  const points: TermPoint[] = [];
  const means: unknown[] = [];
  const rankings: unknown[] = [];
  const epochOf = (epoch: number, until: number) =>
    run.trainer.epoch(
      epoch,
      async (point) => void points.push(point),
      async () => run.trainer.step < until,
    );
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    let mean = await epochOf(epoch, breakAt);
    if (!mean) {
      const [state, drawn] = [await run.trainer.state(), run.sampler.state()];
      run.trainer.dispose();
      run.model.dispose();
      run = await begun(id, changes, device, capture);
      run.trainer.restore(state);
      run.sampler.restore(drawn);
      mean = await epochOf(epoch, Infinity);
    }
    means.push(mean);
    const { model } = run;
    await model.prepareRanking?.();
    const ranked = await withRepresentation(
      () => model.represent(),
      (representation) => evaluate(ranker, representation, target, async () => true),
    );
    rankings.push({ items: ranked?.topItems, scores: ranked?.topScores });
  }
  const { trainer, model } = run;
  const parameters = await readValues(model.parameters);
  const report = trainer.steps;
  trainer.dispose();
  ranker.dispose();
  model.dispose();
  return { points, means, rankings, parameters, report };
}

/** MAGNET's stage is switched on the device, after some steps of its own. */
const SWITCHED: Config = { coverageWindow: 2, entropyThreshold: 0, minCoverageEpochs: 0 };
const CASES: readonly [ModelId, Config][] = [
  ...MODEL_IDS.map((id): [ModelId, Config] => [id, {}]),
  ['magnet', SWITCHED],
];

describeOn('webgpu', 'steps that are played from a capture', (test) => {
  for (const [id, changes] of CASES)
    test(`of ${id}${changes === SWITCHED ? ' with a switch of stages' : ''} have the bits of steps that are not`, async (device) => {
      const ordinary = await taken(id, changes, device, false);
      const { report, ...captured } = await taken(id, changes, device, true);
      expect(ordinary.report).toBeNull();
      const threadMs = { played: expect.any(Number), ordinary: expect.any(Number) };
      expect(report).toMatchObject({ refused: null, threadMs });
      expect(report!.played).toBeGreaterThan(report!.ordinary);
      expect({ ...captured, report: null }).toEqual(ordinary);
      if (changes === SWITCHED) {
        const stages = captured.points.map(({ observed }) => observed!['stage']!);
        expect(Math.min(...stages)).toBeLessThan(2);
        expect(Math.max(...stages)).toBe(2);
      }
    });

  for (const id of ['lightgcn', 'freedom', 'lattice', 'magnet'] as const)
    test(`of ${id} go on in the middle of an epoch as if nothing had been`, async (device) => {
      const whole = await taken(id, {}, device, false);
      const steps = whole.points.at(-1)!.step / EPOCHS;
      // At the end of a reporting interval, in the second epoch, when steps are played.
      const breakAt = whole.points.find(({ step }) => step >= 1.5 * steps)!.step;
      const { report, ...broken } = await taken(id, {}, device, true, breakAt);
      expect(report!.played).toBeGreaterThan(0);
      expect({ ...broken, report: null }).toEqual(whole);
    });

  test('hold no more memory than those that are not, and give it back', async (device) => {
    const backend: unknown = tf.backend();
    if (!isWebGPU(backend)) throw new Error('This is not WebGPU.');
    const { bufferManager } = backend;
    const peakOf = async (capture: boolean): Promise<number> => {
      const { model, trainer } = await begun('mgcn', {}, device, capture);
      const epochOf = (epoch: number) =>
        trainer.epoch(
          epoch,
          async () => undefined,
          async () => true,
        );
      await epochOf(0);
      submitRecorded(backend);
      const before = bufferManager.numBytesUsed;
      let peak = 0;
      const end = hook(bufferManager, 'acquireBuffer', (acquire) => (...given) => {
        const buffer = acquire.apply(bufferManager, given);
        peak = Math.max(peak, bufferManager.numBytesUsed - before);
        return buffer;
      });
      for (const epoch of [1, 2]) await epochOf(epoch);
      end();
      submitRecorded(backend);
      expect(bufferManager.numBytesUsed).toBe(before);
      expect(trainer.steps?.refused ?? null).toBeNull();
      trainer.dispose();
      model.dispose();
      return peak;
    };
    const ordinary = await peakOf(false);
    // Besides, uniforms and numbers of the batch lie in a buffer of their own, each at a place that divides by 256.
    expect(await peakOf(true)).toBeLessThanOrEqual(1.02 * ordinary + 256 * 400);
  });
});

/** A model whose loss is changed by `plant`. */
async function refusal(
  plant: (loss: Model['loss'], step: () => number) => Model['loss'],
  device: Device,
): Promise<StepsTaken> {
  const { data, model, sampler, config } = await begun('lightgcn', {}, device, true);
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

const scaled = (terms: LossTerms, by: number | tf.Scalar): LossTermValue[] =>
  eachTerm(terms).map((term) => ({ ...term, value: tf.mul(term.value, by) }));

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
            : eachTerm(loss(...given)).map((term) => ({ ...term, value: tf.neg(tf.neg(term.value)) })),
    ],
    'a tensor kept for the next step': [
      /kept after it|disposed in it|another one/,
      (loss) => {
        let kept: tf.Scalar | null = null;
        return (...given) => {
          const terms = eachTerm(loss(...given));
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
