import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { database } from './database';
import type { LiveRun } from './liveRun';
import { runActions } from './runActions';
import { RunRecords } from './runRecords';
import type { RunsEnvironment, RunsState } from './runsState';
import { browserChannel, browserLock } from './tabs';
import { TrainingQueue } from './trainingQueue';
import { openTrainingWorker } from './trainingWorker';

/** The store with its live data; tests give their own environment. */
export function createRuns(env: RunsEnvironment): {
  useRuns: UseBoundStore<StoreApi<RunsState>>;
  liveRun: (id: string) => LiveRun | null;
} {
  let live = (): LiveRun | null => null;
  const useRuns = create<RunsState>()((_set, _get, store) => {
    const records = new RunRecords(env, store);
    live = () => records.live;
    return {
      loaded: false,
      fault: null,
      runs: [],
      unreadable: [],
      queue: [],
      paused: [],
      activeId: null,
      elsewhere: false,
      revision: 0,
      changes: {},
      ...runActions(records, new TrainingQueue(records)),
    };
  });
  const liveRun = (id: string): LiveRun | null => {
    const current = live();
    return current?.runId === id ? current : null;
  };
  return { useRuns, liveRun };
}

export const { useRuns, liveRun } = createRuns({
  database,
  openWorker: openTrainingWorker,
  lock: browserLock,
  channel: browserChannel(),
  roomMs: 5000,
});
