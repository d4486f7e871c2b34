import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeConfig, isModelId } from '../../src/domain/models/catalogue';
import type { Config } from '../../src/domain/models/table';
import { readFloats } from '../../workers/engine/backends';
import type { Device } from '../../workers/engine/device';
import { Adam, overwrite } from '../../workers/engine/kernels/adam';
import { stream } from '../../workers/engine/rng';
import { termGradients } from '../../workers/engine/step';
import { csrFromEntries, type Csr } from '../../workers/graphs/csr';
import type { Model, ModelInput } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { deviceBatch, disposeBatch } from '../../workers/training/batch';
import { openTestDevice, values } from '../helpers/device';
import * as tf from '@tensorflow/tfjs-core';

interface GoldenStep {
  epoch: number;
  users: number[];
  positives: number[];
  negatives: number[];
  lr: number;
  terms: Record<string, { unweighted: number; weighted: number }>;
  total: number;
  grad: Record<string, number[]>;
  after: Record<string, number[]>;
  float32GradError: Record<string, number>;
}

interface GoldenCase {
  name: string;
  model: string;
  modalities: string[];
  config: Config;
  graphs: Record<string, { rows: number; columns: number; entries: [number, number, number][] }>;
  init: Record<string, { shape: number[]; values: number[] }>;
  steps: GoldenStep[];
  scores: number[];
}

interface Golden {
  dataset: {
    users: number;
    items: number;
    train: [number, number][];
    features: Record<string, { columns: number; values: number[] }>;
  };
  cases: GoldenCase[];
}

const read = (name: string): Golden => JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')) as Golden;
const golden = read('models.json');
/** Made on the same dataset. */
const papers = read('papers.json').cases.filter(({ model, config }) => isModelId(model) && !('edgeEnhancer' in config));

/** What "equal" means between implementations: terms and gradients. */
const TERM = 1e-4;
const GRADIENT = 1e-4;
const STEP = 1e-4;
const GRAPH = 1e-5;

for (const backend of ['cpu', 'wasm', 'webgpu'] as const) {
  describe(`three steps against PyTorch on ${backend}`, () => {
    let device: Device | null = null;
    beforeAll(async () => {
      device = await openTestDevice(backend);
    });
    afterAll(() => device?.close());

    for (const wanted of [...golden.cases, ...papers]) {
      it(wanted.name, async (context) => {
        if (!device) return context.skip();
        const model = await buildCase(wanted);
        expectGraphs(model, wanted);
        for (const parameter of model.parameters) {
          const initial = wanted.init[parameter.name];
          expect(initial, `golden start of ${parameter.name}`).toBeDefined();
          overwrite(parameter, Float32Array.from(initial?.values ?? []));
        }
        expect(model.parameters.map((p) => p.name).sort()).toEqual(Object.keys(wanted.init).sort());
        const adam = new Adam();
        for (const step of wanted.steps) await expectStep(model, wanted, step, adam);

        const scores = await values(() => {
          const { users, items } = model.represent();
          return tf.matMul(users, items, false, true);
        });
        const scale = Math.max(...wanted.scores.map(Math.abs));
        expect(worst(scores, wanted.scores)).toBeLessThanOrEqual(1e-4 * scale);
        model.dispose();
        device.check();
      });
    }
  });
}

async function buildCase(wanted: GoldenCase): Promise<Model> {
  if (!isModelId(wanted.model)) throw new Error(`unknown model ${wanted.model}`);
  const { users, items, train, features } = golden.dataset;
  const input: ModelInput = {
    users,
    items,
    train: { users: Int32Array.from(train, ([u]) => u), items: Int32Array.from(train, ([, i]) => i) },
    features: wanted.modalities.map((key) => {
      const feature = features[key]!;
      return { key, rows: items, columns: feature.columns, values: Float32Array.from(feature.values) };
    }),
  };
  return modelKind(wanted.model).build({
    input,
    config: completeConfig(wanted.model, wanted.config),
    random: (name) => stream(1, name),
    progress: async () => {},
  });
}

function expectGraphs(model: Model, wanted: GoldenCase): void {
  for (const graph of model.graphs) {
    const expected = wanted.graphs[graph.name];
    expect(expected, `golden graph ${graph.name}`).toBeDefined();
    if (!expected) continue;
    const got = entriesOf(graph.matrix);
    const sorted = [...expected.entries].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(got.map(([r, c]) => [r, c])).toEqual(sorted.map(([r, c]) => [r, c]));
    got.forEach(([, , value], place) => {
      const reference = sorted[place]![2];
      expect(Math.abs(value - reference)).toBeLessThanOrEqual(GRAPH * Math.abs(reference));
    });
  }
  expect(model.graphs.map((graph) => graph.name).sort()).toEqual(Object.keys(wanted.graphs).filter((name) => !name.includes('@')).sort());
}

