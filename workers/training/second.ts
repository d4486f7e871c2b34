import type { StepScope } from '../engine/contract';
import { Adam, type AdamSettings } from '../engine/kernels/adam';
import type { Parameter } from '../engine/parameters';
import { termGradients, termKeys, type Gradients, type LossTerms } from '../engine/step';
import type { Batch, SecondLoss } from '../models/model';

/** Under which name the settings of its Adam are handed to a step. */
export const SECOND_ADAM_NAME = 'adam/second';

/** What a step of a second loss computed, and what it has moved; gradients and values are the caller's to dispose. */
export interface SecondTaken extends Gradients {
  readonly terms: LossTerms;
  readonly parameters: readonly Parameter[];
}

/** A second loss with its Adam. */
export class SecondSteps {
  readonly adam: Adam;
  /** Names of its terms, as of the last step that was taken the ordinary way. */
  termKeys: readonly string[] = [];
  /** Whether it is taken before epochs, and not after steps. */
  readonly pass: boolean;
  readonly #second: SecondLoss;

  constructor(second: SecondLoss, settings: AdamSettings) {
    this.#second = second;
    this.pass = second.pass === true;
    this.adam = new Adam(settings, SECOND_ADAM_NAME);
  }

  /** What a batch makes of the parameters as they are now; they are moved. */
  take(batch: Batch, scope: StepScope, learningRate: number): SecondTaken {
    const { parameters } = this.#second;
    let terms: LossTerms = [];
    const made = termGradients(parameters, () => (terms = this.#second.loss(batch, scope)));
    this.termKeys = termKeys(terms);
    this.adam.step(parameters, made.gradients, learningRate);
    return { ...made, terms, parameters };
  }
}
