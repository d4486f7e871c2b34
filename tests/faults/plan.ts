import { stream, type Random } from '../../workers/numbers/rng';
import type { Fault } from './faults';

export interface Injection {
  readonly fault: Fault;
  /** Share of the run's steps after which it happens: 0 while the run is prepared, 1 in the ranking after the last step. */
  readonly at: number;
}

export interface PlannedRun {
  readonly number: number;
  readonly model: string;
  readonly injections: readonly Injection[];
  /** For what the faults themselves draw. */
  readonly random: Random;
}

export interface PlanOptions {
  readonly seed: number;
  readonly models: readonly string[];
  readonly faults: readonly Fault[];
  /** Injections in each run. */
  readonly perRun: number;
}

/** Shuffles a copy. */
function shuffled<T>(list: readonly T[], random: Random): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** The list over and over, in another order each time. */
function* dealt<T>(list: readonly T[], random: Random): Generator<T, never> {
  for (;;) yield* shuffled(list, random);
}

/** Every tenth at the very beginning, every tenth at the very end. */
function moment(random: Random): number {
  const place = random.integer(10);
  return place === 0 ? 0 : place === 1 ? 1 : random.uniform();
}

/** Runs without end. All follows from the seed: the `n`-th run is the same whatever became of the others. */
export function* planned({ seed, models, faults, perRun }: PlanOptions): Generator<PlannedRun, never> {
  const ofModels = dealt(models, stream(seed, 'models'));
  const ofFaults = dealt(faults, stream(seed, 'faults'));
  for (let number = 1; ; number++) {
    const random = stream(seed, `run ${number}`);
    const model = ofModels.next().value;
    const injections = Array.from({ length: perRun }, () => ({ fault: ofFaults.next().value, at: moment(random) }));
    // What ends the run comes last, once.
    const [lasting, ending] = [true, false].map((lasts) =>
      injections.filter(({ fault }) => (fault.leaves === 'the run') === lasts),
    );
    yield { number, model, injections: [...lasting!.sort((a, b) => a.at - b.at), ...ending!.slice(0, 1)], random };
  }
}
