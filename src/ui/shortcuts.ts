import { useEffect } from 'react';
import { create } from 'zustand';

/** One keyboard shortcut. `keys` is one key (`?`) or two pressed after each other (`g d`), as `KeyboardEvent.key` names them. */
export interface Shortcut {
  readonly keys: string;
  readonly label: string;
  /** Heading in the sheet: `Go to`, `Run`, … */
  readonly group: string;
  readonly run: () => void;
}

interface ShortcutState {
  readonly shortcuts: readonly Shortcut[];
  /** Single-character shortcuts can be switched off, for speech input (WCAG 2.1.4). */
  readonly enabled: boolean;
  readonly sheetOpen: boolean;
  setEnabled(enabled: boolean): void;
  setSheetOpen(open: boolean): void;
}

const KEY = 'lodestone.shortcuts';
const SEQUENCE_MS = 1000;

function storedEnabled(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export const useShortcutState = create<ShortcutState>()((set) => ({
  shortcuts: [],
  enabled: storedEnabled(),
  sheetOpen: false,
  setEnabled: (enabled) => {
    try {
      localStorage.setItem(KEY, enabled ? 'on' : 'off');
    } catch {
      // Lasts as long as the page.
    }
    set({ enabled });
  },
  setSheetOpen: (sheetOpen) => set({ sheetOpen }),
}));

/** Registers shortcuts while a component is shown. Pass a stable array (module constant or `useMemo`). */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  useEffect(() => {
    useShortcutState.setState((state) => ({ shortcuts: [...state.shortcuts, ...shortcuts] }));
    return () =>
      useShortcutState.setState((state) => ({ shortcuts: state.shortcuts.filter((one) => !shortcuts.includes(one)) }));
  }, [shortcuts]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'button', 'submit', 'range', 'file'].includes(target.type)
  );
}

/** Listens on the document; returns the function that stops. */
export function listenForShortcuts(): () => void {
  let first: { readonly key: string; readonly at: number } | null = null;
  const onKey = (event: KeyboardEvent): void => {
    const { shortcuts, enabled, sheetOpen } = useShortcutState.getState();
    if (!enabled || sheetOpen || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // A dialog owns the keyboard while it is open.
    if (isTyping(event.target) || document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
    const started = first !== null && event.timeStamp - first.at < SEQUENCE_MS ? first.key : null;
    first = null;
    const find = (keys: string): Shortcut | undefined => shortcuts.findLast((shortcut) => shortcut.keys === keys);
    const found = (started === null ? undefined : find(`${started} ${event.key}`)) ?? find(event.key);
    if (found) {
      event.preventDefault();
      found.run();
    } else if (shortcuts.some((shortcut) => shortcut.keys.startsWith(`${event.key} `))) {
      first = { key: event.key, at: event.timeStamp };
    }
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
