import { isActive } from '../domain/run';
import { moveRuns } from '../storage/runLayout';
import { deleteRun } from '../storage/runs';
import { enqueue } from './enqueue';
import type { RunRecords } from './runRecords';
import type { RunsState } from './runsState';
import type { TrainingQueue } from './trainingQueue';

type Actions = {
  [Key in keyof RunsState as RunsState[Key] extends (...args: never[]) => unknown ? Key : never]: RunsState[Key];
};

/** What a person can do with runs and the queue. */
export const runActions = (records: RunRecords, queue: TrainingQueue): Actions => ({
  ...listActions(records, queue),
  ...queueActions(records, queue),
  command: (command) => queue.command(command),
  save: () => queue.save(),
  interrupt: () => queue.kill(),
});

function listActions(records: RunRecords, queue: TrainingQueue) {
  const { database, channel, lock } = records.env;
  let loading: Promise<void> | null = null;
  const load = async (): Promise<void> => {
    await records.readAll();
    // Where there is no room for it, runs stay as they are: they are read in either layout.
    void moveRuns(database).catch(() => undefined);
    void records.guarded(() => queue.sweep());
    channel.listen(() => void records.guarded(() => records.readAll()).then(() => queue.lookAround()));
    if (!records.state.runs.some(({ status }) => isActive(status))) return void queue.pump();
    const wait = (): void => records.set({ elsewhere: true });
    void lock
      .hold(() => records.guarded(() => queue.recover()), wait)
      .then(() => {
        records.set({ elsewhere: false });
        void queue.pump();
      });
  };
  return {
    load: () => (loading ??= records.guarded(load)),
    reload: () =>
      records.guarded(async () => {
        await records.readAll();
        channel.tell();
      }),
    remove: (ids: readonly string[]) =>
      records.guarded(async () => {
        await records.changeQueue((queue) => queue.filter((id) => !ids.includes(id)));
        for (const id of ids) await deleteRun(database, id);
        records.drop(ids);
        queue.lookAround();
        const { runs, paused } = records.state;
        await records.storePaused(paused.filter((group) => runs.some((run) => run.group?.id === group)));
      }),
    edit: (id: string, change: Parameters<RunsState['edit']>[1]) =>
      records.guarded(async () => {
        await records.change(id, (run) => ({ ...run, ...change }));
        channel.tell();
      }),
    dismissFault: () => records.set({ fault: null }),
  };
}

function queueActions(records: RunRecords, queue: TrainingQueue) {
  const then = async (work: () => Promise<void>): Promise<void> => {
    await records.guarded(async () => {
      await work();
      void queue.pump();
    });
  };
  return {
    enqueue: async (experiments: Parameters<RunsState['enqueue']>[0]) => {
      const ids = await enqueue(records, experiments);
      void queue.pump();
      return ids;
    },
    resume: (...ids: string[]) =>
      then(async () => {
        const again: string[] = [];
        for (const id of ids) {
          const run = await records.change(id, (stored) =>
            isActive(stored.status) || stored.status === 'queued' ? null : { ...stored, status: 'queued', fault: null },
          );
          if (run) again.push(id);
        }
        await records.changeQueue((queue) => [...again, ...queue.filter((id) => !again.includes(id))]);
      }),
    setPaused: (group: string, wanted: boolean) =>
      then(async () => {
        const others = records.state.paused.filter((id) => id !== group);
        await records.storePaused(wanted ? [...others, group] : others);
      }),
    dequeue: (id: string) =>
      records.guarded(async () => {
        await records.change(id, (run) =>
          run.status === 'queued' ? { ...run, status: run.epochs.length > 0 ? 'interrupted' : 'stopped' } : null,
        );
        await records.changeQueue((queue) => queue.filter((one) => one !== id));
      }),
    move: (id: string, places: number) =>
      records.guarded(async () => {
        await records.changeQueue((queue) => {
          const from = queue.indexOf(id);
          const moved = queue.filter((one) => one !== id);
          if (from >= 0) moved.splice(Math.max(0, from + places), 0, id);
          return moved;
        });
      }),
  };
}
