import { create } from 'zustand';
import { AppError, errorFromFault, faultOf, type Fault } from '../domain/errors';
import type { Experiment } from '../domain/run';
import type { PaceOf } from '../domain/timeEstimate';
import { openTrainingWorker } from './trainingWorker';

interface Paces {
  /** Seconds per epoch by what was measured, as long as the page lives. */
  readonly known: ReadonlyMap<string, number>;
  /** What is being measured, in words; null when nothing is. */
  readonly measuring: string | null;
  readonly fault: Fault | null;
  /** Takes three steps of each experiment that is not measured yet, one after the other. */
  measure(experiments: readonly Experiment[]): Promise<void>;
}

/** One experiment of a model stands for its others on the same data, as a finished run does. */
const keyOf = ({ model, dataset, backend }: Experiment): string =>
  JSON.stringify([model, dataset.fingerprint, backend]);

export const usePaces = create<Paces>()((set, get) => ({
  known: new Map(),
  measuring: null,
  fault: null,
  measure: async (experiments) => {
    if (get().measuring !== null) return;
    set({ measuring: 'starting', fault: null });
    try {
      for (const experiment of experiments) {
        if (get().known.has(keyOf(experiment))) continue;
        const seconds = await askPace(experiment, (measuring) => set({ measuring }));
        set({ known: new Map([...get().known, [keyOf(experiment), seconds ?? 0]]) });
      }
    } catch (error) {
      set({ fault: faultOf(error) });
    }
    set({ measuring: null });
  },
}));

/** The measured paces, for an estimate. */
export const paceOf =
  (known: Paces['known']): PaceOf =>
  (experiment) =>
    known.get(keyOf(experiment)) ?? null;

/** Asks a worker that lives for this question. */
function askPace(experiment: Experiment, onPhase: (text: string) => void): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      port.terminate();
      settle();
    };
    const port = openTrainingWorker({
      onEvent: (event) => {
        if (event.type === 'phase') onPhase(event.text);
        else if (event.type === 'paced') end(() => resolve(event.seconds));
        else if (event.type === 'fault') end(() => reject(errorFromFault(event.fault)));
      },
      onDeath: (reason) =>
        end(() =>
          reject(
            new AppError(
              'WORKER_FAILED',
              `The worker that takes the steps failed: ${reason}.`,
              'You can start all the same.',
            ),
          ),
        ),
    });
    port.send({ type: 'pace', experiment });
  });
}
