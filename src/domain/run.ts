import { type BackendName, type BackendChoice } from './backend';
import type { Fault } from './errors';
import type { MetricKey, Metrics } from './metrics';
import type { Config, ModelId, OptionValue } from './models/table';
import type { Finding, Observations } from './observations';
import type { Reproduced } from './publishedTables';
import type { SharedDataset, SharedRun } from './sharedRun';
import { APP_VERSION } from './version';

export interface DeviceReport {
  readonly backend: BackendName;
  /** What a person calls it: `NVIDIA H200`, `SwiftShader (software)`, `WebAssembly SIMD × 4` (threads). */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** A WebGPU adapter that runs on the processor. */
  readonly software: boolean;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
  /** Why a faster backend was not taken; null when the first choice was. */
  readonly fallbackReason: string | null;
  readonly selfTest: readonly { readonly name: string; readonly passed: boolean; readonly error: number }[];
  readonly versions: Readonly<Record<string, string>>;
}

/** What a person asked for: everything needed to run it again. */
export interface Experiment {
  readonly model: ModelId;
  readonly config: Config;
  readonly seed: number;
  readonly dataset: { readonly id: string; readonly name: string; readonly fingerprint: string };
  readonly backend: BackendChoice;
  /** Take a software WebGPU adapter too (tests). */
  readonly allowSoftware: boolean;
}

export type RunStatus =
  'queued' | 'preparing' | 'running' | 'paused' | 'interrupted' | 'finished' | 'stopped' | 'failed';

/** Under which key the value of a second loss, with parameters of its own, stands among the terms; it is no part of their total. */
export const SECOND_TERM = 'second';

/** One reporting interval: means of the weighted loss terms over its steps. */
export interface TermPoint {
  /** Steps done at the end of the interval, over all epochs. */
  readonly step: number;
  readonly epoch: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly total: number;
  /** What the model observed, as means over the steps; absent where it observes nothing. */
  readonly observed?: Readonly<Record<string, number>>;
}

export interface EpochPoint {
  readonly epoch: number;
  readonly step: number;
  readonly learningRate: number;
  /** Mean over the epoch's steps. */
  readonly terms: Readonly<Record<string, number>>;
  readonly total: number;
  /** Validation; null in epochs without an evaluation. */
  readonly valid: Metrics | null;
  /** The same over liked held-out items only; absent on data without ratings. */
  readonly validLiked?: Metrics;
  readonly observed?: Observations;
  readonly trainSeconds: number;
  readonly evaluateSeconds: number;
}

export interface MemoryUse {
  /** Bytes in tensors. */
  readonly tensors: number;
  /** Bytes held on the device, on WebGPU with the free buffers of its pool. */
  readonly allocated: number;
  /** Most bytes in tensors at any time of the run, intermediate values of a step included. */
  readonly peak: number;
}

/** How steps were taken on WebGPU since the run was last taken up. */
export interface StepsTaken {
  /** Played from a capture: tfjs took no part in them. */
  readonly played: number;
  /** Taken the ordinary way: the first of an epoch, those that are traced, and all where nothing is captured. */
  readonly ordinary: number;
  /** Kernels of a step, as last captured; null where none was. */
  readonly kernels: number | null;
  /** Why steps are not captured, in a clause; null if they are. */
  readonly refused: string | null;
  /** Milliseconds of the training thread in a step, the mean by how it was taken, without an epoch's first; null where there was none. */
  readonly threadMs?: { readonly played: number | null; readonly ordinary: number | null };
}

/** Bytes expected before a run starts. */
export interface MemoryEstimate {
  readonly parameters: number;
  readonly optimiser: number;
  readonly graphs: number;
  readonly constants: number;
  /** One step's intermediate values and gradients. */
  readonly step: number;
  readonly evaluation: number;
  readonly total: number;
  /** What the page's process holds; absent in runs of before it was counted. */
  readonly host?: HostEstimate;
}

/** Bytes expected in the page's process, beside the device's memory. */
export interface HostEstimate {
  /** The page and a training worker without data, as measured. */
  readonly page: number;
  /** Interactions, splits and graphs, from the first step to the last. */
  readonly data: number;
  /** Initial values and tables that are made on the way to the first step, and no longer held then. */
  readonly preparation: number;
  /** The best epoch's weights, and a checkpoint or the final weights while they are stored. */
  readonly weights: number;
  /** Ranked lists and metrics of all users, while they are stored. */
  readonly results: number;
  /** The most at any time: what is needed to prepare, to write a checkpoint and to end do not come together. */
  readonly total: number;
  /** The same where device memory lies in the page's process: on WASM and CPU. */
  readonly withDevice: number;
}

export interface RunResult {
  readonly bestEpoch: number;
  readonly valid: Metrics;
  readonly test: Metrics;
  /** Test metrics over liked held-out items only; absent on data without ratings. */
  readonly testLiked?: Metrics;
}

/** One option that a sweep varies. */
export interface SweepAxis {
  readonly key: string;
  /** What it takes, in the order asked for; of a range the values drawn, ascending. */
  readonly values: readonly OptionValue[];
  /** Where the values were drawn from; absent where they were listed. */
  readonly range?: SweepRange;
}

export interface SweepRange {
  readonly low: number;
  readonly high: number;
  /** Drawn evenly in the logarithm. */
  readonly log: boolean;
}

/** What was asked of a sweep. Each of its runs carries it. */
export interface Sweep {
  readonly axes: readonly SweepAxis[];
  /** All combinations, or some of them drawn with a seed. */
  readonly method: 'grid' | 'random';
  readonly drawSeed?: number;
  /** Runs below the median of the finished ones are stopped. */
  readonly medianRule: boolean;
}

