import { create } from 'zustand';
import { FIRST_LIST, type ListLook, type ListSettings, type SavedView } from '../domain/listView';
import { readRunList, writeRunList } from '../storage/runList';
import { database } from './database';

interface RunList extends ListSettings {
  load(): Promise<void>;
  change(look: Partial<ListLook>): void;
  setBaseline(id: string | null): void;
  /** Keeps a view; one of the same name is replaced. */
  save(view: SavedView): void;
  forget(name: string): void;
}

/** How the list of runs is looked at, kept from visit to visit. */
export const useRunList = create<RunList>()((set, get) => {
  let loading: Promise<void> | null = null;
  const keep = (changes: Partial<ListSettings>): void => {
    set(changes);
    const { look, baseline, views } = get();
    // What cannot be stored is as it was at the next visit: nothing is lost but a choice.
    writeRunList(database, { look, baseline, views }).catch(() => undefined);
  };
  return {
    ...FIRST_LIST,
    load: () => (loading ??= readRunList(database).then(set, () => undefined)),
    change: (changes) => keep({ look: { ...get().look, ...changes } }),
    setBaseline: (baseline) => keep({ baseline }),
    save: (view) => keep({ views: [...get().views.filter(({ name }) => name !== view.name), view] }),
    forget: (name) => keep({ views: get().views.filter((one) => one.name !== name) }),
  };
});
