import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../src/domain/at';
import { decoupledDecayOf, learningRateOf, startsAnew } from '../../src/domain/models/schedule';
import { readFloats } from '../../workers/engine/backends';
import type { Device } from '../../workers/engine/device';
import { Adam, ADAM_DEFAULTS } from '../../workers/engine/kernels/adam';
import type { Parameter } from '../../workers/engine/parameters';
import type { GoldenDataset, GoldenStep, GoldenTaken } from '../../workers/models/golden';
import { firstParameters, type Model } from '../../workers/models/model';
import { contextOf, GoldenScope, hostBatchOf, passBatchOf } from '../../workers/training/proof/golden';
import {
  AGREEMENT,
  agrees,
  apart as worst,
  buildGolden,
  takeGoldenSecond,
  takeGoldenStep,
  useDrawnGraphs,
} from '../../workers/training/proof/step';
import type { HostBatch } from '../../workers/training/batch';
import { openTestDevice, values } from '../helpers/device';
import { expectGraph, readGolden, type GoldenCase } from '../helpers/golden';
import { soak } from '../helpers/soak';

const cases = readGolden().flatMap(({ dataset, cases: all }) => all.map((wanted) => ({ dataset, wanted })));
/** Each model's first. */
const firsts = cases.filter(
  ({ wanted }, place) => cases.findIndex((one) => one.wanted.model === wanted.model) === place,
);
/** What a switch changes is computed alike on every backend; where compiling takes nine tenths of the time, the soak alone tries all. */
const CASES = { cpu: cases, wasm: cases, webgpu: soak ? cases : firsts } as const;

/** What "equal" means between implementations: terms and gradients. */
const TERM = AGREEMENT;
const STEP = 1e-4;

for (const backend of ['cpu', 'wasm', 'webgpu'] as const) {
  describe(`three steps against PyTorch on ${backend}`, () => {
    let device: Device | null = null;
    beforeAll(async () => {
      device = await openTestDevice(backend);
    });
    afterAll(() => device?.close());

    for (const { dataset, wanted } of CASES[backend]) {
      it(wanted.name, async (context) => {
        if (!device) return context.skip();
        const model = await buildCase(wanted, dataset);
        for (const graph of model.graphs) expectGraph(graph, wanted.graphs[graph.name]);
        expect(model.graphs.map(({ name }) => name).sort()).toEqual(
          Object.keys(wanted.graphs)
            .filter((name) => !name.includes('@'))
            .sort(),
        );
        const { config } = contextOf(wanted, dataset);
        const settings = { ...ADAM_DEFAULTS, decoupledDecay: decoupledDecayOf(config) };
        const adams = { first: new Adam(settings), second: new Adam(settings) };
        for (const { epoch, lr } of wanted.steps) expect(learningRateOf(config, epoch)).toBeCloseTo(lr, 9);
        const doubts: Doubts = new Map();
        for (const [place, step] of wanted.steps.entries()) {
          if (step.stepInEpoch === 0 && startsAnew(config)) Object.values(adams).forEach((adam) => adam.restore(0));
          await expectStep(model, wanted, dataset, step, place, adams, doubts);
        }

        const state = wanted.state && (await model.state?.());
        for (const [name, expected] of Object.entries(wanted.state ?? {}))
          expect(worst(state?.[name] ?? [], expected), name).toBeLessThanOrEqual(
            1e-4 * Math.max(1, ...expected.map(Math.abs)),
          );
        await model.prepareRanking?.();
        const scores = await values(() => {
          const { users, items, score } = model.represent();
          return score?.(users, items) ?? tf.matMul(users, items, false, true);
        });
        const scale = Math.max(...wanted.scores.map(Math.abs));
        expect(worst(scores, wanted.scores)).toBeLessThanOrEqual(1e-4 * scale);
        await expectRouting(model, wanted);
        model.dispose();
        device.check();
      });
    }
  });
}

/** The model at the reference's start. Parameters that never get a gradient there may be absent here. */
async function buildCase(wanted: GoldenCase, dataset: GoldenDataset): Promise<Model> {
  const { model, unknown } = await buildGolden(wanted, dataset);
  expect(unknown, 'parameters without a golden start').toEqual([]);
  const names = new Set(model.parameters.map(({ name }) => name));
  const missing = Object.keys(wanted.init).filter((name) => !names.has(name));
  expect(missing.filter((name) => wanted.steps.some((step) => step.grad[name]!.some((g) => g !== 0)))).toEqual([]);
  return model;
}

