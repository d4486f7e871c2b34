import type { DatasetReading, FileTaken } from './reading';
import type { ReasoningProvenance } from './reasoning';

/** What a dataset is, once imported. Rows of features belong to the item (or user) of the same index. */

export type SplitName = 'train' | 'valid' | 'test';
export const SPLIT_NAMES: readonly SplitName[] = ['train', 'valid', 'test'];

/** `provided`: the file's own `x_label` column. The others are drawn from a seed. */
export type SplitRule =
  'provided' | 'perUserRandom' | 'globalRandom' | 'leaveOneOut' | 'perUserTemporal' | 'globalTemporal';

export type Histogram = {
  /** `counts.length + 1` increasing edges. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
};

export interface FeatureStatistics {
  readonly normMin: number;
  readonly normMean: number;
  readonly normMax: number;
  readonly zeroRows: number;
  /** Rows equal, value for value, to an earlier row. */
  readonly duplicateRows: number;
  /** NaN or infinite entries. */
  readonly nonFinite: number;
  readonly norms: Histogram;
  /** Cosine of each row (of a sample when there are many) to its nearest other row; null when not computed. */
  readonly nearestNeighbour: Histogram | null;
}

export interface FeatureInfo {
  /** `image`, `text`, `audio`, `image_text`, `user_preferences`, … from the file's name. */
  readonly key: string;
  readonly scope: 'item' | 'user';
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  /** The element type in the file, e.g. `float16`, `big-endian float32`. Stored as float32. */
  readonly sourceType: string;
  /** Rows per stored chunk; every chunk but the last has exactly this many. */
  readonly chunkRows: number;
  readonly statistics: FeatureStatistics;
}

export interface SplitCounts {
  readonly interactions: number;
  readonly users: number;
  readonly items: number;
}

export interface DatasetStatistics {
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  /** interactions ÷ (users · items). */
  readonly density: number;
  readonly meanActionsPerUser: number;
  readonly meanActionsPerItem: number;
  readonly splits: Readonly<Record<SplitName, SplitCounts>>;
  /** Users (items) without a training interaction. */
  readonly coldUsers: number;
  readonly coldItems: number;
  /** `[degree, how many have it]`, increasing degree, over all interactions. */
  readonly userDegrees: readonly (readonly [number, number])[];
  readonly itemDegrees: readonly (readonly [number, number])[];
  /** Share of all interactions held by the most popular fifth of items. */
  readonly headShare: number;
  /** `[rating, count]`; null when there are no ratings or all are equal. */
  readonly ratings: readonly (readonly [number, number])[] | null;
}

export type ProblemRule =
  | 'rows-mismatch'
  | 'not-finite'
  | 'zero-rows'
  | 'duplicate-rows'
  | 'object-type'
  | 'id-range'
  | 'duplicate-pairs'
  | 'cold-users'
  | 'cold-items'
  | 'split-values'
  | 'empty-split'
  | 'no-interactions'
  | 'unreadable'
  | 'unrecognised'
  | 'constant-ratings'
  | 'constant-timestamps'
  | 'remapped-ids'
  | 'filtered'
  | 'user-file-provenance'
  | 'shared-pairs'
  | 'left-out'
  | 'all-items'
  | 'reading';

/** One line of the check, the way a compiler lists them. Errors stop an import, warnings can be accepted. */
export interface Problem {
  readonly severity: 'error' | 'warning' | 'note';
  readonly rule: ProblemRule;
  readonly file: string;
  /** First offending row: 1-based line of a table (header = line 1), 0-based row of a matrix; null when none applies. */
  readonly row: number | null;
  readonly message: string;
  readonly hint: string;
}

export interface DemoOptions {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  /** `plain`, or the variant in which items are met by looks and judged by semantics. */
  readonly variant: 'plain' | 'looksAndSemantics';
}

export const DEFAULT_DEMO: DemoOptions = { seed: 2026, users: 1000, items: 600, variant: 'plain' };

