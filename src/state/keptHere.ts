import { database } from './database';
import { useDatasets } from './datasets';
import { createKept, type Stock } from './kept';
import { useReasoning } from './reasoning';
import { useRuns } from './runs';

/** Reading the property is refused where a browser keeps nothing. */
function place(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export const useKept = createKept({ database, place: place(), now: () => new Date() });

/** null until both lists have been read: what could not be listed is not gone. */
function stock(): Stock | null {
  const { loaded, fault, datasets, unreadable } = useDatasets.getState();
  const { loaded: listed, runs, unreadable: others } = useRuns.getState();
  if (!loaded || !listed || (fault && datasets.length === 0)) return null;
  return {
    datasets: datasets.filter(({ source }) => source.kind !== 'demo').length + unreadable.length,
    runs: runs.length + others.length,
    work: runs,
  };
}

let starting: Promise<void> | null = null;

/** Finds out what was cleared since the last visit, then follows what is stored. Where the storage does not open, that is said elsewhere. */
export const watchStorage = (): Promise<void> => (starting ??= start().catch(() => undefined));

async function start(): Promise<void> {
  const { getState } = useKept;
  await getState().start();
  const see = (): void => {
    const now = stock();
    if (now)
      void getState()
        .see(now)
        .catch(() => undefined);
  };
  see();
  useDatasets.subscribe((now, before) => {
    if (now.datasets !== before.datasets || now.unreadable !== before.unreadable || now.loaded !== before.loaded) see();
  });
  useRuns.subscribe((now, before) => {
    if (now.runs !== before.runs || now.unreadable !== before.unreadable || now.loaded !== before.loaded) see();
  });
  followReasoning();
}

/** Counts the time for which models are asked, a minute at a time: a tab that is closed loses no more. */
function followReasoning(): void {
  let since: number | null = null;
  const count = (goesOn: boolean): void => {
    const now = performance.now();
    if (since !== null)
      void useKept
        .getState()
        .addReasoning((now - since) / 1000)
        .catch(() => undefined);
    since = goesOn ? now : null;
  };
  const isAsking = (): boolean => ['running', 'pausing'].includes(useReasoning.getState().status.name);
  useReasoning.subscribe(() => {
    if (isAsking() !== (since !== null)) count(isAsking());
  });
  setInterval(() => since !== null && count(isAsking()), 60_000);
}
