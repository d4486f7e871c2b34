import { create } from 'zustand';
import { faultOf, type Fault } from '../domain/errors';
import type { DeviceProof } from '../domain/proof';
import { readDeviceProof, writeDeviceProof } from '../storage/deviceProof';
import { database } from './database';
import { useDevice } from './device';
import { openTrainingWorker, type TrainingPort } from './trainingWorker';
import type { Phase } from './workerThread';

interface ProofState {
  /** The last proof of a device of this browser. */
  readonly proof: DeviceProof | null;
  /** What is being done; null when no proof is in progress. */
  readonly phase: Phase | null;
  readonly fault: Fault | null;
  /** Reads the stored proof. */
  load(): Promise<void>;
  /** Proves the device that new runs would take. */
  prove(): void;
  /** Ends the proof in progress; the last one stays. */
  cancel(): void;
}

let thread: TrainingPort | null = null;

export const useProof = create<ProofState>()((set) => {
  const end = (last: Partial<ProofState>): void => {
    thread?.terminate();
    thread = null;
    set({ ...last, phase: null });
  };

  const keep = async (proof: DeviceProof): Promise<void> => {
    end({ proof });
    try {
      await writeDeviceProof(database, proof);
    } catch (error) {
      set({ fault: faultOf(error) });
    }
  };

  return {
    proof: null,
    phase: null,
    fault: null,
    load: async () => {
      try {
        const stored = await readDeviceProof(database);
        if (stored) set({ proof: stored });
      } catch {
        // The Data page says that storage does not work; a proof can be made without it.
      }
    },
    prove: () => {
      end({ fault: null });
      set({ phase: { text: 'opening the device', fraction: 0 } });
      const worker = openTrainingWorker({
        onEvent: (event) => {
          if (thread !== worker) return;
          if (event.type === 'phase') set({ phase: event });
          else if (event.type === 'proved') void keep(event.proof);
          else if (event.type === 'fault') end({ fault: event.fault });
        },
        onDeath: (reason) => end({ fault: stoppedFault(reason) }),
      });
      thread = worker;
      worker.send({ type: 'prove', ...useDevice.getState().preference });
    },
    cancel: () => end({}),
  };
});

const stoppedFault = (reason: string): Fault => ({
  code: 'WORKER_FAILED',
  message: `The proof stopped: ${reason.replace(/\.+$/, '')}.`,
  hint: 'Reload the page and prove the device again. If it stops again at the same place, choose WASM for runs.',
  context: {},
});
