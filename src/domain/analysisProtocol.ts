/** What the page asks of the analysis worker, and what it answers. */

import type { BeyondReport } from './beyondAccuracy';
import type { Relevant, SettingComparison } from './comparison';
import type { Contributions } from './contributions';
import type { Fault } from './errors';
import type { PairedUsers, Visibility } from './gains';
import type { Knockout, KnockoutChoices, KnockoutReport, ListChange } from './knockouts';
import type { LeakageProbe } from './leakage';
import type { SettingGroups } from './longTail';
import type { Cutoff, MetricKey, Metrics } from './metrics';
import type { WeightsOf } from './run';
import type { PairExplanation, RunRouting } from './routes';
import type { SettingTests } from './significance';
import type { EntityRouting, Projection, ProjectionRequest, Traits } from './projection';
import type { UserResults, UserView } from './userResults';

/** Runs of one setting, by seed. Of runs that are not stored here the `means` over users are all that is known. */
export interface ComparedRuns {
  readonly key: string;
  readonly runs: readonly { readonly id: string; readonly seed: number; readonly means?: Metrics }[];
}

export type AnalysisCommand =
  /** Tests each of `others` against `reference`, paired by user (means over the seeds that both have) and by seed. */
  | {
      readonly type: 'compare';
      readonly reference: ComparedRuns;
      readonly others: readonly ComparedRuns[];
      readonly metric: MetricKey;
      readonly relevant: Relevant;
      /** Of these users alone. */
      readonly users?: readonly number[];
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
