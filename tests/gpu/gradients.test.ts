import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { readFloats } from '../../workers/engine/backends';
import { overwrite, type Parameter } from '../../workers/engine/kernels/adam';
import { stream } from '../../workers/engine/rng';
import { termGradients } from '../../workers/engine/step';
import type { Batch, Model, ModelInput } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { deviceBatch, disposeBatch, type HostBatch } from '../../workers/training/batch';
import { describeOn, values } from '../helpers/device';
import { QuietStep } from '../helpers/step';

const USERS = 7;
const ITEMS = 9;
const random = stream(11, 'gradients');
const normals = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
const signs = (length: number): Float32Array => Float32Array.from({ length }, () => (random.uniform() < 0.5 ? -1 : 1));

/** Every user and all items but the last have a training pair. */
const train = Array.from({ length: 26 }, (_, e) => [e % USERS, (3 * e + Math.floor(e / USERS)) % (ITEMS - 1)] as const).filter(
  ([user, item], place, all) => all.findIndex(([u, i]) => u === user && i === item) === place,
);

const input: ModelInput = {
  users: USERS,
  items: ITEMS,
  train: { users: Int32Array.from(train, ([user]) => user), items: Int32Array.from(train, ([, item]) => item) },
  features: [
    { key: 'image', rows: ITEMS, columns: 5, values: normals(ITEMS * 5) },
    { key: 'text', rows: ITEMS, columns: 3, values: normals(ITEMS * 3) },
  ],
  ratings: null,
  itemVectors: null,
  userVectors: null,
  pretrained: null,
};

/** Eight places: five real rows, with a user, an item and a whole pair that occur twice, and items on both sides. */
function shortBatch(ratio: number): HostBatch {
  const filled = (list: readonly number[], length: number): Int32Array => Int32Array.from({ length }, (_, place) => list[place] ?? 0);
  const negatives = [4, 8, 8, 2, 0, 1, 4, 4, 6, 3, 8, 5, 7, 2, 2];
  const users = [1, 3, 3, 6, 1];
  const positives = [2, 5, 2, 7, 2];
  return {
    count: 5,
    pairs: filled(users.map((user, row) => train.findIndex(([u, i]) => u === user && i === positives[row])), 8),
    users: filled(users, 8),
    positives: filled(positives, 8),
    negatives: filled(negatives.slice(0, 5 * ratio), 8 * ratio),
  };
}

/** Σ weight · term in double precision, from the terms before weighting. */
async function lossAt(model: Model, batch: Batch): Promise<number> {
  const weights: number[] = [];
  const terms = await values(() => {
    const all = model.loss(batch, new QuietStep());
    weights.push(...all.map(({ weight }) => (typeof weight === 'number' ? weight : NaN)));
    return tf.stack(all.map(({ value }) => value));
  });
  return weights.reduce((sum, weight, place) => sum + weight * terms[place]!, 0);
}

/** (L(θ + h·d) − L(θ − h·d)) / 2h, and leaves θ as it was. */
async function slope(model: Model, batch: Batch, parameter: Parameter, start: Float32Array, direction: Float32Array, step: number): Promise<number> {
  const ends: number[] = [];
  for (const side of [1, -1]) {
    overwrite(parameter, start.map((value, i) => value + side * step * direction[i]!));
    ends.push(await lossAt(model, batch));
  }
  overwrite(parameter, start);
  return (ends[0]! - ends[1]!) / (2 * step);
}

const norm = (x: Float32Array): number => Math.hypot(...x);
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/**
 * A central difference is off by rounding and by curvature. Rounding: a term of size about 1, computed in float32 from a few
 * dozen operations, is off by some 1e-7, and the difference of two divides that by 2h. Curvature: h²·L‴/6, which grows fourfold
 * from h to 2h, so a third of |slope(2h) − slope(h)| is what is left at h. The gradient itself is good to 1e-4 of its length.
 * Of a few h, from half a hundredth of the length of the tensor on, the one is taken at which the sum of these is least. Along
 * the gradient, where nothing cancels, it stays below a fiftieth of the slope: that is asserted, so that a tolerance never
 * swallows what it should show.
 */
const ROUNDING = 4e-7;
const GRADIENT = 1e-4;
const STEPS = [5e-3, 2e-2, 8e-2];

/** FREEDOM's projection biases cancel between an item and its negative: their slope is nothing, whatever the direction. */
const cancels = (id: ModelId, name: string): boolean => id === 'freedom' && /^project\/.*\/bias$/.test(name);

