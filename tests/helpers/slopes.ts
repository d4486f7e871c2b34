import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { required } from '../../src/domain/at';
import { readFloats } from '../../workers/engine/backends';
import { overwrite, type Parameter } from '../../workers/engine/parameters';
import type { Random } from '../../workers/numbers/rng';
import { eachTerm, termGradients } from '../../workers/engine/step';
import { firstParameters, type Batch, type Model } from '../../workers/models/model';
import { values } from './device';
import { held } from './held';
import { QuietStep } from './step';

/** A model at a point, and a step of it that can be evaluated again and again. */
export interface Slopes {
  readonly model: Model;
  /** Whether the second loss is looked at, and what it moves. */
  readonly second?: boolean;
  readonly batch: Batch;
  readonly stepInEpoch: number;
  readonly random: Random;
  /** Parameters whose gradient is nothing, whatever the direction: they cancel, or this step does not read them. */
  readonly flat: (name: string) => boolean;
  /** Tensors in the loss that carry no gradient by its definition. */
  readonly constants: number;
}

const lossOf = (model: Model, second = false): Model['loss'] => (second ? required(model.second).loss : model.loss);

/** Terms before weighting, and their weights; a weight carries no gradient, so slopes are taken with the weights of the start. */
async function termsOf(
  { model, second, batch, stepInEpoch }: Slopes,
  state: Record<string, Float32Array>,
): Promise<{ terms: Float32Array; weights: Float32Array }> {
  model.restoreState?.(state);
  let count = 0;
  const both = await values(() => {
    const all = eachTerm(lossOf(model, second)(batch, new QuietStep({ stepInEpoch })));
    count = all.length;
    return tf.stack([
      ...all.map(({ value }) => value),
      ...all.map(({ weight }) => (typeof weight === 'number' ? tf.scalar(weight) : weight)),
    ]);
  });
  return { terms: both.slice(0, count), weights: both.slice(count) };
}

const norm = (x: Float32Array): number => Math.hypot(...x);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

/**
 * A central difference is off by rounding, by curvature, and by kinks that it steps over. Rounding: a term, computed in float32
 * from a few dozen operations, is off by some 1e-7 of its size, and the difference of two divides that by 2h. Curvature: h²·L‴/6, which grows fourfold from h to 2h, so a third of |slope(2h) − slope(h)| is what is left at h. A kink shows where
 * the slope differs from those of smaller steps. The gradient itself is good to 1e-4 of its length.
 * On a ladder of steps the one is taken at which the sum of these is least. Along the gradient, where nothing cancels, it stays
 * below a fiftieth of the slope: that is asserted, so that a tolerance never swallows what it should show.
 */
const ROUNDING = 4e-7;
const GRADIENT = 1e-4;
/** Shares of the length of the tensor. */
const LADDER = Array.from({ length: 10 }, (_, rung) => 6e-4 * 2 ** rung);

interface Measured {
  readonly step: number;
  readonly slope: number;
  readonly tolerance: number;
}

/** The most exact of the slopes at steps that double from one to the next. */
function mostExact(steps: readonly number[], slopes: readonly number[], length: number, size: number): Measured {
  const rounding = (rung: number): number => (ROUNDING * size) / (2 * steps[rung]!);
  const measured = steps.slice(0, -1).map((step, rung): Measured => {
    const slope = slopes[rung]!;
    // Noise of a small step is told from a kink where it could hide one.
    const kink = Math.max(
      0,
      ...slopes
        .slice(0, rung)
        .map((smaller, below) => Math.abs(slope - smaller) - (rounding(below) > 0.01 * length ? rounding(below) : 0)),
    );
    return { step, slope, tolerance: rounding(rung) + Math.abs(slopes[rung + 1]! - slope) + kink + GRADIENT * length };
  });
  return measured.reduce((a, b) => (b.tolerance < a.tolerance ? b : a));
}