/** Graphs that were drawn for one epoch: taken from the reference, because the two draw from other streams. */
function useEpochGraphs(model: Model, wanted: GoldenCase, epoch: number): void {
  const drawn = Object.entries(wanted.graphs).filter(([name]) => name.endsWith(`@epoch${epoch}`));
  expect(drawn.map(([name]) => name)).toEqual((model.epochGraphs?.(epoch) ?? []).map(({ name }) => name));
  model.useEpochGraphs?.(drawn.map(([name, { rows, columns, entries }]) => ({
    name,
    meaning: '',
    matrix: csrFromEntries(rows, columns, Int32Array.from(entries, ([r]) => r), Int32Array.from(entries, ([, c]) => c), Float32Array.from(entries, ([, , v]) => v)),
  })));
}

function entriesOf(matrix: Csr): [number, number, number][] {
  const entries: [number, number, number][] = [];
  for (let row = 0; row < matrix.rows; row++) {
    for (let k = matrix.pointers[row]!; k < matrix.pointers[row + 1]!; k++) entries.push([row, matrix.indices[k]!, matrix.values[k]!]);
  }
  return entries;
}

async function expectStep(model: Model, wanted: GoldenCase, step: GoldenStep, adam: Adam): Promise<void> {
  const size = wanted.config['batchSize'] as number;
  const pad = (rows: number[]): Int32Array => Int32Array.from({ length: size }, (_, place) => rows[place] ?? 0);
  const batch = deviceBatch(
    { count: step.users.length, users: pad(step.users), positives: pad(step.positives), negatives: pad(step.negatives) },
    golden.dataset.users,
    golden.dataset.items,
  );
  useEpochGraphs(model, wanted, step.epoch);
  const keys: string[] = [];
  const { gradients, values: terms } = termGradients(model.parameters, () => {
    const all = model.loss(batch);
    keys.push(...all.map((term) => term.key));
    return all;
  });
  const got = await readFloats(terms);
  keys.forEach((key, place) => {
    const reference = step.terms[key]!.weighted;
    expect(Math.abs(got[place]! - reference), `${key} ${got[place]} ≠ ${reference}`).toBeLessThanOrEqual(TERM * Math.abs(reference));
    const unweighted = step.terms[key]!.unweighted;
    expect(Math.abs(got[keys.length + 1 + place]! - unweighted)).toBeLessThanOrEqual(TERM * Math.abs(unweighted));
  });
  expect(Math.abs(got[keys.length]! - step.total)).toBeLessThanOrEqual(TERM * Math.abs(step.total));
  expect(keys.sort()).toEqual(Object.keys(step.terms).sort());

  const largest = Math.max(...Object.values(step.grad).flat().map(Math.abs));
  const before = new Map<string, Float32Array>();
  for (const [place, parameter] of model.parameters.entries()) {
    const reference = step.grad[parameter.name]!;
    const scale = Math.max(...reference.map(Math.abs));
    const tolerance = Math.max(GRADIENT * scale, 10 * (step.float32GradError[parameter.name] ?? 0) * scale, GRADIENT * 1e-6 * largest);
    const gradient = await readFloats(gradients[place]!);
    expect(worst(gradient, reference), `gradient of ${parameter.name}, scale ${scale}`).toBeLessThanOrEqual(tolerance);
    before.set(parameter.name, await readFloats(parameter.tensor));
  }
  adam.step(model.parameters, gradients, step.lr);
  for (const parameter of model.parameters) {
    const after = await readFloats(parameter.tensor);
    // Elements whose gradient drowns in rounding take steps of full size in either direction: Adam forgets the size.
    const reference = step.after[parameter.name]!;
    const drowned = step.grad[parameter.name]!.map((g) => Math.abs(g) < 1e-6 * largest);
    const compared = [...after].map((value, i) => (drowned[i] ? reference[i]! : value));
    expect(worst(compared, reference), `${parameter.name} after the step`).toBeLessThanOrEqual(20 * STEP * step.lr);
    const still = step.grad[parameter.name]!.every((g) => Math.abs(g) < 1e-12 * largest);
    if (!still) expect(worst(after, before.get(parameter.name)!)).toBeGreaterThan(0);
  }
  gradients.forEach((gradient) => gradient.dispose());
  terms.dispose();
  disposeBatch(batch);
}

function worst(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got.length).toBe(expected.length);
  let result = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i]! - expected[i]!);
    if (!(difference <= result)) result = difference;
  }
  return result;
}
