import type { ReactNode } from 'react';
import type { Setting } from '../../domain/comparison';
import type { DatasetStatistics } from '../../domain/dataset';
import type { RunSummary } from '../../domain/run';

/** What stands behind the settings of a comparison: runs that are stored here, or what a link says of somebody's. */
export interface Evidence {
  /** Whether each user's results can be read. */
  readonly stored: boolean;
  /** Rows to measure by, beside the settings. */
  readonly baselines: readonly Setting[];
  /** What is said of baselines that are not there. */
  readonly baselineNote: ReactNode;
  /** The first setting's, by which the papers' rows are found; its counts are null where they are not known. */
  readonly dataset: {
    readonly name: string;
    readonly statistics: Pick<DatasetStatistics, 'users' | 'items' | 'interactions'> | null;
  };
  /** Where a run is shown. */
  addressOf(run: RunSummary): string;
}
