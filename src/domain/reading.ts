/**
 * How the files of a dataset are read: what each file is, which column is what, and whose rows the ids count. Found by the import,
 * answered by a person where two readings are possible, and kept with the dataset.
 */

export const FILE_ROLES = [
  'interactions',
  'train',
  'valid',
  'test',
  'features',
  'itemIds',
  'userIds',
  'itemNames',
  'unused',
] as const;
export type FileRole = (typeof FILE_ROLES)[number];

/** `original` and `index`: the two columns of an id mapping. `positive`: says which rows are interactions. */
export const COLUMN_USES = [
  'user',
  'item',
  'rating',
  'timestamp',
  'split',
  'positive',
  'original',
  'index',
  'name',
  'category',
] as const;
export type ColumnUse = (typeof COLUMN_USES)[number];

const INTERACTION_USES: readonly ColumnUse[] = ['user', 'item', 'rating', 'timestamp', 'split', 'positive'];
const PART_USES: readonly ColumnUse[] = ['user', 'item', 'rating', 'timestamp', 'positive'];

/** What the columns of a table can be, by the role of its file. */
export const USES_OF: Readonly<Record<FileRole, readonly ColumnUse[]>> = {
  interactions: INTERACTION_USES,
  train: PART_USES,
  valid: PART_USES,
  test: PART_USES,
  features: ['item', 'user'],
  itemIds: ['original', 'index'],
  userIds: ['original', 'index'],
  itemNames: ['item', 'name', 'category'],
  unused: [],
};

/** What is known of one file (of a folder with a file per item: of the folder). */
export interface FileReading {
  readonly role: FileRole;
  /** Columns by their names, or by number from the left: `#1`. */
  readonly columns?: Readonly<Partial<Record<ColumnUse, string>>>;
  /** Whether the first line names the columns. */
  readonly header?: boolean;
  /** Values of the column `positive` whose rows are interactions; the other rows are left out. */
  readonly positives?: readonly string[];
  /** The modality, and whose rows they are. */
  readonly feature?: { readonly key: string; readonly scope: 'item' | 'user' };
}

/**
 * Whose rows the ids are. `index`: id i is row i. `from1`: id i is row i − 1. `offset`: items are numbered on from the users.
 * `original`: looked up in the mapping. `names`: numbered by first appearance.
 */
export const ID_READINGS = ['index', 'from1', 'offset', 'original', 'names'] as const;
export type IdReading = (typeof ID_READINGS)[number];

/** What a person said of a file; without a role it keeps the one that it was taken for. */
export type FileAnswer = Omit<FileReading, 'role'> & { readonly role?: FileRole };

/** Answers to what the import asks, or all that was decided. A file is named by its path, or by the end of it. */
export interface DatasetReading {
  readonly files: Readonly<Record<string, FileAnswer>>;
  readonly ids?: { readonly user?: IdReading; readonly item?: IdReading };
  /** Draws a validation split from training, where the files have none. */
  readonly validation?: 'draw';
  /** Who and what is left out; absent where nothing is. */
  readonly filters?: ImportFilters;
}

/** Filters that an import applies before it splits. */
export interface ImportFilters {
  /** 0 or 1: keep everything. */
  readonly kCore: number;
  /** Keep users with at least this many interactions (0: everybody). */
  readonly minUserInteractions: number;
}

/** The filters that were asked for, by name or in a reading; null where they leave everything. */
export function filtersOf(asked: Partial<ImportFilters>, reading: DatasetReading | undefined): ImportFilters | null {
  const kCore = asked.kCore || reading?.filters?.kCore || 0;
  const minUserInteractions = asked.minUserInteractions || reading?.filters?.minUserInteractions || 0;
  return kCore > 1 || minUserInteractions > 0 ? { kCore, minUserInteractions } : null;
}

/** `5-core, users with at least 3 interactions`. */
export function filterWords({ kCore, minUserInteractions }: ImportFilters): string {
  const parts = [
    ...(kCore > 1 ? [`${kCore}-core`] : []),
    ...(minUserInteractions > 0 ? [`users with at least ${minUserInteractions} interactions`] : []),
  ];
  return parts.join(', ');
}

export const NOTHING_ANSWERED: DatasetReading = { files: {} };

/** A file, as it was taken. */
export interface FileTaken {
  readonly path: string;
  /** More than one: so many files of a folder, each with the vector of one item. */
  readonly files: number;
  /** `a table, tab-separated`, `a matrix of 7,050 × 4,096, float32`. */
  readonly what: string;
  readonly reading: FileReading;
  /** The roles that a person can give it. */
  readonly roles: readonly FileRole[];
  /** Why this reading, or why it is not used. */
  readonly why: string;
  /** What a person has to decide; null when the reading is certain, or answered. */
  readonly question: string | null;
  /** The first lines of a table. */
  readonly preview: TablePreview | null;
}

export interface TablePreview {
  /** The first line (a header, or not), or the names of the columns. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether the first line can be either. */
  readonly headerInDoubt: boolean;
  /** Values of a column that can say which rows are interactions, by the column's number from 0. */
  readonly values: Readonly<Record<number, readonly string[]>>;
}

/** A question with a few answers. */
export interface Choice<T extends string> {
  readonly question: string;
  readonly answers: readonly { readonly value: T; readonly label: string }[];
  readonly suggested: T;
}

/** What the import asks before it goes on. */
export interface ReadingQuestions {
  readonly files: readonly FileTaken[];
  readonly ids: { readonly user: Choice<IdReading> | null; readonly item: Choice<IdReading> | null };
  readonly validation: Choice<'draw'> | null;
}

/** Later answers replace earlier ones. */
export function mergeReadings(earlier: DatasetReading, later: DatasetReading): DatasetReading {
  return { ...earlier, ...later, files: { ...earlier.files, ...later.files }, ids: { ...earlier.ids, ...later.ids } };
}

/** The reading that stands for what the import took, as an answer to it. */
export function readingOf(files: readonly FileTaken[], answered: DatasetReading): DatasetReading {
  return { ...answered, files: Object.fromEntries(files.map(({ path, reading }) => [path, reading])) };
}

/** The reading for another machine: files by the ends of their paths. */
export function portableReading(reading: DatasetReading): DatasetReading {
  const paths = Object.keys(reading.files);
  const files = Object.entries(reading.files);
  const unused = files.filter(([, { role }]) => role === 'unused').slice(0, MOST_UNUSED);
  const kept = files.filter((one) => one[1].role !== 'unused' || unused.includes(one));
  return { ...reading, files: Object.fromEntries(kept.map(([path, file]) => [shortestEnd(path, paths), file])) };
}

/** More files that are left out than anybody would answer about. */
const MOST_UNUSED = 30;

/** The shortest end of a path, by whole names, that no other path has. */
export function shortestEnd(path: string, paths: readonly string[]): string {
  const parts = path.split('/');
  const least = parts.at(-1) === '*' ? 2 : 1;
  for (let length = least; length < parts.length; length++) {
    const end = parts.slice(-length).join('/');
    if (paths.every((other) => other === path || (other !== end && !other.endsWith(`/${end}`)))) return end;
  }
  return path;
}
