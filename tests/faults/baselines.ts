import type * as LinkEntry from '../helpers/linkEntry';
import { drive, undisturbed, type DrivenRun, type Undisturbed } from './drive';
import { runLink } from './models';
import type { PlannedRun } from './plan';
import { HASTE, type Stage } from './stage';
import { look } from './store';

/** A run should last about so long undisturbed. */
const RUN_S = 8;
const [FEWEST, MOST] = [4, 30];
/** Epochs by which the speed of a model is told. */
const TRIAL = 3;

interface Known {
  readonly epochs: number;
  readonly twin: Undisturbed;
}

export interface BaselineOptions {
  readonly makeLinks: typeof LinkEntry;
  /** The seed of every run. */
  readonly seed: number;
  /** For every model; by default as many as take some seconds here. */
  readonly epochs: number | null;
  readonly folder: URL;
}

/** The undisturbed run of each model, trained when it is first asked for. */
export class Baselines {
  readonly #options: BaselineOptions;
  readonly #known = new Map<string, Promise<Known>>();

  constructor(options: BaselineOptions) {
    this.#options = options;
  }

  #link(stage: Stage, model: string, epochs: number): Promise<string> {
    const { makeLinks, seed, folder } = this.#options;
    return runLink(stage.page, makeLinks, model, seed, { epochs }, folder);
  }

  async #epochs(stage: Stage, model: string): Promise<number> {
    if (this.#options.epochs !== null) return this.#options.epochs;
    await undisturbed(stage, await this.#link(stage, model, TRIAL));
    const { run } = await look(stage.page, stage.runId);
    const seconds = run!.epochs.map(({ trainSeconds, evaluateSeconds }) => (trainSeconds + evaluateSeconds) / HASTE);
    return Math.min(MOST, Math.max(FEWEST, Math.round(RUN_S / Math.min(...seconds))));
  }

  async #make(stage: Stage, model: string): Promise<Known> {
    const epochs = await this.#epochs(stage, model);
    return { epochs, twin: await undisturbed(stage, await this.#link(stage, model, epochs)) };
  }

  /** Drives a planned run beside the undisturbed one of its model. */
  async drive(stage: Stage, plan: PlannedRun): Promise<DrivenRun & { readonly epochs: number }> {
    let known = this.#known.get(plan.model);
    if (!known) {
      known = this.#make(stage, plan.model);
      this.#known.set(plan.model, known);
      // The next one to ask tries again.
      known.catch(() => this.#known.delete(plan.model));
    }
    const { epochs, twin } = await known;
    return { epochs, ...(await drive(stage, plan, await this.#link(stage, plan.model, epochs), twin)) };
  }
}
