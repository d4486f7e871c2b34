import { expect } from 'vitest';
import type { DatasetDocument } from '../../../src/domain/dataset';
import { AppError } from '../../../src/domain/errors';
import type { NamedFile } from '../../../src/domain/protocol';
import { NOTHING_ANSWERED, type DatasetReading, type ReadingQuestions } from '../../../src/domain/reading';
import { readFeatures, readInteractions, readLabels } from '../../../src/storage/datasets';
import { mustImport, tryImport, type Outcome } from '../../helpers/dataRoom';

/** One small world that every layout is written from: 12 users, 10 items, 72 interactions, in the order of their times. */
export interface Row {
  readonly user: number;
  readonly item: number;
  /** 1–5. */
  readonly rating: number;
  /** Place in the order of time, 0–71. */
  readonly at: number;
  readonly split: 0 | 1 | 2;
}

export const USERS = 12;
export const ITEMS = 10;

/** Users have 3 to 9 items each, so that no list is as long as every other; the last two are for validation and test. */
const LENGTHS = [3, 9, 5, 7, 4, 8, 6, 6, 9, 3, 5, 7];

export const ROWS: readonly Row[] = LENGTHS.flatMap((length, user) =>
  Array.from({ length }, (_, place) => ({
    user,
    item: (user * 7 + place * 3 + 4) % ITEMS,
    rating: 1 + ((user * 2 + place * 3) % 5),
    // 59 has no divisor in common with 72: an order in which no user's rows stand together.
    order: ((LENGTHS.slice(0, user).reduce((a, b) => a + b, 0) + place) * 59 + 31) % 72,
    split: (place === length - 1 ? 2 : place === length - 2 ? 1 : 0) as 0 | 1 | 2,
  })),
)
  .sort((a, b) => a.order - b.order)
  .map(({ order, ...row }) => ({ ...row, at: order }));

export const ofSplit = (split: 0 | 1 | 2): readonly Row[] => ROWS.filter((row) => row.split === split);
export const seconds = ({ at }: Row): number => 1_400_000_000 + at * 4_000;
/** The rows of each user, in the order of time. */
export const byUser = (rows: readonly Row[] = ROWS): readonly (readonly [user: number, rows: readonly Row[]])[] =>
  Array.from({ length: USERS }, (_, user) => [user, rows.filter((row) => row.user === user)] as const).filter(
    ([, found]) => found.length > 0,
  );

type Cell = string | number;
/** Lines of cells, with or without a header. */
export const lines = <T>(
  rows: readonly T[],
  cells: (row: T) => readonly Cell[],
  separator = ',',
  header: string | null = null,
  end = '\n',
): string => [...(header === null ? [] : [header]), ...rows.map((row) => cells(row).join(separator))].join(end) + end;
/** JSON lines. */
export const records = <T>(rows: readonly T[], record: (row: T) => object): string =>
  rows.map((row) => JSON.stringify(record(row)) + '\n').join('');