/** After so many epochs, so many trials of a row and seed go on. */
export interface Rung {
  readonly epochs: number;
  readonly keep: number;
}

/** The same search for every row of a table: a trial is one setting of a row's model, and a seed keeps its best trial on validation. */
export interface TableSearch {
  /** Settings of each row; fewer where its model has no more. */
  readonly trials: number;
  readonly drawSeed: number;
  /** What trials are compared by, on validation, at their best epochs. */
  readonly metric: MetricKey;
  /** Successive halving, in ascending order of epochs; empty where every trial runs to its end. */
  readonly rungs: readonly Rung[];
}

/** A set of runs that belong to one table: an ablation set, (with `sweep`) the points of a sweep, or (with `table`) the rows of a paper's. */
export interface RunGroup {
  readonly id: string;
  readonly name: string;
  /** The row of the table that this run belongs to. */
  readonly variant: string;
  readonly sweep?: Sweep;
  /** The printed table that the set is held against; variants are its rows. */
  readonly table?: Reproduced;
  /** How the settings of the table's rows were searched; absent where they were given. */
  readonly search?: TableSearch;
  /** The set's rows are controls of its first. */
  readonly controls?: true;
  /** Which trial of its row and seed the run is; 0 has the settings that are recommended. */
  readonly trial?: number;
}

interface Stopped {
  /** The last epoch, 0-based. */
  readonly epoch: number;
  readonly metric: MetricKey;
  /** The run's best value so far. */
  readonly best: number;
}

/** Why a run was stopped by rule: its best value was below the median of `peers` finished runs, or it was only the `rank`-th (from 1) of `of` trials, of which `keep` went on. */
export type StopReason =
  | (Stopped & { readonly rule: 'median'; readonly median: number; readonly peers: number })
  | (Stopped & { readonly rule: 'halving'; readonly rank: number; readonly of: number; readonly keep: number });

/** Where a run came from that was not made in this browser. */
export interface RunOrigin {
  readonly file: string;
  /** ISO 8601. */
  readonly importedAt: string;
  readonly dataset: SharedDataset;
}

/** A run is a document. Weights, per-user metrics and top lists are stored beside it. */
export interface RunDocument {
  readonly version: 1;
  /** The version of Lodestone that made the run; absent before 0.2.0. */
  readonly app?: string;
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly experiment: Experiment;
  readonly status: RunStatus;
  readonly fault: Fault | null;
  readonly device: DeviceReport | null;
  readonly stepsPerEpoch: number;
  readonly epochs: readonly EpochPoint[];
  readonly intervals: readonly TermPoint[];
  /** Best so far on validation; 0-based epoch. */
  readonly best: { readonly epoch: number; readonly valid: Metrics } | null;
  readonly result: RunResult | null;
  readonly group?: RunGroup;
  /** What somebody else got from the same experiment, where it came from a link. */
  readonly theirs?: SharedRun;
  /** Absent for a run of this browser. */
  readonly origin?: RunOrigin;
  /** Absent where a person stopped it, or nobody did. */
  readonly stopReason?: StopReason;
  /** What was found out about the data before the first step. */
  readonly findings?: readonly Finding[];
  readonly estimate: MemoryEstimate | null;
  readonly memory: MemoryUse | null;
  /** Absent on other backends than WebGPU, and before 0.2.0. */
  readonly steps?: StepsTaken;
  readonly notes: string;
  /** Words by which a person finds it again; absent where there are none. */
  readonly tags?: readonly string[];
  /** It stands at the head of the list. */
  readonly pinned?: boolean;
  /** Accumulated seconds of working time, pauses left out. */
  readonly seconds: number;
}

/** Weights of the best epoch so far, or of the newest checkpoint; of a run that has ended those of its last epoch, where they are kept. */
export type WeightsOf = 'best' | 'latest';

/** The row of a run in a list: the document without what grows. */
export type RunSummary = Omit<RunDocument, 'epochs' | 'intervals'> & { readonly epochsDone: number };

export function summarise(run: RunDocument): RunSummary {
  const { epochs, intervals: _intervals, ...rest } = run;
  return { ...rest, epochsDone: epochs.length };
}

/** What a person writes about a run. The thread that trains it writes all else, each without touching the other's part. */
export type RunEdit = Pick<RunDocument, 'name' | 'notes' | 'tags' | 'pinned'>;

/** A run as it has become, with what a person wrote about it as it is stored. */
export function withPersonsPart(run: RunDocument, { name, notes, tags, pinned }: RunEdit): RunDocument {
  const { tags: _tags, pinned: _pinned, ...rest } = run;
  return { ...rest, name, notes, ...(tags && { tags }), ...(pinned !== undefined && { pinned }) };
}

export function newRun(id: string, name: string, experiment: Experiment, createdAt: string): RunDocument {
  return {
    version: 1,
    app: APP_VERSION,
    id,
    name,
    createdAt,
    experiment,
    status: 'queued',
    fault: null,
    device: null,
    stepsPerEpoch: 0,
    epochs: [],
    intervals: [],
    best: null,
    result: null,
    estimate: null,
    memory: null,
    notes: '',
    seconds: 0,
  };
}

const ACTIVE: readonly RunStatus[] = ['preparing', 'running', 'paused'];

export const isActive = (status: RunStatus): boolean => ACTIVE.includes(status);

/** A trial that successive halving has ended: it has no result, and no checkpoint. */
export const wasLeftOut = ({ stopReason }: Pick<RunSummary, 'stopReason'>): boolean => stopReason?.rule === 'halving';

/** A run that can be taken up again. */
export const canResume = (run: Pick<RunSummary, 'status' | 'result' | 'stopReason'>): boolean =>
  run.status === 'interrupted' ||
  run.status === 'failed' ||
  (run.status === 'stopped' && run.result === null && !wasLeftOut(run));
