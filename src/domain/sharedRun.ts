import type { BackendName } from './backend';
import type { DemoOptions, SplitRule } from './dataset';
import type { Metrics } from './metrics';
import type { DatasetReading } from './reading';
import type { Config, ModelId } from './models/table';

/** What identifies a dataset without holding any of its data. */
export interface SharedDataset {
  readonly name: string;
  readonly fingerprint: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  readonly split: SplitRule;
  /** Demo data can be made again from these. */
  readonly demo: DemoOptions | null;
  /** How its files were read, where that had to be asked. */
  readonly reading?: DatasetReading;
}

/** Down-sampled validation curves: values at 0-based epochs. */
export interface SharedCurves {
  readonly epochs: readonly number[];
  readonly recall: readonly number[];
  readonly ndcg: readonly number[];
}

/** Mean routing of the best epoch, with the names of the groups. */
export interface SharedRouting {
  readonly groups: readonly string[];
  readonly mean: readonly number[];
}

/** What the search of one row and seed of a table came to. */
export interface Searched {
  readonly trials: number;
  /** Epochs trained, and seconds, over all of its trials. */
  readonly epochs: number;
  readonly seconds: number;
}

/** A run as somebody else sees it. */
export interface SharedRun {
  readonly model: ModelId;
  readonly config: Config;
  readonly seed: number;
  readonly name: string;
  /** The printed row that it is held against. */
  readonly variant?: string;
  /** What the search took of which it is the best trial. */
  readonly searched?: Searched;
  /** Place in the study's datasets. */
  readonly dataset: number;
  readonly backend: BackendName | null;
  readonly device: string;
  readonly epochs: number;
  readonly result: { readonly bestEpoch: number; readonly valid: Metrics; readonly test: Metrics } | null;
  readonly curves: SharedCurves | null;
  readonly routing: SharedRouting | null;
}
