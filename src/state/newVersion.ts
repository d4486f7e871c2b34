import { create } from 'zustand';
import { isActive } from '../domain/run';
import { lookForData } from './cleared';
import { isRefused, type ImportJob } from './importJob';
import { nextInQueue, type RunsState } from './runsState';

const CHECK_EVERY_MS = 3_600_000;

interface NewVersion {
  /** `ready`: a newer version is stored and waits. `replaced`: another tab changed to it, this page is still the old one. */
  readonly news: 'ready' | 'replaced' | null;
  /** Says no more of it until the next one. */
  dismiss(): void;
}

export const useNewVersion = create<NewVersion>()((set) => ({ news: null, dismiss: () => set({ news: null }) }));

let registration: ServiceWorkerRegistration | null = null;
let asked = false;

/** Keeps the app for use without a network, and hears of new versions. Where the browser does not offer that, nothing changes. */
export async function keepForOffline(): Promise<void> {
  // Absent outside secure contexts, whatever the types say.
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  let controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    if (asked) return location.reload();
    // No other worker took over: this one is gone, as when the browser clears the site's data.
    if (!serviceWorker.controller) {
      controlled = false;
      return void lookForData();
    }
    // The first worker takes over the page that brought it, which is of the same version.
    if (controlled) useNewVersion.setState({ news: 'replaced' });
    controlled = true;
  });
  const kept = await serviceWorker.register('./sw.js', { updateViaCache: 'none' }).catch(() => null);
  if (!kept) return;
  registration = kept;
  const look = (): void => {
    if (kept.waiting && kept.active) useNewVersion.setState({ news: 'ready' });
  };
  const follow = (): void => kept.installing?.addEventListener('statechange', look);
  kept.addEventListener('updatefound', follow);
  follow();
  look();
  // Without a network there is nothing new.
  setInterval(() => void kept.update().catch(() => undefined), CHECK_EVERY_MS);
}

/** Reloads into the new version. */
export function changeVersion(): void {
  if (!registration?.waiting) return location.reload();
  asked = true;
  registration.waiting.postMessage('take over');
}

/** Asks the host for a newer version, and reloads into it; without one, into what is there. */
export async function newestVersion(): Promise<void> {
  await registration?.update().catch(() => undefined);
  const coming = registration?.installing;
  if (coming) await new Promise((resolve) => coming.addEventListener('statechange', resolve, { once: true }));
  changeVersion();
}

type Training = Pick<RunsState, 'runs' | 'queue' | 'paused' | 'activeId' | 'elsewhere'>;

/** What a reload would disturb in this tab, or a new version in another; null when nothing. */
export function reloadObstacle(training: Training, job: ImportJob | null): string | null {
  const { runs, activeId, elsewhere } = training;
  if (activeId !== null || elsewhere || runs.some(({ status }) => isActive(status)))
    return 'A run is training. The new version can start when it has ended.';
  if (nextInQueue(training) !== undefined)
    return 'Runs are waiting in the queue. The new version can start when they have ended.';
  if (job && job.stage.name !== 'failed' && !isRefused(job))
    return 'A dataset is being imported. The new version can start when it is stored.';
  return null;
}
