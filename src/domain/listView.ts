import type { RunStatus } from './run';

/** What the list of runs is narrowed to; an empty string means all. */
export interface RunFilter {
  readonly text: string;
  readonly model: string;
  readonly dataset: string;
  readonly status: RunStatus | '';
  /** The id of an ablation set or a sweep. */
  readonly group: string;
}

/** `liked`: the test split over liked items only. */
export type MetricColumns = 'test' | 'valid' | 'both' | 'liked';

/** How the list is looked at, whatever it is narrowed to. */
export interface ListLook {
  readonly metrics: MetricColumns;
  /** Keys of options that are columns. */
  readonly options: readonly string[];
  /** Whether sets, sweeps and seeds are one line each. */
  readonly folded: boolean;
}

/** A look and a filter under a name. */
export interface SavedView extends ListLook {
  readonly name: string;
  readonly filter: RunFilter;
}

/** What is kept of how the list is looked at. */
export interface ListSettings {
  readonly look: ListLook;
  /** The run that others are held against; null for none. */
  readonly baseline: string | null;
  readonly views: readonly SavedView[];
}

export const FIRST_LIST: ListSettings = {
  look: { metrics: 'test', options: [], folded: true },
  baseline: null,
  views: [],
};