/** Graphs of an epoch: those drawn at random are taken from the reference, which draws from other streams; learned ones are compared. */
async function makeEpochGraphs(model: Model, wanted: GoldenCase, epoch: number, scope: GoldenScope): Promise<void> {
  const made = (await model.epochGraphs?.(epoch, scope)) ?? [];
  const reference = Object.entries(wanted.graphs).filter(([name]) => name.endsWith(`@epoch${epoch}`));
  expect(reference.map(([name]) => name)).toEqual(made.map(({ name }) => name));
  if (model.useEpochGraphs) useDrawnGraphs(model, wanted, epoch);
  else for (const graph of made) expectGraph(graph, wanted.graphs[graph.name]);
}

async function expectStep(
  model: Model,
  wanted: GoldenCase,
  dataset: GoldenDataset,
  step: GoldenStep,
  place: number,
  adams: { readonly first: Adam; readonly second: Adam },
  doubts: Doubts,
): Promise<void> {
  const scope = new GoldenScope(step, place);
  if (scope.first) await expectPass(model, wanted, dataset, step.epoch, adams.second, doubts);
  if (scope.first || model.useEpochGraphs) await makeEpochGraphs(model, wanted, step.epoch, scope);
  const { compared, gradients, observed, unmatched } = await takeGoldenStep(model, wanted, dataset, step, scope);
  expect(compared.filter((one) => !agrees(one))).toEqual([]);
  expect(unmatched).toEqual([]);
  await expectObserved(scope, observed, step);
  await expectMoved(firstParameters(model), gradients, step, step.lr, adams.first, doubts);

  const follows = model.second !== undefined && !model.second.pass;
  expect(follows).toBe(step.second !== undefined);
  if (!step.second) return;
  const batch = hostBatchOf(step, wanted, dataset);
  await expectSecond(
    model,
    batch,
    dataset,
    { epoch: step.epoch, lr: step.lr, taken: step.second },
    adams.second,
    doubts,
  );
}

/** The steps of a second loss before an epoch. */
async function expectPass(
  model: Model,
  wanted: GoldenCase,
  dataset: GoldenDataset,
  epoch: number,
  adam: Adam,
  doubts: Doubts,
): Promise<void> {
  const pass = wanted.phases?.find((one) => one.epoch === epoch);
  expect(model.second?.pass === true).toBe(pass !== undefined);
  for (const taken of pass?.steps ?? [])
    await expectSecond(model, passBatchOf(taken, wanted), dataset, { epoch, lr: pass!.lr, taken }, adam, doubts);
}

async function expectSecond(
  { second }: Model,
  batch: HostBatch,
  dataset: GoldenDataset,
  { epoch, lr, taken }: { readonly epoch: number; readonly lr: number; readonly taken: GoldenTaken },
  adam: Adam,
  doubts: Doubts,
): Promise<void> {
  const { parameters } = required(second);
  const made = await takeGoldenSecond(required(second), batch, dataset, epoch, taken);
  expect(made.compared.filter((one) => !agrees(one))).toEqual([]);
  expect(made.unmatched).toEqual([]);
  expect(parameters.map(({ name }) => name).sort()).toEqual(Object.keys(taken.grad).sort());
  await expectMoved(parameters, made.gradients, taken, lr, adam, doubts);
}