export interface ImportOptions {
  readonly name?: string;
  readonly splitRule?: Exclude<SplitRule, 'provided'>;
  readonly splitSeed?: number;
  /** 0 or 1: keep everything. */
  readonly kCore?: number;
  /** Keep users with at least this many interactions (0: everybody). */
  readonly minUserInteractions?: number;
  /** Answers to what the import would ask. */
  readonly reading?: DatasetReading;
}

/** How everything was read: the files, and where the split is from (null when it did not come that far). */
export interface Taken {
  readonly files: readonly FileTaken[];
  readonly split: { readonly rule: SplitRule; readonly seed: number | null } | null;
}

export interface DatasetDocument {
  readonly version: 1;
  readonly id: string;
  readonly name: string;
  /** SHA-256 over the canonical content, hex. */
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly source:
    | {
        readonly kind: 'files';
        readonly files: readonly string[];
        /** What each file was taken for, and whose rows the ids are; absent in datasets of older versions. */
        readonly reading?: DatasetReading;
        /** A person was asked how; links then tell the reading. */
        readonly asked?: boolean;
      }
    | { readonly kind: 'demo'; readonly options: DemoOptions }
    /** Another dataset with vectors that the reasoning stage made. */
    | { readonly kind: 'reasoning'; readonly provenance: ReasoningProvenance };
  readonly split: { readonly rule: SplitRule; readonly seed: number | null };
  readonly hasRatings: boolean;
  readonly hasTimestamps: boolean;
  readonly features: readonly FeatureInfo[];
  readonly statistics: DatasetStatistics;
  /** Warnings and notes that were accepted at import. */
  readonly problems: readonly Problem[];
  /** Bytes it takes in storage. */
  readonly bytes: number;
}

/** Item features that belong to a reasoning pipeline or to another model. */
const NOT_MODALITIES: readonly string[] = ['image_text', 'pretrained'];
/** `attribute_1`, `attribute_2`, …: an item’s encoded attributes, one matrix for each. */
const ATTRIBUTE = /^attribute_(\d+)$/;
/** Two items for each user, preferred and refused; −1 twice where there are none. */
export const PAIRS_KEY = 'user_pairs';

/** Whether an item’s row of that key is an encoded attribute. */
export const isAttributeKey = (key: string): boolean => ATTRIBUTE.test(key);

const attributeNumber = (key: string): number => Number(ATTRIBUTE.exec(key)?.[1] ?? -1);

type WithFeatures = Pick<DatasetDocument, 'features'>;

/** The encoded profiles of users. */
export const profilesOf = ({ features }: WithFeatures): FeatureInfo | undefined =>
  features.find(({ scope, key }) => scope === 'user' && !isPairsKey(key));

/** The encoded attributes of items, by number. */
export const attributesOf = ({ features }: WithFeatures): FeatureInfo[] =>
  features
    .filter(({ scope, key }) => scope === 'item' && isAttributeKey(key))
    .sort((a, b) => attributeNumber(a.key) - attributeNumber(b.key));

/** Whether a user’s row of that key holds numbers of items. */
export const isPairsKey = (key: string): boolean => key === PAIRS_KEY;

/** Pairs of items that a language model chose for users. */
export const preferredPairsOf = ({ features }: WithFeatures): FeatureInfo | undefined =>
  features.find(({ scope, key }) => scope === 'user' && isPairsKey(key));

/** The modalities that multimodal models read, by key. */
export function modalitiesOf({ features }: WithFeatures): FeatureInfo[] {
  return features
    .filter(({ scope, key }) => scope === 'item' && !NOT_MODALITIES.includes(key) && !isAttributeKey(key))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Optional readable names, stored beside the document (`null` where a dataset has none). */
export interface DatasetLabels {
  readonly items: readonly string[] | null;
  readonly users: readonly string[] | null;
  /** Category index per item, with names. */
  readonly itemCategories: { readonly names: readonly string[]; readonly of: Int32Array } | null;
  /** Original ids by index when they were renumbered. */
  readonly originalUsers: readonly string[] | null;
  readonly originalItems: readonly string[] | null;
}
