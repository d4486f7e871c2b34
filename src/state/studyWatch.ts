import { create } from 'zustand';
import { faultOf, type Fault } from '../domain/errors';
import type { Plan } from '../domain/plan';
import type { StandingOfRun } from '../domain/studyFolder';
import { useRuns } from './runs';
import { importNamed } from './sharing';
import type { StudySource } from './studyFolder';
import { StudyWatcher, type Taken } from './studyWatcher';

/** Least milliseconds between two looks into a folder. */
export const LOOK_MS = 10_000;
/** A look that took long is followed by a pause so many times as long: the folder’s server has others to serve. */
const PAUSES = 20;

/** The study whose folder this page looks into. */
interface StudyWatchState {
  /** null: no folder is open. */
  readonly name: string | null;
  readonly live: boolean;
  readonly plan: Plan | null;
  readonly runs: readonly StandingOfRun[];
  /** What became of finished runs, by id. */
  readonly taken: ReadonlyMap<string, Taken>;
  /** When it was last looked at; null before. */
  readonly lookedAt: Date | null;
  /** Milliseconds from one look to the next. */
  readonly pace: number;
  /** All runs are finished and here. */
  readonly over: boolean;
  readonly importing: boolean;
  /** Why the folder could not be read; it is tried again. */
  readonly fault: Fault | null;
  /** Why nothing more is imported, until the person asks for it. */
  readonly refusal: Fault | null;
  /** Whether runs are imported with their weights. */
  readonly weights: boolean;
  open(source: StudySource): Promise<void>;
  /** Says why no folder was opened; one that is open stays. */
  refuse(fault: Fault): void;
  setWeights(weights: boolean): void;
  /** Looks now, and imports what storage has refused before. */
  again(): Promise<void>;
  close(): void;
}

const NOTHING = {
  name: null,
  live: false,
  plan: null,
  runs: [],
  taken: new Map<string, Taken>(),
  lookedAt: null,
  pace: LOOK_MS,
  over: false,
  importing: false,
  fault: null,
  refusal: null,
} as const;

let watcher: StudyWatcher | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let looking: Promise<void> = Promise.resolve();

export const useStudyWatch = create<StudyWatchState>()((set, get) => {
  const show = (of: StudyWatcher): void => {
    if (of === watcher) set({ plan: of.plan, runs: of.runs, taken: of.taken, over: of.over });
  };

  const look = async (of: StudyWatcher): Promise<void> => {
    const begun = performance.now();
    try {
      await of.look();
      if (of !== watcher) return;
      set({ fault: null, lookedAt: new Date() });
      show(of);
    } catch (error) {
      if (of !== watcher) return;
      set({ fault: troubleOf(of.source.name, error) });
    }
    set({ pace: Math.max(LOOK_MS, PAUSES * (performance.now() - begun)) });
    if (get().fault === null && get().refusal === null) await take(of);
  };

  const take = async (of: StudyWatcher): Promise<void> => {
    set({ importing: true });
    try {
      await of.importFinished(get().weights, () => show(of));
    } catch (error) {
      if (of === watcher) set({ refusal: faultOf(error) });
    }
    if (of !== watcher) return;
    set({ importing: false });
    show(of);
  };

  /** One look after another; then the next, unless nothing can change any more. */
  const next = (): Promise<void> => {
    clearTimeout(timer);
    const of = watcher;
    looking = looking.then(async () => {
      if (!of || of !== watcher) return;
      await look(of);
      const { fault, plan, over, live, pace } = get();
      if (of !== watcher || !live || over || (fault !== null && plan === null)) return;
      timer = setTimeout(() => void next(), pace);
    });
    return looking;
  };

  return {
    ...NOTHING,
    weights: false,
    open: (source) => {
      watcher = new StudyWatcher(source, { take: importNamed, here: () => useRuns.getState().runs });
      set({ ...NOTHING, name: source.name, live: source.live });
      return next();
    },
    refuse: (fault) => set({ fault }),
    setWeights: (weights) => {
      set({ weights });
      if (weights) void next();
    },
    again: () => {
      set({ refusal: null });
      return next();
    },
    close: () => {
      clearTimeout(timer);
      watcher = null;
      set(NOTHING);
    },
  };
});

/** What the browser says of a folder, as a sentence. */
function troubleOf(name: string, error: unknown): Fault {
  if (!(error instanceof DOMException)) return faultOf(error);
  const withdrawn = error.name === 'NotAllowedError';
  return {
    code: 'PLAN_FOLDER',
    message: withdrawn
      ? `The browser does not let this page read the folder “${name}” any more.`
      : `The folder “${name}” cannot be read now: ${error.message}`,
    hint: withdrawn ? 'Open it again and allow it.' : 'The page tries again. See that the disk or the server is there.',
    context: { reason: error.name },
  };
}