async function expectGradients(id: ModelId, model: Model, batch: Batch): Promise<void> {
  const { gradients, values: terms } = termGradients(model.parameters, () => model.loss(batch, new QuietStep()));
  terms.dispose();
  for (const [place, parameter] of model.parameters.entries()) {
    const gradient = await readFloats(gradients[place]!);
    const start = await readFloats(parameter.tensor);
    const length = norm(gradient);
    if (cancels(id, parameter.name)) {
      expect(length).toBeLessThan(1e-6);
      continue;
    }
    expect(length, `gradient of ${parameter.name}`).toBeGreaterThan(0);
    const measure = async (direction: Float32Array, step: number): Promise<{ near: number; tolerance: number; step: number }> => {
      const near = await slope(model, batch, parameter, start, direction, step);
      const far = await slope(model, batch, parameter, start, direction, 2 * step);
      return { near, step, tolerance: ROUNDING / (2 * step) + Math.abs(far - near) + GRADIENT * length };
    };

    const along = gradient.map((g) => g / length);
    const tries = [];
    for (const share of STEPS) tries.push(await measure(along, share * Math.max(norm(start), 1)));
    const best = tries.reduce((a, b) => (b.tolerance < a.tolerance ? b : a));
    expect(best.tolerance, `conditioning of ${parameter.name}, slope ${best.near}`).toBeLessThanOrEqual(0.02 * length);
    expect(Math.abs(best.near - length), `${parameter.name} along its gradient: ${best.near}, not ${length}`).toBeLessThanOrEqual(best.tolerance);
    const { step } = best;

    // Random directions see what the gradient lacks altogether.
    for (const mixed of [signs(gradient.length), normals(gradient.length)]) {
      const direction = mixed.map((d) => d / norm(mixed));
      const { near, tolerance } = await measure(direction, step);
      expect(tolerance, `conditioning of ${parameter.name} along a random direction`).toBeLessThanOrEqual(0.05 * length);
      expect(Math.abs(near - dot(gradient, direction)), `${parameter.name} along a random direction: ${near}, not ${dot(gradient, direction)}`).toBeLessThanOrEqual(tolerance);
    }

    // Single entries: the largest one and two at random, to a twentieth of the largest.
    const largest = gradient.reduce((best, g, i) => (Math.abs(g) > Math.abs(gradient[best]!) ? i : best), 0);
    for (const entry of [largest, random.integer(gradient.length), random.integer(gradient.length)]) {
      const direction = new Float32Array(gradient.length);
      direction[entry] = 1;
      const near = await slope(model, batch, parameter, start, direction, step / 2);
      expect(Math.abs(near - gradient[entry]!), `${parameter.name}[${entry}]: ${near}, not ${gradient[entry]}`).toBeLessThanOrEqual(0.05 * Math.abs(gradient[largest]!) + ROUNDING / step);
    }
  }
  gradients.forEach((gradient) => gradient.dispose());
}

/** Weights that make every term count; the defaults would hide a wrong regulariser behind the ranking term. */
const CASES: readonly (readonly [ModelId, Config])[] = [
  ['bpr', { regWeight: 1 }],
  ['bpr', { regWeight: 1, negativesPerPositive: 3 }],
  ['lightgcn', { regWeight: 1, layers: 2 }],
  ['lightgcn', { regWeight: 1, layers: 3, negativesPerPositive: 3 }],
  ['vbpr', { regWeight: 1 }],
  ['vbpr', { regWeight: 1, negativesPerPositive: 3 }],
  ['mgcn', { regWeight: 1, contrastWeight: 1, neighbours: 4, temperature: 0.5 }],
  ['mgcn', { regWeight: 1, contrastWeight: 1, neighbours: 4, temperature: 0.5, itemItemLayers: 2, negativesPerPositive: 3 }],
  ['mgcn', { regWeight: 1, contrastWeight: 1, neighbours: 4, temperature: 0.5, trainFeatures: false }],
  ['freedom', { regWeight: 1, neighbours: 4 }],
  ['freedom', { regWeight: 1, neighbours: 4, negativesPerPositive: 3, trainFeatures: false }],
];

describeOn('cpu', 'the gradient of every parameter is the slope of the loss', (test) => {
  for (const [id, changes] of CASES) {
    test(`${id} ${JSON.stringify(changes)}`, async () => {
      const config = completeConfig(id, { embeddingSize: 4, batchSize: 8, ...changes });
      const model = await modelKind(id).build({ input, config, random: (name) => stream(3, name), progress: async () => undefined });
      // Larger than they start: small embeddings make the ranking term flat, and its slope drowns in rounding.
      for (const parameter of model.parameters) {
        if (parameter.name.startsWith('features/')) continue;
        overwrite(parameter, (await readFloats(parameter.tensor)).map((value) => value + 0.5 * random.normal()));
      }
      const batch = deviceBatch(shortBatch(Number(config['negativesPerPositive'])), USERS, ITEMS);
      await expectGradients(id, model, batch);
      disposeBatch(batch);
      model.dispose();
    });
  }
});
