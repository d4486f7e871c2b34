import { create } from 'zustand';
import { faultOf, type Fault } from '../domain/errors';
import type { TrainingEvent } from '../domain/protocol';
import type { DeviceReport } from '../domain/run';
import type { BackendChoice } from '../domain/backend';
import { database } from './database';
import { openTrainingWorker, type TrainingPort } from './trainingWorker';

/** Which device a person wants; the run starter copies it into the experiment. */
export interface BackendPreference {
  readonly backend: BackendChoice;
  /** Take a WebGPU adapter that runs on the processor. */
  readonly allowSoftware: boolean;
}

export const BACKEND_CHOICES: readonly BackendChoice[] = ['auto', 'webgpu', 'wasm', 'cpu'];

const KEY = 'backend';

interface DeviceState {
  readonly preference: BackendPreference;
  /** The last probe's answer with the preference above; null until it came, or when it failed. */
  readonly report: DeviceReport | null;
  /** What the probe is doing, in words; null when none is running. */
  readonly checking: string | null;
  readonly fault: Fault | null;
  /** Reads the stored preference, then probes once. */
  load(): Promise<void>;
  /** Changes and stores the preference, then probes again. */
  prefer(preference: BackendPreference): Promise<void>;
  /** Starts a device, tests it, lets it go. */
  probe(): void;
}

const PROBE_LIMIT_MS = 120_000;

let prober: { readonly worker: TrainingPort; readonly timer: ReturnType<typeof setTimeout> } | null = null;
let loading: Promise<void> | null = null;

export const useDevice = create<DeviceState>()((set, get) => {
  const finish = (last: Partial<DeviceState>): void => {
    if (prober) {
      clearTimeout(prober.timer);
      prober.worker.terminate();
      prober = null;
    }
    set({ ...last, checking: null });
  };

  const onEvent = (event: TrainingEvent): void => {
    switch (event.type) {
      case 'phase':
        return set({ checking: event.text });
      case 'device':
        return finish({ report: event.device });
      case 'fault':
        return finish({ fault: event.fault, report: null });
      case 'status':
      case 'progress':
      case 'intervals':
      case 'epoch':
      case 'findings':
      case 'storage':
      case 'watched':
      case 'alive':
      case 'estimated':
      case 'paced':
      case 'proved':
      case 'ended':
        return;
    }
  };

  const probe = (): void => {
    finish({ fault: null });
    const { preference } = get();
    set({ checking: startingWords(preference) });
    const worker = openTrainingWorker({
      onEvent: (event) => {
        // A probe that was replaced may still have had events in the queue.
        if (prober?.worker === worker) onEvent(event);
      },
      onDeath: (reason) => finish({ fault: workerFault(reason) }),
    });
    const timer = setTimeout(() => finish({ fault: slowFault() }), PROBE_LIMIT_MS);
    prober = { worker, timer };
    worker.send({ type: 'probe', ...preference });
  };

  return {
    preference: { backend: 'auto', allowSoftware: false },
    report: null,
    checking: null,
    fault: null,
    load: () =>
      (loading ??= (async () => {
        try {
          const stored = preferenceOf(await database.settings.get(KEY));
          if (stored) set({ preference: stored });
        } catch {
          // The Data page says that storage does not work; the device does not depend on it.
        }
        probe();
      })()),
    prefer: async (preference) => {
      set({ preference, report: null });
      probe();
      try {
        await database.settings.set(KEY, preference);
      } catch (error) {
        set({ fault: faultOf(error) });
      }
    },
    probe,
  };
});

function startingWords({ backend }: BackendPreference): string {
  switch (backend) {
    case 'auto':
      return 'looking for a GPU';
    case 'webgpu':
      return 'starting WebGPU';
    case 'wasm':
      return 'starting WebAssembly';
    case 'cpu':
      return 'starting the processor backend';
  }
}

function preferenceOf(value: unknown): BackendPreference | null {
  if (typeof value !== 'object' || value === null || !('backend' in value) || !('allowSoftware' in value)) return null;
  const backend = BACKEND_CHOICES.find((choice) => choice === value.backend);
  return backend ? { backend, allowSoftware: value.allowSoftware === true } : null;
}

function workerFault(message: string): Fault {
  return {
    code: 'WORKER_FAILED',
    message: `The device check stopped: ${message.replace(/\.+$/, '')}.`,
    hint: 'Reload the page. If it happens again, choose WASM on the Device page.',
    context: {},
  };
}

function slowFault(): Fault {
  return {
    code: 'GPU_UNAVAILABLE',
    message: `The device did not answer within ${PROBE_LIMIT_MS / 1000} s.`,
    hint: 'Choose WASM on the Device page, or restart the browser.',
    context: {},
  };
}
