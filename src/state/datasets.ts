import { create } from 'zustand';
import { DEFAULT_DEMO, type DatasetDocument, type DemoOptions, type ImportOptions } from '../domain/dataset';
import { faultOf, type Fault } from '../domain/errors';
import type { DatasetReading } from '../domain/reading';
import type { UnreadableDocument } from '../domain/unreadable';
import type { DatasetCommand, DatasetEvent, NamedFile } from '../domain/protocol';
import { deleteDataset, listDatasets } from '../storage/datasets';
import { database } from './database';
import { advance, newJob, type ImportJob } from './importJob';
import { holdImportLock, sweepWhileQuiet } from './importLock';
import { relinkRuns } from '../storage/runs';
import { useRuns } from './runs';
import { useStorage } from './storage';

const CURRENT = 'currentDataset';

interface DatasetsState {
  readonly loaded: boolean;
  /** Why the stored datasets could not be listed; null when they could. */
  readonly fault: Fault | null;
  /** Those that can be read. */
  readonly datasets: readonly DatasetDocument[];
  /** The others. */
  readonly unreadable: readonly UnreadableDocument[];
  /** The dataset that new experiments use. */
  readonly currentId: string | null;
  readonly job: ImportJob | null;
  /** The dataset stored last by this page, for the note that says so. */
  readonly storedId: string | null;
  /** How the files of a shared dataset are to be read when they are dropped; null when nobody said. */
  readonly expected: DatasetReading | null;
  /** Lists what is stored; on the first opening, with nothing stored, makes the demo dataset. */
  load(): Promise<void>;
  /** Reads the list again: something else than this store has written datasets. Other tabs are told. */
  reload(): Promise<void>;
  importFiles(files: readonly NamedFile[], options: ImportOptions): void;
  /** Answers what the import asked. */
  answer(reading: DatasetReading): void;
  /** Reads the files of the import again, with other answers. */
  readAgain(reading: DatasetReading): void;
  makeDemo(options?: DemoOptions): void;
  /** Stores what was checked, warnings included. */
  accept(name: string): void;
  /** Ends the import and removes what it has written. */
  cancel(): void;
  /** Clears what the page says about the last import. */
  dismiss(): void;
  select(id: string): Promise<void>;
  /** Deletes a dataset, also one that cannot be read. */
  remove(id: string): Promise<void>;
}

let worker: Worker | null = null;
let loading: Promise<void> | null = null;
/** Tells the other tabs that the list changed. */
let channel: BroadcastChannel | null = null;
let releaseLock = (): void => undefined;
/** What the import under way reads, to read it again. */
let source: { readonly files: readonly NamedFile[]; readonly options: ImportOptions } | null = null;

