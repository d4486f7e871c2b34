import { create } from 'zustand';
import { faultOf, type Fault } from '../domain/errors';
import { withoutPreset, withPreset, type OwnPreset } from '../domain/ownPresets';
import { changeOwnPresets, readOwnPresets } from '../storage/ownPresets';
import { database } from './database';

interface OwnPresets {
  readonly presets: readonly OwnPreset[];
  /** Why the last change was not stored. */
  readonly fault: Fault | null;
  load(): Promise<void>;
  /** Reads again what an import has stored. */
  reload(): Promise<void>;
  keep(preset: Parameters<typeof withPreset>[1]): Promise<void>;
  forget(preset: Pick<OwnPreset, 'model' | 'name'>): Promise<void>;
}

/** Settings of models that a person keeps under names. */
export const useOwnPresets = create<OwnPresets>()((set) => {
  let loading: Promise<void> | null = null;
  const take = (presets: readonly OwnPreset[]): void => set({ presets, fault: null });
  const fail = (error: unknown): void => set({ fault: faultOf(error) });
  return {
    presets: [],
    fault: null,
    load: () => (loading ??= readOwnPresets(database).then(take, fail)),
    reload: () => (loading = readOwnPresets(database).then(take, fail)),
    keep: (preset) => changeOwnPresets(database, (presets) => withPreset(presets, preset)).then(take, fail),
    forget: (preset) => changeOwnPresets(database, (presets) => withoutPreset(presets, preset)).then(take, fail),
  };
});
