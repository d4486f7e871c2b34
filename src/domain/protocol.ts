import type { DatasetDocument, DemoOptions, ImportOptions, Problem, Taken } from './dataset';
import type { EncoderInfo } from './encoder';
import type { Fault } from './errors';
import type {
  DeviceReport,
  EpochPoint,
  Experiment,
  MemoryEstimate,
  MemoryUse,
  RunDocument,
  RunStatus,
  TermPoint,
} from './run';
import type { BackendChoice } from './backend';
import type { DeviceProof } from './proof';
import type { Config, ModelId } from './models/table';
import type { Finding } from './observations';
import type {
  FoundInputs,
  FoundTexts,
  ImportStep,
  ReasonedEntity,
  ReasoningFailure,
  ReasoningFile,
  ReasoningSurvey,
  ServerTest,
  StageState,
  TestedModels,
} from './reasoning';
import type { ServerAddress } from './reasoningSettings';
import type { SharedStudy } from './shared';
import type { TextVariant } from './textVariants';
import type { DatasetReading, ReadingQuestions } from './reading';
import type { DatasetStatistics, FeatureInfo } from './dataset';
import type { DocumentKind } from './unreadable';

/** A file handed to the dataset worker; `path` is relative to the dropped folder. */
export interface NamedFile {
  readonly path: string;
  readonly file: Blob;
}

// ---------------------------------------------------------------- dataset worker

export type DatasetCommand =
  /** Reads and checks everything, stores features, then asks (`checked`) before the dataset exists. */
  | {
      readonly type: 'import';
      readonly id: string;
      readonly files: readonly NamedFile[];
      readonly options: ImportOptions;
    }
  /** The answer to `asks`. */
  | { readonly type: 'answer'; readonly id: string; readonly reading: DatasetReading }
  /** The answer to `checked`. */
  | { readonly type: 'accept'; readonly id: string; readonly name?: string }
  | { readonly type: 'cancel'; readonly id: string }
  | { readonly type: 'demo'; readonly id: string; readonly options: DemoOptions };

export type DatasetEvent =
  | {
      readonly type: 'progress';
      readonly id: string;
      readonly file: string;
      readonly doneBytes: number;
      readonly totalBytes: number;
      /** null until the rate is known. */
      readonly etaSeconds: number | null;
    }
  /** Two readings are possible: waits for `answer` or `cancel`. */
  | { readonly type: 'asks'; readonly id: string; readonly questions: ReadingQuestions }
  /** All files read. With an error among `problems` nothing was kept; otherwise waits for `accept` or `cancel`. */
  | {
      readonly type: 'checked';
      readonly id: string;
      readonly problems: readonly Problem[];
      readonly statistics: DatasetStatistics | null;
      readonly features: readonly FeatureInfo[];
      /** What everything was taken for. */
      readonly taken: Taken;
    }
  | { readonly type: 'stored'; readonly id: string; readonly document: DatasetDocument }
  | { readonly type: 'fault'; readonly id: string; readonly fault: Fault };

// ---------------------------------------------------------------- training worker

export type TrainingCommand =
  /** Starts the stored run, or resumes it from its checkpoint. */
  | {
      readonly type: 'start';
      readonly runId: string;
      /** Steps to record for replay elsewhere. */
      readonly traceSteps?: number;
      /** Leaves the run with a checkpoint after so many epochs; its document then says `interrupted`. */
      readonly untilEpoch?: number;
    }
  /** Holds the web lock of this name as long as the thread lives, and says `watched`; says `alive` every second. */
  | { readonly type: 'watch'; readonly lock: string }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Runs to the end of the current (or, between epochs, the next) epoch, then pauses. */
  | { readonly type: 'stepEpoch' }
  /** Writes a checkpoint as soon as one can be: the page may be gone in a moment. */
  | { readonly type: 'save' }
  /** Ends now; the best epoch so far is evaluated on test and kept. */
  | { readonly type: 'stop' }
  /** Opens a device and runs the self-test. No run may be active in this worker. */
  | { readonly type: 'probe'; readonly backend: BackendChoice; readonly allowSoftware: boolean }
  /** Proves the device against the twins of its kernels and PyTorch's numbers. No run may be active in this worker. */
  | { readonly type: 'prove'; readonly backend: BackendChoice; readonly allowSoftware: boolean }
  /** Seconds that an epoch would take, from three steps. No run may be active in this worker. */
  | { readonly type: 'pace'; readonly experiment: Experiment }
  /** Memory a run would take. */
  | { readonly type: 'estimate'; readonly datasetId: string; readonly model: ModelId; readonly config: Config };

