import { create } from 'zustand';
import { completeConfig } from '../domain/models/catalogue';
import type { Experiment } from '../domain/run';
import type { SharedRun } from '../domain/sharedRun';

/** What the experiment form was last filled in from, until another one is: its results are put beside those of a run of the same experiment. */
interface TheirsState {
  readonly theirs: SharedRun | null;
  /** Its dataset's fingerprint. */
  readonly fingerprint: string;
  take(theirs: SharedRun, fingerprint: string): void;
}

export const useTheirs = create<TheirsState>()((set) => ({
  theirs: null,
  fingerprint: '',
  take: (theirs, fingerprint) => set({ theirs, fingerprint }),
}));

/** What was shared of this very experiment; null where it is another one. */
export function theirsOf(
  { theirs, fingerprint }: Pick<TheirsState, 'theirs' | 'fingerprint'>,
  { model, config, seed, dataset }: Experiment,
): SharedRun | null {
  if (!theirs || theirs.model !== model || theirs.seed !== seed || fingerprint !== dataset.fingerprint) return null;
  const [wanted, given] = [completeConfig(model, config), completeConfig(model, theirs.config)];
  return Object.keys(wanted).every((key) => wanted[key] === given[key]) ? theirs : null;
}
