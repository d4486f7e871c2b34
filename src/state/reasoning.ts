import { create } from 'zustand';
import { faultOf, type Fault } from '../domain/errors';
import type { DatasetDocument } from '../domain/dataset';
import type { NamedFile, ReasoningCommand, ReasoningEvent } from '../domain/protocol';
import {
  newJob,
  originOf,
  overridesOf,
  type FoundInputs,
  type FoundTexts,
  type ImportStep,
  type JobStatus,
  type Override,
  type Overrides,
  type ReasoningFailure,
  type ReasoningJob,
  type ReasoningSurvey,
  type StageState,
} from '../domain/reasoning';
import { type ReasoningSettings } from '../domain/reasoningSettings';
import { keepModelKey, readModelKeys, type ModelKeys } from '../storage/modelKeys';
import { deleteAnswers, deleteImported, readJob, writeJob } from '../storage/reasoning';
import { database } from './database';
import { useDatasets } from './datasets';
import { holdImportLock } from './importLock';
import { once, openReasoningWorker } from './reasoningQuestions';
import type { AskOptions, Phase } from './workerThread';

const MOST_FAILURES = 200;

interface ReasoningState {
  /** Keys by the origin of their server, so that none goes to another one: in memory, and gone with the page unless it is kept. */
  readonly keys: ModelKeys;
  /** Origins whose key is kept in this browser. */
  readonly kept: readonly string[];
  readonly job: ReasoningJob | null;
  readonly survey: ReasoningSurvey | null;
  readonly status: JobStatus;
  /** The dataset whose questions are being asked, or were last. */
  readonly runningId: string | null;
  readonly stages: readonly StageState[];
  readonly failures: readonly ReasoningFailure[];
  /** What is being imported or made. */
  readonly phase: Phase | null;
  readonly fault: Fault | null;
  /** Sets the key of the current server. */
  setKey(key: string): void;
  /** Keeps that server's key in this browser, or forgets it there. */
  keepKey(keep: boolean): void;
  /** Reads what is stored for a dataset. */
  open(datasetId: string): Promise<void>;
  /** Counts again what is stored. */
  recount(): void;
  change(settings: ReasoningSettings): void;
  override(part: keyof Overrides, index: number, override: Override | null): Promise<void>;
  /** Leaves out the items and users whose questions were refused. */
  skipFailed(): Promise<void>;
  /** Deletes the answers of all datasets. */
  forget(): Promise<void>;
  start(): void;
  pause(): void;
  importFiles(files: readonly NamedFile[]): Promise<FoundInputs | null>;
  /** Texts in the place of answers; null when that failed. */
  importTexts(step: ImportStep, files: readonly NamedFile[]): Promise<FoundTexts | null>;
  forgetTexts(step: ImportStep): Promise<void>;
  /** Makes the dataset with the vectors; null when that failed. */
  derive(name: string): Promise<DatasetDocument | null>;
}

const isActive = ({ name }: JobStatus): boolean => name === 'running' || name === 'pausing' || name === 'waiting';

let worker: Worker | null = null;
let surveying: AbortController | null = null;