/** The gradient of every parameter is the slope of Σ weight · term. The caller releases the constants that are held meanwhile. */
export async function expectGradients(at: Slopes): Promise<void> {
  const { model, batch, random } = at;
  const parameters = at.second ? required(model.second).parameters : firstParameters(model);
  // Copies: a model's state moves on with every evaluation.
  const state = (await model.state?.()) ?? {};
  const { weights, terms } = await termsOf(at, state);
  const size = Math.max(1, ...terms.map((term, k) => Math.abs(term * weights[k]!)));
  model.restoreState?.(state);
  let gradients: tf.Tensor[] = [];
  expect(
    held.keep(() => {
      const made = termGradients(parameters, () =>
        lossOf(model, at.second)(batch, new QuietStep({ stepInEpoch: at.stepInEpoch })),
      );
      made.values.dispose();
      gradients = made.gradients;
    }),
    'constants in the loss',
  ).toBe(at.constants);
  // Σ weight · term in double precision.
  const loss = async (): Promise<number> => dot((await held.give(() => termsOf(at, state))).terms, weights);

  /** (L(θ + h·d) − L(θ − h·d)) / 2h, and leaves θ as it was. */
  const slope = async (
    parameter: Parameter,
    start: Float32Array,
    direction: Float32Array,
    step: number,
  ): Promise<number> => {
    const ends: number[] = [];
    for (const side of [1, -1]) {
      overwrite(
        parameter,
        start.map((value, i) => value + side * step * direction[i]!),
      );
      ends.push(await loss());
    }
    overwrite(parameter, start);
    return (ends[0]! - ends[1]!) / (2 * step);
  };
  const drawn = (length: number, draw: () => number): Float32Array => {
    const direction = Float32Array.from({ length }, draw);
    return direction.map((d) => d / norm(direction));
  };
  const sign = (): number => (random.uniform() < 0.5 ? -1 : 1);

  for (const [place, parameter] of parameters.entries()) {
    const gradient = await readFloats(gradients[place]!);
    const start = await readFloats(parameter.tensor);
    const length = norm(gradient);
    if (at.flat(parameter.name)) {
      expect(length, `gradient of ${parameter.name}`).toBeLessThan(1e-6);
      expect(
        Math.abs(await slope(parameter, start, drawn(start.length, sign), 0.1)),
        `slope of ${parameter.name}`,
      ).toBeLessThan((ROUNDING * size) / 0.1);
      continue;
    }
    expect(length, `gradient of ${parameter.name}`).toBeGreaterThan(0);
    const measure = async (direction: Float32Array, steps: readonly number[]): Promise<Measured> => {
      const slopes = [];
      for (const step of steps) slopes.push(await slope(parameter, start, direction, step));
      return mostExact(steps, slopes, length, size);
    };

    const along = await measure(
      gradient.map((g) => g / length),
      LADDER.map((share) => share * Math.max(norm(start), 1)),
    );
    expect(along.tolerance, `conditioning of ${parameter.name}, slope ${along.slope}`).toBeLessThanOrEqual(
      0.02 * length,
    );
    expect(
      Math.abs(along.slope - length),
      `${parameter.name} along its gradient: ${along.slope}, not ${length}`,
    ).toBeLessThanOrEqual(along.tolerance);
    const { step } = along;

    // Random directions see what the gradient lacks altogether.
    for (const direction of [drawn(gradient.length, sign), drawn(gradient.length, () => random.normal())]) {
      const { slope: near, tolerance } = await measure(direction, [step / 8, step / 4, step / 2, step, 2 * step]);
      const expected = dot(gradient, direction);
      expect(tolerance, `conditioning of ${parameter.name} along a random direction`).toBeLessThanOrEqual(
        0.05 * length,
      );
      expect(
        Math.abs(near - expected),
        `${parameter.name} along a random direction: ${near}, not ${expected}`,
      ).toBeLessThanOrEqual(tolerance);
    }

    // Single entries: the largest one and one at random.
    const largest = gradient.reduce((best, g, i) => (Math.abs(g) > Math.abs(gradient[best]!) ? i : best), 0);
    for (const entry of [largest, random.integer(gradient.length)]) {
      const { slope: near, tolerance } = await measure(
        Float32Array.from(gradient, (_, i) => (i === entry ? 1 : 0)),
        [step / 4, step / 2, step],
      );
      expect(tolerance, `conditioning of ${parameter.name}[${entry}]`).toBeLessThanOrEqual(0.05 * length);
      expect(
        Math.abs(near - gradient[entry]!),
        `${parameter.name}[${entry}]: ${near}, not ${gradient[entry]}`,
      ).toBeLessThanOrEqual(tolerance);
    }
  }
  tf.dispose(gradients);
}