/** Parameters after Adam's step. */
async function expectMoved(
  parameters: readonly Parameter[],
  gradients: readonly tf.Tensor[],
  step: GoldenTaken,
  lr: number,
  adam: Adam,
  doubts: Doubts,
): Promise<void> {
  const largest = Math.max(...Object.values(step.grad).flat().map(Math.abs));
  const before = new Map<string, Float32Array>();
  for (const parameter of parameters) before.set(parameter.name, await readFloats(parameter.tensor));
  adam.step(parameters, gradients, lr);
  for (const parameter of parameters) {
    const after = await readFloats(parameter.tensor);
    // Elements whose gradient drowns in rounding take steps of full size in either direction: Adam forgets the size.
    const reference = step.after[parameter.name]!;
    const gradient = step.grad[parameter.name]!;
    const doubt = doubtsOf(parameter.name, step, doubts);
    for (const [i, value] of after.entries()) {
      if (Math.abs(gradient[i]!) < 1e-6 * largest) continue;
      const allowed = lr * Math.max(20 * STEP, 3 * doubt[i]!);
      if (Math.abs(value - reference[i]!) > allowed)
        expect.fail(`${parameter.name}[${i}] after the step: ${value}, not ${reference[i]}, by more than ${allowed}`);
    }
    const still = step.grad[parameter.name]!.every((g) => Math.abs(g) < 1e-12 * largest);
    if (!still) expect(worst(after, before.get(parameter.name)!)).toBeGreaterThan(0);
  }
  gradients.forEach((gradient) => gradient.dispose());
}

/** By parameter and element: the largest share so far that single precision alone may change of its gradient. */
type Doubts = Map<string, number[]>;

/** Adam divides by the gradient's own size: where sums cancel, its relative error is the step's. */
function doubtsOf(name: string, step: GoldenTaken, doubts: Doubts): readonly number[] {
  const gradient = step.grad[name]!.map(Math.abs);
  const lost = (step.float32GradError[name] ?? 0) * Math.max(...gradient);
  const known = doubts.get(name);
  const all = gradient.map((size, i) => Math.max(known?.[i] ?? 0, size === 0 ? 0 : lost / size));
  doubts.set(name, all);
  return all;
}

/** Observed numbers, and distributions: entity weights come as multiples of a uniform weight, −1 where a row is not counted. */
async function expectObserved(scope: GoldenScope, numbers: Float32Array, step: GoldenStep): Promise<void> {
  const reference = step.observed ?? {};
  scope.observed
    .flatMap(({ keys }) => keys)
    .forEach((key, position) => {
      const [expected] = reference[key] ?? [];
      if (expected !== undefined)
        expect(Math.abs(numbers[position]! - expected), key).toBeLessThanOrEqual(
          TERM * Math.max(1e-3, Math.abs(expected)),
        );
    });
  for (const [key, tensor] of scope.distributions) {
    const counted = (await readFloats(tensor)).filter((value) => value >= 0).slice(0, reference[key]?.length);
    tensor.dispose();
    const expected = reference[key];
    if (!expected) continue;
    expect(
      worst(
        [...counted].map((value) => value / expected.length),
        expected,
      ),
      key,
    ).toBeLessThanOrEqual(TERM);
  }
  const seen = new Set([...scope.observed.flatMap(({ keys }) => keys), ...scope.distributions.keys()]);
  expect(Object.keys(reference).filter((key) => !seen.has(key))).toEqual([]);
}

/** MAGNET's routing of given pairs, as numbers of an epoch and pair by pair. */
async function expectRouting(model: Model, wanted: GoldenCase): Promise<void> {
  if (!wanted.routing || !wanted.validation) return;
  const pairs = {
    users: Int32Array.from(wanted.validation, ([u]) => u),
    items: Int32Array.from(wanted.validation, ([, i]) => i),
  };
  const observed = (await model.observePairs?.(pairs)) ?? {};
  const routing = wanted.routing as Record<string, number | number[]>;
  const near = (got: readonly number[] | undefined, key: string): void => {
    expect(worst(got ?? [], [routing[key]!].flat()), key).toBeLessThanOrEqual(TERM);
  };
  near(observed['routing'], 'mean');
  near(observed['effectiveExperts'], 'effective');
  for (const key of [
    'hhi',
    'diversity',
    'winnerShare',
    'top3Mass',
    'gap',
    'maxLoad',
    'specialisation',
    'reliance',
    'familyMass',
  ])
    near(observed[key], key);

  const explained = await model.explainPairs?.(pairs);
  const { pi, contributions } = wanted.routing as { pi: number[][]; contributions: number[][] };
  expect(worst(explained?.probabilities ?? [], pi.flat())).toBeLessThanOrEqual(TERM);
  const first = contributions.flat();
  const scale = Math.max(...first.map(Math.abs));
  expect(worst((explained?.contributions ?? new Float32Array()).slice(0, first.length), first)).toBeLessThanOrEqual(
    TERM * scale,
  );
}
