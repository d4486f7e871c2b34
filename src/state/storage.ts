import { create } from 'zustand';

/** How much the browser keeps for this page, and whether it may throw it away. */
interface StorageState {
  /** Bytes; null where the browser does not tell. */
  readonly usage: number | null;
  readonly quota: number | null;
  /** `true`: kept until a person deletes it; `false`: the browser may clear it when the disk is full; null: unknown. */
  readonly persisted: boolean | null;
  /** What it said when it was asked at this visit; null while it was not. */
  readonly answer: 'yes' | 'no' | null;
  /** Asks the browser for the numbers above. */
  refresh(): Promise<void>;
  /** After a save: asks for persistence the first time, then refreshes. */
  keep(): Promise<void>;
  /** Asks the browser not to clear this page's data. It may say no. */
  ask(): Promise<void>;
}

let asked = false;

export const useStorage = create<StorageState>()((set, get) => ({
  usage: null,
  quota: null,
  persisted: null,
  answer: null,
  refresh: async () => {
    const manager = storageManager();
    if (!manager) return;
    const [estimate, persisted] = await Promise.all([manager.estimate(), manager.persisted()]);
    set({ usage: estimate.usage ?? null, quota: estimate.quota ?? null, persisted });
  },
  keep: async () => {
    if (asked) return get().refresh();
    asked = true;
    await get().ask();
  },
  ask: async () => {
    const manager = storageManager();
    if (manager && !(await manager.persisted())) set({ answer: (await manager.persist()) ? 'yes' : 'no' });
    await get().refresh();
  },
}));

/** Absent outside secure contexts, whatever the types say. */
function storageManager(): StorageManager | null {
  return 'storage' in navigator && 'estimate' in navigator.storage ? navigator.storage : null;
}

/** Share of the quota in use, in [0, 1]; null while unknown. */
export function usedShare(state: Pick<StorageState, 'usage' | 'quota'>): number | null {
  return state.usage === null || !state.quota ? null : state.usage / state.quota;
}

/** A share in whole percent: `4 %`, `< 1 %`. */
export function shareWords(share: number): string {
  return share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`;
}
