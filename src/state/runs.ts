import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { faultOf } from '../domain/errors';
import { runName } from '../domain/runName';
import { isActive, newRun, summarise, type RunDocument, type RunSummary } from '../domain/run';
import { deleteRun, listRuns, readRun, writeRun } from '../storage/runs';
import { database } from './database';
import { newId } from '../domain/ids';
import { LiveRun } from './liveRun';
import { medianJudge } from './medianStop';
import { withPretraining } from './pretraining';
import { endingOf, faultAt, liveSummary } from './runEnding';
import { editKey, editOf, nextInQueue, type RunEdit, type RunsEnvironment, type RunsState } from './runsState';
import { startSession, type Session, type SessionEnd } from './session';
import { browserChannel, browserLock } from './tabs';
import { openTrainingWorker } from './trainingWorker';

const QUEUE = 'queue';
const PAUSED = 'pausedGroups';
const EVERY_MS = 100;
const SUMMARY_EVERY_MS = 1000;
/** A lost device is tried again this often before the run fails. */
const RESTARTS = 2;
/** The store with its live data; tests give their own environment. */
export function createRuns(env: RunsEnvironment): {
  useRuns: UseBoundStore<StoreApi<RunsState>>;
  liveRun: (id: string) => LiveRun | null;
} {
  let live: LiveRun | null = null;
  let session: Session | null = null;
  let pumping = false;
  let loading: Promise<void> | null = null;
  let ticking = false;
  let summarised = 0;
  // Edits of the run in progress: its worker writes the document without knowing of them.
  const edits = new Map<string, RunEdit>();

  const useRuns = create<RunsState>()((set, get) => {
    const putSummary = (run: RunSummary): void => {
      const edited = { ...run, ...edits.get(run.id) };
      const known = get().runs.some(({ id }) => id === run.id);
      set(({ runs }) => ({ runs: known ? runs.map((one) => (one.id === run.id ? edited : one)) : [...runs, edited] }));
    };
    const store = async (run: RunDocument): Promise<void> => {
      await writeRun(env.database, run);
      putSummary(summarise(run));
      set(({ changes }) => ({ changes: { ...changes, [run.id]: (changes[run.id] ?? 0) + 1 } }));
    };
    const storeQueue = async (queue: readonly string[]): Promise<void> => {
      set({ queue });
      await env.database.settings.set(QUEUE, queue);
      env.channel.tell();
    };
    const storePaused = async (paused: readonly string[]): Promise<void> => {
      // It lasts beyond a reload from the moment it is shown.
      await env.database.settings.set(PAUSED, paused);
      set({ paused });
      env.channel.tell();
    };
    /** Runs `work`; a refusal of storage becomes the store's fault. */
    const guarded = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        set({ fault: faultOf(error) });
      }
    };

    const readAll = async (): Promise<void> => {
      const documents = await listRuns(env.database);
      const order = stringsOf(await env.database.settings.get(QUEUE));
      const paused = stringsOf(await env.database.settings.get(PAUSED));
      const queued = documents.filter(({ status }) => status === 'queued').map(({ id }) => id);
      set({
        loaded: true,
        paused,
        runs: documents.map((run) =>
          run.id === live?.runId
            ? { ...summarise(run), ...liveSummary(live) }
            : { ...summarise(run), ...edits.get(run.id) },
        ),
        queue: [...order.filter((id) => queued.includes(id)), ...queued.filter((id) => !order.includes(id))],
      });
    };

    /** Under the lock nobody trains: what is stored as active was left by a tab that is gone. */
    const recover = async (): Promise<void> => {
      await readAll();
      for (const { id, status } of get().runs) {
        if (!isActive(status) || id === live?.runId) continue;
        await store({
          ...(await readRun(env.database, id)),
          ...editOf(await env.database.settings.get(editKey(id))),
          status: 'interrupted',
        });
        await env.database.settings.delete([editKey(id)]);
      }
    };

    const tick = (): void => {
      if (ticking) return;
      ticking = true;
      setTimeout(() => {
        ticking = false;
        set(({ revision }) => ({ revision: revision + 1 }));
        const now = performance.now();
        if (live && now - summarised > SUMMARY_EVERY_MS) showLive();
      }, EVERY_MS);
    };
    const showLive = (): void => {
      if (!live) return;
      summarised = performance.now();
      const known = get().runs.find(({ id }) => id === live?.runId);
      if (known) putSummary({ ...known, ...liveSummary(live) });
    };

    /** Trains one run to its end; returns when its document is stored. */
    const train = async (id: string): Promise<void> => {
      const document = await readRun(env.database, id);
      const current = new LiveRun({ ...document, fault: null }, performance.now());
      live = current;
      set({ activeId: id });
      await storeQueue(get().queue.filter((one) => one !== id));
      await store({ ...document, status: 'preparing', fault: null });
      const judge = await medianJudge(document, get().runs, env.database);
      let end: SessionEnd;
      for (;;) {
        session = startSession(id, env.openWorker, (event) => {
          const before = current.status;
          current.apply(event, performance.now());
          if (current.status !== before) showLive();
          if (event.type === 'epoch' && judge && current.pending !== 'stop') {
            current.stopReason = judge(current.epochs);
            if (current.stopReason) get().command('stop');
          }
          tick();
        });
        end = await session.end;
        if (faultAt(end)?.code !== 'GPU_LOST' || current.restarts >= RESTARTS) break;
        current.restarts += 1;
        current.fault = null;
        current.phase = {
          text: `the GPU was lost; resuming from the last checkpoint (${current.restarts} of ${RESTARTS})`,
          fraction: null,
        };
        current.status = 'preparing';
        showLive();
      }
      session = null;
      const stored = end.kind === 'ended' ? end.run : await readRun(env.database, id);
      const edit = edits.get(id);
      edits.delete(id);
      if (edit) await env.database.settings.delete([editKey(id)]);
      live = null;
      set({ activeId: null });
      // A run that reached its end before the word arrived was not stopped by it.
      await store({
        ...stored,
        ...edit,
        ...endingOf(end, stored),
        ...(current.stopReason && stored.status === 'stopped' && { stopReason: current.stopReason }),
      });
      env.channel.tell();
    };

    const pump = async (): Promise<void> => {
      if (pumping || nextInQueue(get()) === undefined) return;
      pumping = true;
      try {
        await env.lock.hold(
          async () => {
            set({ elsewhere: false });
            // Another tab may have changed everything since this one last looked.
            await recover();
            for (let next = nextInQueue(get()); next !== undefined; next = nextInQueue(get())) await train(next);
          },
          () => set({ elsewhere: true }),
        );
      } catch (error) {
        live = null;
        session?.kill();
        set({ fault: faultOf(error), activeId: null });
      } finally {
        pumping = false;
      }
    };

    return {
      loaded: false,
      fault: null,
      runs: [],
      queue: [],
      paused: [],
      activeId: null,
      elsewhere: false,
      revision: 0,
      changes: {},

      load: () =>
        (loading ??= guarded(async () => {
          await readAll();
          env.channel.listen(() => void guarded(readAll).then(pump));
          if (get().runs.some(({ status }) => isActive(status))) {
            void env.lock
              .hold(
                () => guarded(recover),
                () => set({ elsewhere: true }),
              )
              .then(() => {
                set({ elsewhere: false });
                void pump();
              });
          } else void pump();
        })),
      reload: () =>
        guarded(async () => {
          await readAll();
          env.channel.tell();
        }),
      enqueue: async (experiments) => {
        const wanted = withPretraining(experiments, get().runs);
        const documents = wanted.map(({ experiment, group, theirs }, i): RunDocument => ({
          ...newRun(newId(), runName(experiment), experiment, new Date(Date.now() + i).toISOString()),
          ...(group && { group }),
          ...(theirs && { theirs }),
        }));
        await guarded(async () => {
          for (const run of documents) await store(run);
          await storeQueue([...get().queue, ...documents.map(({ id }) => id)]);
        });
        void pump();
        return documents.filter((_, i) => wanted[i]?.asked).map(({ id }) => id);
      },
      resume: (...ids) =>
        guarded(async () => {
          const again = ids.filter((id) => get().activeId !== id && !get().queue.includes(id));
          for (const id of again) await store({ ...(await readRun(env.database, id)), status: 'queued', fault: null });
          await storeQueue([...again, ...get().queue]);
          void pump();
        }),
      setPaused: (group, wanted) =>
        guarded(async () => {
          const others = get().paused.filter((id) => id !== group);
          await storePaused(wanted ? [...others, group] : others);
          void pump();
        }),
      dequeue: (id) =>
        guarded(async () => {
          if (!get().queue.includes(id)) return;
          const run = await readRun(env.database, id);
          await store({ ...run, status: run.epochs.length > 0 ? 'interrupted' : 'stopped' });
          await storeQueue(get().queue.filter((one) => one !== id));
        }),
      move: (id, places) =>
        guarded(async () => {
          const queue = get().queue.filter((one) => one !== id);
          const from = get().queue.indexOf(id);
          if (from < 0) return;
          queue.splice(Math.max(0, from + places), 0, id);
          await storeQueue(queue);
        }),
      remove: (ids) =>
        guarded(async () => {
          const gone = ids.filter((id) => id !== get().activeId);
          await storeQueue(get().queue.filter((id) => !gone.includes(id)));
          for (const id of gone) await deleteRun(env.database, id);
          set(({ runs }) => ({ runs: runs.filter(({ id }) => !gone.includes(id)) }));
          await storePaused(get().paused.filter((group) => get().runs.some((run) => run.group?.id === group)));
        }),
      edit: (id, change) =>
        guarded(async () => {
          if (id === get().activeId) {
            edits.set(id, { ...edits.get(id), ...change });
            const known = get().runs.find((run) => run.id === id);
            if (known) putSummary(known);
            await env.database.settings.set(editKey(id), edits.get(id));
            return;
          }
          await store({ ...(await readRun(env.database, id)), ...change });
          env.channel.tell();
        }),
      command: (command) => {
        if (!live || !session) return;
        live.pending = command;
        session.send({ type: command });
        tick();
      },
      interrupt: () => session?.kill(),
      dismissFault: () => set({ fault: null }),
    };
  });

  return { useRuns, liveRun: (id) => (live?.runId === id ? live : null) };
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export const { useRuns, liveRun } = createRuns({
  database,
  openWorker: openTrainingWorker,
  lock: browserLock,
  channel: browserChannel(),
});