export type TrainingEvent =
  | { readonly type: 'device'; readonly device: DeviceReport }
  /** What is being prepared: `reading features`, `neighbours of image`, … `fraction` in [0, 1] or null. */
  | { readonly type: 'phase'; readonly text: string; readonly fraction: number | null }
  | { readonly type: 'status'; readonly status: RunStatus }
  /** At most ten times a second. */
  | {
      readonly type: 'progress';
      readonly epoch: number;
      readonly stepInEpoch: number;
      readonly stepsPerEpoch: number;
      readonly stepsPerSecond: number | null;
      /** Median of the last 20 epochs, evaluation included; null in the first. */
      readonly epochSeconds: number | null;
      /** To the last possible epoch. */
      readonly etaSeconds: number | null;
      /** Evaluations since the best one. */
      readonly sinceBest: number;
      readonly memory: MemoryUse;
    }
  /** Seconds that an epoch would take without its ranking; null for a model that is computed at once. */
  | { readonly type: 'paced'; readonly seconds: number | null }
  | { readonly type: 'intervals'; readonly points: readonly TermPoint[] }
  | { readonly type: 'epoch'; readonly point: EpochPoint; readonly best: RunDocument['best'] }
  | { readonly type: 'findings'; readonly findings: readonly Finding[] }
  /** Whether storage has no room for what the run has to keep. */
  | { readonly type: 'storage'; readonly full: boolean }
  | { readonly type: 'watched' | 'alive' }
  | { readonly type: 'estimated'; readonly estimate: MemoryEstimate }
  | { readonly type: 'proved'; readonly proof: DeviceProof }
  /** The document as stored; the last event of a run, whatever its end. */
  | { readonly type: 'ended'; readonly run: RunDocument }
  | { readonly type: 'fault'; readonly fault: Fault };

// ---------------------------------------------------------------- sharing worker

export interface BackupFolder {
  readonly handle: FileSystemDirectoryHandle;
  /** Remove from it what is not stored here any more. */
  readonly clear: boolean;
}

export type SharingCommand =
  /** Runs with all that is stored of them but weights, as a `.lodestone.json`. */
  | { readonly type: 'study'; readonly runIds: readonly string[] }
  /** The weights of a finished run, as `.safetensors`. */
  | { readonly type: 'weights'; readonly runId: string }
  /** A dataset as MMRec reads it, as a zip archive. */
  | { readonly type: 'dataset'; readonly datasetId: string }
  /** All datasets and runs and, if wanted, weights: as a zip archive, or what has changed into a folder. */
  | { readonly type: 'backup'; readonly weights: boolean; readonly folder?: BackupFolder }
  /** All that is stored of a run or dataset as it is, as JSON: also of one that cannot be read. */
  | { readonly type: 'raw'; readonly of: DocumentKind; readonly id: string }
  /** Stores what studies, weights and backups hold, beside what is here. */
  | { readonly type: 'import'; readonly files: readonly NamedFile[] }
  /** What a link holds, from its `x=` on. Nothing is stored. */
  | { readonly type: 'link'; readonly text: string }
  /** The proof of a device: what a link holds, from its `p=` on, or a file. Nothing is stored. */
  | { readonly type: 'proof'; readonly from: string | Blob };

