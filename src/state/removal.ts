import { create } from 'zustand';
import { useRuns } from './runs';

/** Time in which a deletion can be taken back. */
export const UNDO_SECONDS = 10;

interface Removal {
  /** Runs that are deleted in a moment; nothing is removed yet. */
  readonly ids: readonly string[];
  /** Deletes runs, unless it is taken back in time. What waited before is deleted at once. */
  remove(ids: readonly string[]): void;
  undo(): void;
  /** Deletes now what waits: something is about to happen that may be about the same runs. */
  carryOut(): Promise<void>;
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Deletions that can still be taken back. They live with the page: a tab that closes has deleted nothing. */
export const useRemoval = create<Removal>()((set, get) => ({
  ids: [],
  remove: (ids) => {
    void get().carryOut();
    set({ ids });
    timer = setTimeout(() => void get().carryOut(), UNDO_SECONDS * 1000);
  },
  undo: () => {
    clearTimeout(timer);
    set({ ids: [] });
  },
  carryOut: async () => {
    clearTimeout(timer);
    const { ids } = get();
    if (ids.length === 0) return;
    await useRuns.getState().remove(ids);
    if (get().ids === ids) set({ ids: [] });
  },
}));
