import { useCallback, useSyncExternalStore } from 'react';

/** Where the pointer is on the x axis, shared by all charts that name the same key. Outside the stores: it moves with the mouse. */
const positions = new Map<string, number>();
const listeners = new Map<string, Set<() => void>>();

/** Moves the shared cursor; null takes it away. */
export function setCursor(key: string, x: number | null): void {
  if ((positions.get(key) ?? null) === x) return;
  if (x === null) positions.delete(key);
  else positions.set(key, x);
  listeners.get(key)?.forEach((listener) => listener());
}

/** The shared cursor's x, or null when no chart is pointed at. */
export function useCursor(key: string): number | null {
  const subscribe = useCallback(
    (listener: () => void) => {
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(key);
      };
    },
    [key],
  );
  const here = (): number | null => positions.get(key) ?? null;
  return useSyncExternalStore(subscribe, here, here);
}
