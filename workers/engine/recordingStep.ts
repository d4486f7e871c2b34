import * as tf from '@tensorflow/tfjs-core';
import { given } from './capture/given';
import { drawnRows } from './drawnRows';
import { drawKey, hostDraws, uniformDraws } from './kernels/uniformDraws';
import type { RowIndex } from './rows';
import { integers, matrix } from './tensors';
import type { ObservedValues } from './step';
import type { Random } from '../numbers/rng';
import type { StepScope } from './contract';

interface Distribution {
  readonly values: tf.Tensor1D;
  readonly edges: readonly number[];
}

/** Where a step stands in its run. */
export interface StepPlace {
  readonly epoch: number;
  readonly stepInEpoch: number;
  /** Steps done before it, over all epochs. */
  readonly step: number;
}

export interface StepOptions {
  /** Draws are kept, to be recorded. */
  readonly keepDraws?: boolean;
  /** Does what is no part of the step. */
  readonly aside?: (work: () => void) => void;
}

/** The name under which the key of a site's draws is handed to a step. */
const drawName = (site: string): string => `draw/${site}`;

/** The key of a site's draws in a step: it depends on the seed, the site and the step alone, so a resumed run draws the same. */
export const siteKey = (random: (name: string) => Random, name: string, step: number): Int32Array =>
  drawKey(random(`${name}@${step}`));

/** One step's place, draws and observations. Distributions are kept for an epoch's first step; the caller reads and disposes them. */
export class RecordingStep implements StepScope {
  readonly observed: ObservedValues[] = [];
  readonly distributions = new Map<string, Distribution>();
  /** By site, where they are to be recorded. */
  readonly draws = new Map<string, tf.Tensor2D>();
  /** What of its place the loss has asked for. */
  readonly asked = { epoch: false, first: false };
  readonly #place: StepPlace;
  readonly #random: (name: string) => Random;
  readonly #options: StepOptions;

  constructor(place: StepPlace, random: (name: string) => Random, options: StepOptions = {}) {
    this.#place = place;
    this.#random = random;
    this.#options = options;
  }

  get epoch(): number {
    this.asked.epoch = true;
    return this.#place.epoch;
  }

  get first(): boolean {
    this.asked.first = true;
    return this.#place.stepInEpoch === 0;
  }

  draw(site: string, ids: tf.Tensor1D, width: number): tf.Tensor2D {
    const name = drawName(site);
    const key = given(integers(siteKey(this.#random, name, this.#place.step)), name);
    const draws = uniformDraws(key, ids, width);
    key.dispose();
    if (this.#options.keepDraws) this.draws.set(site, tf.keep(tf.clone(draws)));
    return draws;
  }

  drawRows(site: string, n: number, count: number, rows: number): RowIndex {
    const name = drawName(site);
    const host = siteKey(this.#random, name, this.#place.step);
    if (this.#options.keepDraws) this.draws.set(site, tf.keep(matrix(hostDraws(host, n, count), n, count)));
    const key = given(integers(host), name);
    const drawn = drawnRows(key, { n, count, rows });
    key.dispose();
    return drawn;
  }

  observe(key: string, value: tf.Scalar): void {
    this.observed.push({ keys: [key], values: value });
  }

  observeAll(keys: readonly string[], values: tf.Tensor1D): void {
    this.observed.push({ keys, values });
  }

  distribution(key: string, values: () => tf.Tensor1D, edges: readonly number[]): void {
    if (this.#place.stepInEpoch !== 0 || this.distributions.has(key)) return;
    const keep = (): void => void this.distributions.set(key, { values: tf.keep(tf.clone(tf.tidy(values))), edges });
    if (this.#options.aside) this.#options.aside(keep);
    else keep();
  }

  dispose(): void {
    for (const { values } of this.distributions.values()) values.dispose();
    for (const draws of this.draws.values()) draws.dispose();
  }
}
