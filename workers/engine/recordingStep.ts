import * as tf from '@tensorflow/tfjs-core';
import { uniformDraws } from './kernels/uniformDraws';
import type { ObservedValue } from './step';
import type { Random } from '../numbers/rng';
import type { StepScope } from './contract';

interface Distribution {
  readonly values: tf.Tensor1D;
  readonly edges: readonly number[];
}

/**
 * One step's place, draws and observations. Draws depend on the seed, the site and the step alone, so a resumed run
 * draws the same. Distributions are kept for an epoch's first step; the caller reads and disposes them.
 */
export class RecordingStep implements StepScope {
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly observed: ObservedValue[] = [];
  readonly distributions = new Map<string, Distribution>();
  /** By site, where they are to be recorded. */
  readonly draws = new Map<string, tf.Tensor2D>();
  readonly #step: number;
  readonly #random: (name: string) => Random;
  readonly #keepDraws: boolean;

  constructor(
    place: { readonly epoch: number; readonly stepInEpoch: number; readonly step: number },
    random: (name: string) => Random,
    keepDraws: boolean,
  ) {
    this.epoch = place.epoch;
    this.stepInEpoch = place.stepInEpoch;
    this.#step = place.step;
    this.#random = random;
    this.#keepDraws = keepDraws;
  }

  draw(site: string, ids: tf.Tensor1D, width: number): tf.Tensor2D {
    const draws = uniformDraws(this.#random(`draw/${site}@${this.#step}`), ids, width);
    if (this.#keepDraws) this.draws.set(site, tf.keep(tf.clone(draws)));
    return draws;
  }

  observe(key: string, value: tf.Scalar): void {
    this.observed.push({ key, value });
  }

  distribution(key: string, values: tf.Tensor1D, edges: readonly number[]): void {
    if (this.stepInEpoch === 0 && !this.distributions.has(key))
      this.distributions.set(key, { values: tf.keep(tf.clone(values)), edges });
  }

  dispose(): void {
    for (const { values } of this.distributions.values()) values.dispose();
    for (const draws of this.draws.values()) draws.dispose();
  }
}
