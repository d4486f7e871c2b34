import { useCallback, useEffect, useRef, useState } from 'react';
import { database } from '../../state/database';
import { draftLike, EMPTY_DRAFT, parseDraft, type Draft, type FilledIn } from './draft';

const KEY = 'draft';
const SAVE_AFTER_MS = 400;

export type ChangeDraft = (update: (draft: Draft) => Draft) => void;

/** Fills the form in as `experiment` was, for the next time that it opens. */
export async function keepDraftLike(experiment: FilledIn): Promise<void> {
  const stored = parseDraft(await database.settings.get(KEY)) ?? EMPTY_DRAFT;
  await database.settings.set(KEY, draftLike(stored, experiment));
}

/** The last draft; null until storage has answered. Changes are stored shortly after. */
export function useDraft(): { readonly draft: Draft | null; readonly change: ChangeDraft } {
  const [draft, setDraft] = useState<Draft | null>(null);
  const saved = useRef<Draft | null>(null);
  const pending = useRef<(() => void) | null>(null);

  useEffect(() => {
    let over = false;
    const show = (stored: Draft): void => {
      if (over) return;
      saved.current = stored;
      setDraft(stored);
    };
    database.settings.get(KEY).then(
      (stored) => show(parseDraft(stored) ?? EMPTY_DRAFT),
      () => show(EMPTY_DRAFT),
    );
    return () => {
      over = true;
    };
  }, []);

  useEffect(() => {
    if (!draft || draft === saved.current) return undefined;
    const save = (): void => {
      saved.current = draft;
      pending.current = null;
      // A draft that cannot be stored is only lost on reload: nothing to report.
      database.settings.set(KEY, draft).catch(() => undefined);
    };
    const timer = setTimeout(save, SAVE_AFTER_MS);
    pending.current = save;
    return () => clearTimeout(timer);
  }, [draft]);
  // Leaving the page within the delay must not lose the last change.
  useEffect(() => () => pending.current?.(), []);

  const change = useCallback<ChangeDraft>((update) => setDraft((current) => current && update(current)), []);
  return { draft, change };
}