/** A value as Python's `repr` writes it. */
export const python = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `'${key}': ${python(inner)}`)
      .join(', ')}}`;
  return typeof value === 'string' ? `'${value}'` : value === true ? 'True' : value === false ? 'False' : String(value);
};

/** What was stored, by the ids of the files. */
export interface Stored {
  readonly rows: readonly {
    readonly pair: string;
    readonly rating: number | null;
    readonly time: number | null;
    readonly split: number;
  }[];
  /** First value of each item's (user's) row, by feature and id. */
  readonly features: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly names: Readonly<Record<string, string>>;
  readonly document: DatasetDocument;
  readonly warnings: readonly string[];
  /** Everything that was asked, in order. */
  readonly questions: readonly string[];
}

function asked({ files, ids, validation }: ReadingQuestions): string[] {
  return [
    ...files.flatMap(({ question }) => question ?? []),
    ...[ids.user, ids.item, validation].flatMap((choice) => (choice ? choice.question : [])),
  ];
}

/** Imports. Without `answer` nothing may be asked; an empty answer goes on with what is suggested. */
export async function open(files: readonly NamedFile[], answer?: DatasetReading): Promise<Stored> {
  const questions: string[] = [];
  const outcome = await mustImport(
    files,
    {},
    undefined,
    answer === undefined
      ? {}
      : {
          ask: async (found) => {
            questions.push(...asked(found));
            return answer;
          },
        },
  );
  if (answer !== undefined) expect(questions, 'something is asked').not.toEqual([]);
  return storedOf(outcome, questions);
}

/** Goes on with whatever is suggested, and insists that something was asked. */
export const openSuggested = (files: readonly NamedFile[]): Promise<Stored> => open(files, NOTHING_ANSWERED);

async function storedOf(outcome: Outcome & { readonly document: DatasetDocument }, questions: string[]) {
  const { database, document, problems } = outcome;
  const interactions = await readInteractions(database, 'd');
  const labels = await readLabels(database, 'd');
  const userId = (index: number): string => labels?.originalUsers?.[index] ?? String(index);
  const itemId = (index: number): string => labels?.originalItems?.[index] ?? String(index);
  const features: Record<string, Record<string, number>> = {};
  for (const info of document.features) {
    const values = await readFeatures(database, 'd', info);
    const id = info.scope === 'item' ? itemId : userId;
    features[info.key] = Object.fromEntries(
      Array.from({ length: info.rows }, (_, row) => [id(row), values[row * info.columns] ?? NaN]),
    );
  }
  return {
    rows: Array.from(interactions.users, (user, at) => ({
      pair: `${userId(user)} ${itemId(interactions.items[at]!)}`,
      rating: interactions.ratings?.[at] ?? null,
      time: interactions.timestamps?.[at] ?? null,
      split: interactions.split[at]!,
    })),
    features,
    names: Object.fromEntries(labels?.items?.map((name, index) => [itemId(index), name]) ?? []),
    document,
    warnings: problems.filter(({ severity }) => severity === 'warning').map(({ message }) => message),
    questions,
  };
}

export interface Expected {
  readonly user: (user: number) => string;
  readonly item: (item: number) => string;
  /** The rows that are interactions; all of them unless said. */
  readonly rows?: readonly Row[];
  /** Null: none are stored. */
  readonly rating: ((row: Row) => number) | null;
  /** `order`: the stored times put the rows in their order; null: none are stored. */
  readonly time: 'order' | null;
  /** `files`: as the world has it; `trainTest`: the same, validation being drawn from training; `drawn`: anew. */
  readonly split: 'files' | 'trainTest' | 'drawn';
  /** First value of an item's row, by feature. */
  readonly features?: Readonly<Record<string, (item: number) => number>>;
  readonly name?: (item: number) => string;
}

/** Insists that what was stored is what was written: pairs by their ids, ratings, order of times, split and features. */
export function expectStored(stored: Stored, expected: Expected): void {
  const rows = expected.rows ?? ROWS;
  const pairOf = (row: Row): string => `${expected.user(row.user)} ${expected.item(row.item)}`;
  const sorted = (pairs: readonly string[]): string[] => [...pairs].sort();
  expect(sorted(stored.rows.map(({ pair }) => pair))).toEqual(sorted(rows.map(pairOf)));
  const found = new Map(stored.rows.map((row) => [row.pair, row]));
  const { rating, time, split } = expected;
  for (const row of rows)
    expect([pairOf(row), found.get(pairOf(row))?.rating]).toEqual([pairOf(row), rating?.(row) ?? null]);
  if (time === null) expect(stored.rows.every((row) => row.time === null)).toBe(true);
  else {
    const ordered = [...stored.rows].sort((a, b) => a.time! - b.time!).map(({ pair }) => pair);
    expect(ordered).toEqual(rows.map(pairOf));
    expect(new Set(stored.rows.map((row) => row.time)).size).toBe(rows.length);
  }
  expect(stored.document.split.rule).toBe(split === 'drawn' ? 'perUserRandom' : 'provided');
  if (split !== 'drawn')
    for (const row of rows) {
      const label = found.get(pairOf(row))!.split;
      if (split === 'files' || row.split === 2) expect([pairOf(row), label]).toEqual([pairOf(row), row.split]);
      else expect(label).toBeLessThan(2);
    }
  const items = [...new Set(rows.map(({ item }) => item))];
  for (const [key, value] of Object.entries(expected.features ?? {}))
    for (const item of items)
      expect([key, item, stored.features[key]?.[expected.item(item)]]).toEqual([key, item, Math.fround(value(item))]);
  expect(Object.keys(stored.features).sort()).toEqual(Object.keys(expected.features ?? {}).sort());
  if (expected.name) for (const item of items) expect(stored.names[expected.item(item)]).toBe(expected.name(item));
}

/** Insists on a refusal, whatever is answered, and returns what it says: message and remedy. */
export async function refusal(files: readonly NamedFile[], answer: DatasetReading = NOTHING_ANSWERED): Promise<string> {
  const { error } = await tryImport(files, {}, undefined, { ask: async () => answer });
  expect(error).toBeInstanceOf(AppError);
  return `${error?.message} ${error?.hint}`;
}

/** Insists that an import without a person stops at a question, and returns it. */
export async function question(files: readonly NamedFile[]): Promise<string> {
  const { error } = await tryImport(files);
  expect(error?.code).toBe('DATA_QUESTION');
  return `${error?.message} ${error?.hint}`;
}