/** What a backup holds once it has been read back. */
export interface BackupReport {
  /** Datasets and runs that it gives back. */
  readonly datasets: number;
  readonly runs: number;
  /** Those that are saved as they are stored, and are not restored. */
  readonly asStored: number;
  readonly bytes: number;
  /** Files that were written; those of a folder that had not changed are not. */
  readonly written: number;
  /** Names of what a folder still holds and is not stored here any more. */
  readonly gone: readonly string[];
  /** Seconds of work in the runs that were saved, by id. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** What became of imported files. */
export interface ImportReport {
  readonly runs: readonly { readonly id: string; readonly name: string }[];
  /** Runs and datasets that were here already. */
  readonly known: number;
  /** Runs of which another state was here, and that stand beside it now. */
  readonly copies: number;
  /** Runs that have got their weights. */
  readonly weights: number;
  /** Answers of model servers that were not here. */
  readonly answers: number;
  /** Names of studies, kept comparisons, reports and presets that were not here. */
  readonly written: number;
  readonly datasets: readonly { readonly id: string; readonly name: string }[];
  /** Files of which nothing was stored, with the reason. */
  readonly refused: readonly { readonly file: string; readonly fault: Fault }[];
}

export type SharingEvent =
  | { readonly type: 'phase'; readonly text: string; readonly fraction: number | null }
  | { readonly type: 'made'; readonly file: Blob }
  /** `file` is null where a folder took it. */
  | { readonly type: 'backedUp'; readonly file: Blob | null; readonly report: BackupReport }
  | { readonly type: 'imported'; readonly report: ImportReport }
  | { readonly type: 'linked'; readonly study: SharedStudy }
  | { readonly type: 'proof'; readonly proof: DeviceProof }
  | { readonly type: 'fault'; readonly fault: Fault };

// ---------------------------------------------------------------- reasoning worker

/** Keys go from the page to this worker and to the server, and are stored nowhere. */
export type ReasoningCommand =
  /** What of a server works. */
  | {
      readonly type: 'test';
      readonly server: ServerAddress;
      readonly models: TestedModels;
      readonly key: string | null;
    }
  /** Stores item texts and pictures of a dataset. */
  | { readonly type: 'inputs'; readonly datasetId: string; readonly files: readonly NamedFile[] }
  /** Stores texts that stand in the place of answers. */
  | {
      readonly type: 'texts';
      readonly datasetId: string;
      readonly step: ImportStep;
      readonly files: readonly NamedFile[];
    }
  /** Stores an encoder for the page, from its files or from the hub, once it has encoded a text. */
  | { readonly type: 'encoder'; readonly from: readonly NamedFile[] | { readonly hub: string } }
  | { readonly type: 'survey'; readonly datasetId: string }
  | { readonly type: 'entity'; readonly datasetId: string; readonly scope: 'item' | 'user'; readonly index: number }
  /** The same item or user as two variants have it. */
  | {
      readonly type: 'pair';
      readonly datasetId: string;
      readonly scope: 'item' | 'user';
      readonly index: number;
      readonly variants: readonly [TextVariant, TextVariant];
    }
  /** All of them, or the one with the index, as a text. */
  | {
      readonly type: 'pairs';
      readonly datasetId: string;
      readonly scope: 'item' | 'user';
      readonly index: number | null;
      readonly variants: readonly [TextVariant, TextVariant];
      readonly labels: readonly [string, string];
    }
  /** Asks all that is missing, until it is done or paused. Ends with `ended` or a fault. */
  | { readonly type: 'start'; readonly datasetId: string; readonly key: string | null }
  | { readonly type: 'pause' }
  /** Makes the dataset with the vectors. */
  | { readonly type: 'derive'; readonly datasetId: string; readonly id: string; readonly name: string }
  | { readonly type: 'file'; readonly datasetId: string; readonly what: ReasoningFile };

export type ReasoningEvent =
  | { readonly type: 'phase'; readonly text: string; readonly fraction: number | null }
  | { readonly type: 'tested'; readonly test: ServerTest }
  | { readonly type: 'gathered'; readonly found: FoundInputs }
  | { readonly type: 'imported'; readonly found: FoundTexts }
  | { readonly type: 'paired'; readonly pair: readonly [ReasonedEntity, ReasonedEntity] }
  | { readonly type: 'encoderStored'; readonly encoder: EncoderInfo }
  | { readonly type: 'surveyed'; readonly survey: ReasoningSurvey }
  | { readonly type: 'entity'; readonly entity: ReasonedEntity }
  /** At most ten times a second. */
  | { readonly type: 'stages'; readonly stages: readonly StageState[] }
  | { readonly type: 'failure'; readonly failure: ReasoningFailure }
  /** Another tab works; this one begins when that one is done. */
  | { readonly type: 'waiting' }
  | { readonly type: 'ended'; readonly how: 'finished' | 'paused' }
  | { readonly type: 'derived'; readonly document: DatasetDocument }
  | { readonly type: 'made'; readonly file: Blob }
  | { readonly type: 'fault'; readonly fault: Fault };