export const useDatasets = create<DatasetsState>()((set, get) => {
  const onEvent = (event: DatasetEvent): void => {
    const { job } = get();
    if (event.type === 'stored') void onStored(event.document, job?.kind === 'demo');
    if (job?.id !== event.id) return;
    const next = advance(job, event, performance.now());
    if (!next) releaseLock();
    set({ job: next });
  };

  const onStored = async (document: DatasetDocument, isDemo: boolean): Promise<void> => {
    const datasets = [...get().datasets.filter((one) => one.id !== document.id), document];
    set({ datasets, storedId: document.id, expected: null });
    if (!isDemo || get().currentId === null) await get().select(document.id);
    channel?.postMessage('changed');
    await relink([document]);
    await useStorage.getState().keep();
  };

  /** Runs whose dataset was deleted go on with the same content under another name. */
  const relink = async (datasets: readonly DatasetDocument[]): Promise<void> => {
    if (await relinkRuns(database, datasets)) await useRuns.getState().reload();
  };

  const send = (command: DatasetCommand): void => {
    worker ??= startWorker(onEvent, (fault) => {
      worker = null;
      const { job } = get();
      if (job) set({ job: { ...job, stage: { name: 'failed', fault } } });
    });
    worker.postMessage(command);
  };

  const begin = (job: ImportJob, command: DatasetCommand): void => {
    releaseLock();
    releaseLock = holdImportLock();
    set({ job, storedId: null });
    send(command);
  };

  /** Another tab stored or deleted something. */
  const listAgain = async (): Promise<void> => {
    const { readable: datasets, unreadable } = await listDatasets(database);
    const { currentId } = get();
    const current = datasets.find(({ id }) => id === currentId) ?? datasets.at(-1) ?? null;
    set({ datasets, unreadable, currentId: current?.id ?? null });
  };

  const load = async (): Promise<void> => {
    try {
      channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('lodestone-datasets') : null;
      channel?.addEventListener('message', () => void listAgain());
      const { readable: datasets, unreadable } = await listDatasets(database);
      const stored = await database.settings.get(CURRENT);
      const current = datasets.find((dataset) => dataset.id === stored) ?? datasets.at(-1) ?? null;
      set({ loaded: true, fault: null, datasets, unreadable, currentId: current?.id ?? null });
      await sweepWhileQuiet();
      await relink(datasets);
      void useStorage.getState().refresh();
      const isFirst = datasets.length + unreadable.length === 0 && stored === undefined;
      if (isFirst && get().job === null) get().makeDemo();
    } catch (error) {
      set({ loaded: true, fault: faultOf(error) });
    }
  };

  return {
    loaded: false,
    fault: null,
    datasets: [],
    unreadable: [],
    currentId: null,
    job: null,
    storedId: null,
    expected: null,
    load: () => (loading ??= load()),
    reload: async () => {
      await listAgain();
      channel?.postMessage('changed');
    },
    importFiles: (files, given) => {
      const { expected } = get();
      const options = expected && !given.reading ? { ...given, reading: expected } : given;
      source = { files, options };
      const id = crypto.randomUUID();
      const waiting = files.map(({ path, file }) => ({ path, bytes: file.size }));
      begin(newJob(id, 'files', options.name ?? 'Dataset', waiting, performance.now()), {
        type: 'import',
        id,
        files,
        options,
      });
    },
    answer: (reading) => {
      const { job } = get();
      if (job?.stage.name !== 'asking') return;
      set({ job: { ...job, stage: { name: 'reading' } } });
      send({ type: 'answer', id: job.id, reading });
    },
    readAgain: (reading) => {
      const { job } = get();
      if (!source || !job) return;
      const { files, options } = source;
      send({ type: 'cancel', id: job.id });
      get().importFiles(files, { ...options, name: job.name, reading });
    },
    makeDemo: (options = DEFAULT_DEMO) => {
      const id = crypto.randomUUID();
      begin(newJob(id, 'demo', 'the demo dataset', [], performance.now()), { type: 'demo', id, options });
    },
    accept: (name) => {
      const { job } = get();
      if (job?.stage.name !== 'checked') return;
      set({ job: { ...job, stage: { name: 'storing' } } });
      const trimmed = name.trim();
      send({ type: 'accept', id: job.id, ...(trimmed && { name: trimmed }) });
    },
    cancel: () => {
      const { job } = get();
      if (!job) return;
      // The job ends when the worker says that it has cleaned up.
      set({ job: { ...job, etaSeconds: null, stage: { name: 'cancelling' } } });
      send({ type: 'cancel', id: job.id });
    },
    dismiss: () => set({ job: null, storedId: null }),
    select: async (id) => {
      set({ currentId: id });
      try {
        await database.settings.set(CURRENT, id);
      } catch (error) {
        set({ fault: faultOf(error) });
      }
    },
    remove: async (id) => {
      await deleteDataset(database, id);
      const datasets = get().datasets.filter((dataset) => dataset.id !== id);
      set({ datasets, unreadable: get().unreadable.filter((one) => one.id !== id) });
      if (get().currentId === id) {
        const next = datasets.at(-1)?.id ?? null;
        set({ currentId: next });
        // The key stays when nothing is left: the demo comes by itself only on the very first opening.
        await database.settings.set(CURRENT, next);
      }
      channel?.postMessage('changed');
      await relink(datasets);
      await useStorage.getState().refresh();
    },
  };
});

/** The dataset that new experiments use. */
export function currentDataset(state: DatasetsState): DatasetDocument | null {
  return state.datasets.find((dataset) => dataset.id === state.currentId) ?? null;
}

function startWorker(onEvent: (event: DatasetEvent) => void, onFault: (fault: Fault) => void): Worker {
  const started = new Worker(new URL('../../workers/dataset.worker.ts', import.meta.url), { type: 'module' });
  started.onmessage = (message: MessageEvent<DatasetEvent>) => onEvent(message.data);
  started.onerror = (event) => {
    started.terminate();
    onFault({
      code: 'WORKER_FAILED',
      message: `The worker that reads datasets stopped: ${(event.message || 'it could not be loaded').replace(/\.+$/, '')}.`,
      hint: 'Reload the page and import again. Earlier datasets are kept.',
      context: {},
    });
  };
  return started;
}