export const useReasoning = create<ReasoningState>()((set, get) => {
  const survey = async (datasetId: string): Promise<void> => {
    surveying?.abort();
    const controller = new AbortController();
    surveying = controller;
    try {
      const found = await once(
        { type: 'survey', datasetId },
        (event) => (event.type === 'surveyed' ? event.survey : undefined),
        { signal: controller.signal },
      );
      if (get().job?.datasetId === datasetId) set({ survey: found });
    } catch (error) {
      if (!controller.signal.aborted) set({ fault: faultOf(error) });
    }
  };

  const store = async (job: ReasoningJob): Promise<void> => {
    set({ job, fault: null });
    try {
      await writeJob(database, job);
    } catch (error) {
      return set({ fault: faultOf(error) });
    }
    if (get().status.name !== 'running') await survey(job.datasetId);
  };

  const keepKeyOf = (origin: string, key: string | null): void =>
    void keepModelKey(database, origin, key).catch((error: unknown) => set({ fault: faultOf(error) }));

  const end = (status: JobStatus): void => {
    worker?.terminate();
    worker = null;
    set({ status, phase: null });
    const { job } = get();
    if (job) void survey(job.datasetId);
  };

  const onEvent = (event: ReasoningEvent): void => {
    if (event.type === 'phase') set({ phase: { text: event.text, fraction: event.fraction } });
    if (event.type === 'stages')
      set({
        stages: event.stages,
        phase: null,
        ...(get().status.name === 'waiting' && { status: { name: 'running' } }),
      });
    if (event.type === 'failure')
      set(({ failures }) => ({ failures: [...failures, event.failure].slice(-MOST_FAILURES) }));
    if (event.type === 'waiting') set({ status: { name: 'waiting' } });
    if (event.type === 'ended') end({ name: event.how });
    if (event.type === 'fault') end({ name: 'stopped', fault: event.fault });
  };

  const working = async <T>(work: (options: AskOptions) => Promise<T>): Promise<T | null> => {
    set({ phase: { text: 'starting', fraction: null }, fault: null });
    try {
      return await work({ onPhase: (phase) => set({ phase }) });
    } catch (error) {
      set({ fault: faultOf(error) });
      return null;
    } finally {
      set({ phase: null });
    }
  };

  /** What a thread finds in files for the job's dataset, which is then counted again; null when that failed. */
  const taken = async <T>(ask: (datasetId: string, options: AskOptions) => Promise<T>): Promise<T | null> => {
    const { job } = get();
    if (!job) return null;
    const found = await working((options) => ask(job.datasetId, options));
    if (found) await survey(job.datasetId);
    return found;
  };

  const deleting = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((error: unknown) => set({ fault: faultOf(error) }));
  };

  return {
    keys: {},
    kept: [],
    job: null,
    survey: null,
    status: { name: 'idle' },
    runningId: null,
    stages: [],
    failures: [],
    phase: null,
    fault: null,
    setKey: (key) => {
      const { job, keys, kept } = get();
      if (!job) return;
      const origin = originOf(job.settings.server);
      set({ keys: { ...keys, [origin]: key } });
      if (kept.includes(origin)) keepKeyOf(origin, key);
    },
    keepKey: (keep) => {
      const { job, keys, kept } = get();
      if (!job) return;
      const origin = originOf(job.settings.server);
      set({ kept: keep ? [...kept, origin] : kept.filter((one) => one !== origin) });
      keepKeyOf(origin, keep ? (keys[origin] ?? '') : null);
    },
    open: async (datasetId) => {
      if (get().job?.datasetId !== datasetId) set({ job: null, survey: null, fault: null });
      try {
        const [job, stored] = await Promise.all([readJob(database, datasetId), readModelKeys(database)]);
        set(({ keys, kept }) => ({
          job,
          keys: { ...stored, ...keys },
          kept: [...new Set([...kept, ...Object.keys(stored)])],
        }));
        await survey(datasetId);
      } catch (error) {
        set({ job: newJob(datasetId), fault: faultOf(error) });
      }
    },
    recount: () => {
      const { job, status } = get();
      if (job && status.name !== 'running') void survey(job.datasetId);
    },
    change: (settings) => {
      const { job, status } = get();
      // What the last start took belongs to the settings it had.
      if (!isActive(status)) set({ status: { name: 'idle' }, stages: [], failures: [] });
      if (job) void store({ ...job, settings });
    },
    override: async (part, index, override) => {
      const { job } = get();
      if (!job) return;
      const { [index]: _before, ...others } = job.overrides[part] ?? {};
      await store({
        ...job,
        overrides: { ...job.overrides, [part]: override ? { ...others, [index]: override } : others },
      });
    },
    skipFailed: async () => {
      const { job, failures } = get();
      if (!job) return;
      const overrides: Record<string, Readonly<Record<number, Override>>> = {};
      for (const { stage, entity } of failures) {
        const name = overridesOf(stage);
        if (name) overrides[name] = { ...(overrides[name] ?? job.overrides[name]), [entity]: { kind: 'skipped' } };
      }
      set({ failures: [], status: { name: 'idle' } });
      await store({ ...job, overrides: { ...job.overrides, ...overrides } });
    },
    forget: async () => {
      await deleting(deleteAnswers(database));
      set({ failures: [], status: { name: 'idle' } });
      const { job } = get();
      if (job) await survey(job.datasetId);
    },
    start: () => {
      const { job, keys, status } = get();
      if (!job || worker || status.name === 'running') return;
      surveying?.abort();
      set({ status: { name: 'running' }, runningId: job.datasetId, stages: [], failures: [], fault: null });
      const started = openReasoningWorker();
      worker = started;
      started.onmessage = ({ data }: MessageEvent<ReasoningEvent>) => onEvent(data);
      started.onerror = (event) => {
        event.preventDefault();
        end({
          name: 'stopped',
          fault: {
            code: 'WORKER_FAILED',
            message: `The worker that queries the models stopped: ${event.message || 'its code did not load'}.`,
            hint: 'Start again; stored answers are kept.',
            context: {},
          },
        });
      };
      const command: ReasoningCommand = {
        type: 'start',
        datasetId: job.datasetId,
        key: keys[originOf(job.settings.server)] || null,
      };
      started.postMessage(command);
    },
    pause: () => {
      const command: ReasoningCommand = { type: 'pause' };
      worker?.postMessage(command);
      if (worker) set({ status: { name: 'pausing' } });
    },
    importFiles: (files) =>
      taken((datasetId, options) =>
        once(
          { type: 'inputs', datasetId, files },
          (event) => (event.type === 'gathered' ? event.found : undefined),
          options,
        ),
      ),
    importTexts: (step, files) =>
      taken((datasetId, options) =>
        once(
          { type: 'texts', datasetId, step, files },
          (event) => (event.type === 'imported' ? event.found : undefined),
          options,
        ),
      ),
    forgetTexts: async (step) => {
      const { job } = get();
      if (!job) return;
      await deleting(deleteImported(database, job.datasetId, step));
      await survey(job.datasetId);
    },
    derive: async (name) => {
      const { job } = get();
      if (!job) return null;
      // No other tab may take the half-written dataset for rubbish.
      const release = holdImportLock();
      try {
        const document = await working((options) =>
          once(
            { type: 'derive', datasetId: job.datasetId, id: crypto.randomUUID(), name },
            (event) => (event.type === 'derived' ? event.document : undefined),
            options,
          ),
        );
        if (!document) return null;
        await useDatasets.getState().reload();
        await useDatasets.getState().select(document.id);
        return document;
      } finally {
        release();
      }
    },
  };
});
