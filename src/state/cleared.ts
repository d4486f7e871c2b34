import { create } from 'zustand';
import { isActive } from '../domain/run';
import { onLostConnection, type Database } from '../storage/database';
import { database } from './database';
import { useDatasets } from './datasets';
import { useRuns } from './runs';
import type { RunsState } from './runsState';

interface Cleared {
  /** The browser deleted what was stored here while the page was open. */
  readonly cleared: boolean;
  dismiss(): void;
}

export const useCleared = create<Cleared>()((set) => ({ cleared: false, dismiss: () => set({ cleared: false }) }));

/** What the page lists; of runs that train the documents are written anew. */
interface Listed {
  readonly datasets: readonly { readonly id: string }[];
  readonly runs: RunsState['runs'];
}

/** Whether the page lists something and none of it is stored any more. */
export async function isCleared(
  { datasets, runs }: Listed,
  { datasets: d, runs: r }: Pick<Database, 'datasets' | 'runs'>,
): Promise<boolean> {
  const ended = runs.filter(({ status }) => !isActive(status));
  if (datasets.length + ended.length === 0) return false;
  const [storedDatasets, storedRuns] = [new Set(await d.keys()), new Set(await r.keys())];
  return !datasets.some(({ id }) => storedDatasets.has(id)) && !ended.some(({ id }) => storedRuns.has(id));
}

/** Looks whether what the page lists is still there, and says so where it is not. */
export async function lookForData(): Promise<void> {
  const listed = { datasets: useDatasets.getState().datasets, runs: useRuns.getState().runs };
  // A storage that never opens is said by whoever needs it.
  if (await isCleared(listed, database).catch(() => false)) useCleared.setState({ cleared: true });
}

/** Looks when the browser takes the database away. */
export function hearClearing(): void {
  onLostConnection(() => void lookForData());
}

/** What a reload would lose; null when nothing. */
export const runInProgress = ({ activeId, runs }: Pick<RunsState, 'activeId' | 'runs'>): string | null =>
  activeId !== null && runs.some(({ id }) => id === activeId)
    ? 'The run in progress goes on and is stored when it ends. Reload then.'
    : null;
