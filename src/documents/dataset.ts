import type { DatasetDocument } from '../domain/dataset';
import type { Checked } from '../domain/unreadable';
import { doubles, floats, integers, splits, texts } from './arrays';
import { check } from './check';
import { z } from './schemas';
import { readingSchema } from './reading';
import { demoOptions, splitRule } from './shared';
import { fromFile, fromStorage, type Rigour } from './values';

/** The dataset document, form 1, in storage and in a backup. */
const VERSION = 1;

const count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
/** JSON has none but finite ones. */
const measure = z.custom<number>((value) => typeof value === 'number');

function featureOf({ text, name, list }: Rigour) {
  const histogram = z.strictObject({ edges: list(measure, 10_000), counts: list(count, 10_000) });
  return z.strictObject({
    key: name(/^[^\p{Cc}/\\]+$/u),
    scope: z.enum(['item', 'user']),
    file: text(1000),
    rows: count,
    columns: count,
    sourceType: text(1000),
    chunkRows: z
      .number()
      .int()
      .min(1)
      .max(2 ** 31 - 1),
    statistics: z.strictObject({
      normMin: measure,
      normMean: measure,
      normMax: measure,
      zeroRows: count,
      duplicateRows: count,
      nonFinite: count,
      norms: histogram,
      nearestNeighbour: histogram.nullable(),
    }),
  });
}

const split = z.strictObject({ interactions: count, users: count, items: count });

function statisticsOf({ list }: Rigour) {
  const pairs = list(z.tuple([measure, count]), 10_000_000);
  return z.strictObject({
    users: count,
    items: count,
    interactions: count,
    density: measure,
    meanActionsPerUser: measure,
    meanActionsPerItem: measure,
    splits: z.strictObject({ train: split, valid: split, test: split }),
    coldUsers: count,
    coldItems: count,
    userDegrees: pairs,
    itemDegrees: pairs,
    headShare: measure,
    ratings: pairs.nullable(),
  });
}

const rule = z.enum([
  'rows-mismatch',
  'not-finite',
  'zero-rows',
  'duplicate-rows',
  'object-type',
  'id-range',
  'duplicate-pairs',
  'cold-users',
  'cold-items',
  'split-values',
  'empty-split',
  'no-interactions',
  'unreadable',
  'unrecognised',
  'constant-ratings',
  'constant-timestamps',
  'remapped-ids',
  'filtered',
  'user-file-provenance',
  'shared-pairs',
  'left-out',
  'all-items',
  'reading',
]);

const problemOf = ({ text }: Rigour) =>
  z.strictObject({
    severity: z.enum(['error', 'warning', 'note']),
    rule,
    file: text(1000),
    row: z.number().int().min(0).nullable(),
    message: text(1000),
    hint: text(1000),
  });

/** Where vectors of the reasoning stage come from. */
function provenanceOf({ text, name, list }: Rigour) {
  const words = text(1000);
  const hash = name(/^[0-9a-f]{64}$/);
  const prompt = z.strictObject({ hash, text: text(100_000) });
  const byModel = <T extends z.ZodType>(entry: T) => z.strictObject({ describe: entry, profile: entry, encode: entry });
  return z.strictObject({
    from: z.strictObject({ id: words, name: words, fingerprint: words }),
    server: z.enum(['ollama', 'openai']),
    models: byModel(words),
    digests: byModel(words.nullable()).optional(),
    encoder: z.strictObject({ name: words, id: hash }).optional(),
    prompts: z.strictObject({ describe: prompt, profile: prompt }),
    sampling: z.enum(['greedy', 'server']),
    seed: count,
    answerTokens: count,
    contextTokens: count,
    interactions: z.literal('training'),
    history: z.strictObject({ rule: z.enum(['recent', 'spaced']), most: count }),
    counts: z.strictObject({
      describedItems: count,
      itemsWithoutImage: count,
      itemsWithoutText: count,
      emptyItems: count,
      profiledUsers: count,
      emptyUsers: count,
      cutHistories: count,
      editedTexts: count,
      imported: z.strictObject({ descriptions: count, documents: count, profiles: count }).optional(),
    }),
    attributes: z
      .strictObject({
        model: words,
        prompt,
        fields: list(z.strictObject({ name: words, origin: z.enum(['given', 'asked']) }), 20),
        counts: z.strictObject({ answered: count, unparsed: count, withoutText: count, leftOut: count }),
      })
      .optional(),
    choices: z
      .strictObject({
        model: words,
        prompt,
        run: z.strictObject({ id: words, name: words, model: words, seed: count, fingerprint: words }),
        masked: z.boolean(),
        candidates: count,
        counts: z.strictObject({
          pairs: count,
          unparsed: count,
          withoutHistory: count,
          withoutCandidates: count,
          leftOut: count,
        }),
      })
      .optional(),
  });
}

const documentOf = (rigour: Rigour) =>
  z.strictObject({
    version: z.literal(VERSION),
    id: rigour.name(/^[\w-]{1,64}$/),
    name: rigour.text(1000),
    fingerprint: rigour.name(/^[0-9a-f]{64}$/),
    createdAt: rigour.time,
    source: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('files'),
        files: rigour.list(rigour.text(1000), 10_000),
        reading: readingSchema.exactOptional(),
        asked: z.boolean().exactOptional(),
      }),
      z.strictObject({ kind: z.literal('reasoning'), provenance: provenanceOf(rigour) }),
      z.strictObject({ kind: z.literal('demo'), options: demoOptions }),
    ]),
    split: z.strictObject({ rule: splitRule, seed: count.nullable() }),
    hasRatings: z.boolean(),
    hasTimestamps: z.boolean(),
    features: rigour.list(featureOf(rigour), 100),
    statistics: statisticsOf(rigour),
    problems: rigour.list(problemOf(rigour), 10_000),
    bytes: z.number().min(0),
  });

/** In a backup. */
export const datasetSchema = documentOf(fromFile);
const storedSchema = documentOf(fromStorage);

/** A stored dataset document. */
export const checkDataset = (value: unknown): Checked<DatasetDocument> => check(storedSchema, value, VERSION);

const names = z
  .array(z.string())
  .max(2 ** 31 - 1)
  .nullable();

/** Readable names and categories; the category of every item stands beside the other columns. */
export const labelsSchema = z.strictObject({
  items: names,
  users: names,
  itemCategories: z.array(z.string()).nullable(),
  originalUsers: names,
  originalItems: names,
});

/** The same with the categories as they are stored; the names are not copied. */
export const storedLabels = z.strictObject({
  items: texts.nullable(),
  users: texts.nullable(),
  itemCategories: z.strictObject({ names: texts, of: integers }).nullable(),
  originalUsers: texts.nullable(),
  originalItems: texts.nullable(),
});

export const storedInteractions = z
  .strictObject({
    users: integers,
    items: integers,
    ratings: floats.nullable(),
    timestamps: doubles.nullable(),
    split: splits,
  })
  .refine(
    ({ users: { length }, items, ratings, timestamps, split: of }) =>
      [items, ratings, timestamps, of].every((column) => column === null || column.length === length),
    'its columns have different lengths',
  );
