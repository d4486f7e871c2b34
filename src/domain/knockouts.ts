import { FAMILY_LABELS, type Expert, type Family } from './routing';
import type { Metrics } from './metrics';
import type { PopularityGroup } from './longTail';
import type { UserMetric } from './userResults';

/** What stands in the place of a vector that is taken away: zeros, or the mean over all rows. */
export type Emptied = 'nothing' | 'mean';

/** A part of a trained model that its ranking can do without; the weights of the others stay. */
export type RankingPart =
  | { readonly kind: 'expert'; readonly expert: number }
  | { readonly kind: 'family'; readonly family: Family }
  /** A modality's vectors of items, and of users through their histories. */
  | { readonly kind: 'cue'; readonly modality: string; readonly as: Emptied }
  /** Users' vectors of all modalities. */
  | { readonly kind: 'userCue'; readonly as: Emptied }
  /** Edges that content has added to the graph. */
  | { readonly kind: 'contentGraph' };

export const MEANINGLESS = ['constant', 'noise', 'shuffled'] as const;
export type Meaningless = (typeof MEANINGLESS)[number];

/** Features (`all`, or of one key) in another form, and everything that is computed from them: the model is built anew around its weights. */
export interface FeatureKnockout {
  readonly kind: 'features';
  readonly key: string;
  readonly as: Meaningless;
}

export type Knockout = RankingPart | FeatureKnockout;

/** The same for the same knock-out. */
export const knockoutKey = (knockout: Knockout): string => Object.values(knockout).join(' ');

/** As a row is called. */
export function knockoutName(knockout: Knockout, experts: readonly Pick<Expert, 'name'>[]): string {
  switch (knockout.kind) {
    case 'expert':
      return experts[knockout.expert]?.name ?? `expert ${knockout.expert + 1}`;
    case 'family':
      return `family ${FAMILY_LABELS[knockout.family]}`;
    case 'cue':
      return `cue of ${knockout.modality}, ${EMPTIED[knockout.as]}`;
    case 'userCue':
      return `users’ cues, ${EMPTIED[knockout.as]}`;
    case 'contentGraph':
      return 'edges from content';
    case 'features':
      return `${knockout.key === 'all' ? 'all features' : knockout.key}, ${MEANINGLESS_NAMES[knockout.as]}`;
  }
}

const EMPTIED: Readonly<Record<Emptied, string>> = { nothing: 'set to zero', mean: 'set to the mean' };

const MEANINGLESS_NAMES: Readonly<Record<Meaningless, string>> = {
  constant: 'constant',
  noise: 'as noise',
  shuffled: 'shuffled',
};

/** A fall (negative: a rise): the mean over test users, with its 95 % interval by resampling them. */
export interface Fall {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** How a model ranks as it is, or without something. */
export interface Standing {
  readonly valid: Metrics;
  readonly test: Metrics;
  /** Test users by training interactions, in parts of equal size, the most active first. */
  readonly activity: readonly ActivityGroup[];
  /** Test interactions by the popularity of the item, at 20. */
  readonly popularity: readonly PopularityGroup[];
}

export interface ActivityGroup {
  readonly name: string;
  readonly users: number;
  readonly means: Readonly<Record<UserMetric, number>>;
}

/** What falls when something is knocked out. */
export interface KnockoutEffect extends Standing {
  readonly knockout: Knockout;
  readonly fall: Readonly<Record<UserMetric, Fall>>;
}

/**
 * Whether the router’s shares say what its experts are worth: the correlation between an expert’s mean π over the test pairs and
 * the fall of the metric without it, over all experts; null where either is the same for all. Interval: 95 % by resampling test users.
 */
export interface Faithfulness {
  /** Pearson’s. */
  readonly r: number | null;
  readonly interval: readonly [number, number] | null;
  /** π̄ of each expert over the test pairs. */
  readonly mass: readonly number[];
}

export interface KnockoutReport {
  /** 0-based epoch of the weights. */
  readonly epoch: number;
  readonly testUsers: number;
  readonly intact: Standing;
  readonly effects: readonly KnockoutEffect[];
  /** Only where every expert was asked for. */
  readonly faithfulness: Readonly<Record<UserMetric, Faithfulness>> | null;
}

/** What can be knocked out of a run, as its model and data say. */
export interface KnockoutChoices {
  readonly parts: readonly RankingPart[];
  readonly features: readonly FeatureKnockout[];
  readonly experts: readonly Pick<Expert, 'name' | 'anchor' | 'family'>[];
  readonly groups: readonly string[];
  readonly families: readonly Family[];
}

/** An item of a user’s first 20, before or after. */
export interface ListChange {
  readonly item: number;
  /** From 1. */
  readonly before: number;
  readonly after: number;
  readonly heldOut: 'valid' | 'test' | null;
}
