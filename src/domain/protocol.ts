import type { DatasetDocument, DemoOptions, ImportOptions, Problem, Taken } from './dataset';
import type { BeyondReport } from './beyondAccuracy';
import type { Relevant, SettingComparison } from './comparison';
import type { Contributions } from './contributions';
import type { EncoderInfo } from './encoder';
import type { Fault } from './errors';
import type { PairedUsers, Visibility } from './gains';
import type { Knockout, KnockoutChoices, KnockoutReport, ListChange } from './knockouts';
import type { LeakageProbe } from './leakage';
import type { SettingGroups } from './longTail';
import type { Cutoff, MetricKey } from './metrics';
import type {
  DeviceReport,
  EpochPoint,
  Experiment,
  MemoryEstimate,
  MemoryUse,
  RunDocument,
  RunStatus,
  TermPoint,
  WeightsOf,
} from './run';
import type { BackendChoice } from './backend';
import type { DeviceProof } from './proof';
import type { Config, ModelId } from './models/table';
import type { Finding } from './observations';
import type { PairExplanation, RunRouting } from './routes';
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
import type { SettingTests } from './significance';
import type { DatasetReading, ReadingQuestions } from './reading';
import type { EntityRouting, Projection, ProjectionRequest, Traits } from './projection';
import type { DatasetStatistics, FeatureInfo } from './dataset';
import type { DocumentKind } from './unreadable';
import type { UserResults, UserView } from './userResults';

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

// ---------------------------------------------------------------- analysis worker

/** Runs of one setting, by seed. */
export interface ComparedRuns {
  readonly key: string;
  readonly runs: readonly { readonly id: string; readonly seed: number }[];
}

export type AnalysisCommand =
  /** Tests each of `others` against `reference`, paired by user (means over the seeds that both have) and by seed. */
  | {
      readonly type: 'compare';
      readonly reference: ComparedRuns;
      readonly others: readonly ComparedRuns[];
      readonly metric: MetricKey;
      readonly relevant: Relevant;
    }
  /** The p-values alone, in several metrics: what the marks of a results table say. */
  | {
      readonly type: 'test';
      readonly reference: ComparedRuns;
      readonly others: readonly ComparedRuns[];
      readonly metrics: readonly MetricKey[];
      readonly relevant: Relevant;
    }
  /** How a run of MAGNET routes its dataset, with the weights stored at this moment. */
  | { readonly type: 'route'; readonly runId: string; readonly of: WeightsOf }
  /** One pair of such a run, with the weights of the last `route`. */
  | {
      readonly type: 'explain';
      readonly runId: string;
      readonly of: WeightsOf;
      readonly user: number;
      readonly item: number;
    }
  /** What a run can be asked to rank without, with the weights stored at this moment. */
  | { readonly type: 'knockoutChoices'; readonly runId: string; readonly of: WeightsOf }
  /** How it ranks without each of them, one at a time, with the weights of the last question. */
  | {
      readonly type: 'knockOut';
      readonly runId: string;
      readonly of: WeightsOf;
      readonly knockouts: readonly Knockout[];
    }
  /** What that changes in one user's list. */
  | {
      readonly type: 'listChanges';
      readonly runId: string;
      readonly of: WeightsOf;
      readonly knockout: Knockout;
      readonly user: number;
    }
  /** Which items of a user's history brought it an item, with the weights stored at this moment. */
  | {
      readonly type: 'contributions';
      readonly runId: string;
      readonly of: WeightsOf;
      readonly user: number;
      readonly item: number;
    }
  /** What every user got of a setting and of the reference. */
  | {
      readonly type: 'gains';
      readonly setting: ComparedRuns;
      readonly reference: ComparedRuns;
      readonly metric: MetricKey;
      readonly relevant: Relevant;
      readonly datasetId: string;
    }
  /** How near the test items of a dataset lie to their users' histories, by the `neighbours` most similar items. */
  | { readonly type: 'visibility'; readonly datasetId: string; readonly neighbours: number }
  /** How each run of the settings serves items of like popularity. */
  | {
      readonly type: 'longTail';
      readonly settings: readonly ComparedRuns[];
      readonly datasetId: string;
      readonly cutoff: Cutoff;
    }
  /** What the lists of each run of the settings are like besides being right. */
  | {
      readonly type: 'beyondAccuracy';
      readonly settings: readonly ComparedRuns[];
      readonly datasetId: string;
      readonly cutoff: Cutoff;
    }
  /** What each test user of a run got. */
  | { readonly type: 'users'; readonly runId: string }
  /** One of them, by the row of the last `users`. */
  | { readonly type: 'user'; readonly runId: string; readonly row: number }
  /** Users and items of a run in the plane. */
  | ({ readonly type: 'project' } & ProjectionRequest)
  /** What a run's points can be coloured by, from its dataset. */
  | { readonly type: 'traits'; readonly runId: string }
  /** How its training pairs are routed, by user and by item. */
  | { readonly type: 'entityRouting'; readonly runId: string }
  /** Whether the user profiles of a dataset know its held-out items. */
  | { readonly type: 'leakage'; readonly datasetId: string }
  /** Which checkpoint is the newest. */
  | { readonly type: 'newestStep'; readonly runId: string };

export type AnalysisEvent =
  /** What is being done for the question in hand; `fraction` in [0, 1] or null. */
  | { readonly type: 'phase'; readonly text: string; readonly fraction: number | null }
  | { readonly type: 'compared'; readonly comparisons: readonly SettingComparison[] }
  | { readonly type: 'routed'; readonly routing: RunRouting }
  | { readonly type: 'explained'; readonly explanation: PairExplanation }
  | { readonly type: 'knockoutChoices'; readonly choices: KnockoutChoices }
  | { readonly type: 'knockedOut'; readonly report: KnockoutReport }
  | { readonly type: 'listChanges'; readonly changes: readonly ListChange[] }
  | { readonly type: 'contributions'; readonly contributions: Contributions }
  | { readonly type: 'tested'; readonly tests: readonly SettingTests[] }
  | { readonly type: 'gained'; readonly gains: PairedUsers | { readonly refused: string } }
  | { readonly type: 'visible'; readonly visibility: Visibility }
  | { readonly type: 'grouped'; readonly settings: readonly SettingGroups[] }
  | { readonly type: 'beyondAccuracy'; readonly report: BeyondReport }
  /** null before the test evaluation. */
  | { readonly type: 'users'; readonly results: UserResults | null }
  /** null when the dataset is no longer stored. */
  | { readonly type: 'user'; readonly view: UserView | null }
  | { readonly type: 'projected'; readonly projection: Projection }
  | { readonly type: 'traits'; readonly traits: Traits }
  /** null where the model routes nothing. */
  | { readonly type: 'entityRouting'; readonly routing: EntityRouting | null }
  | { readonly type: 'probed'; readonly probe: LeakageProbe }
  /** null without a checkpoint. */
  | { readonly type: 'newestStep'; readonly step: number | null }
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
