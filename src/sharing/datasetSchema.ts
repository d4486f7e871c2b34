import { z } from './schemas';

/** The dataset document in a backup, form 1. */

const count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const measure = z.number();
const words = z.string().max(1000);
const key = z.string().regex(/^[\w.-]{1,100}$/);
const pairs = z.array(z.tuple([measure, count])).max(10_000_000);
const histogram = z.strictObject({ edges: z.array(measure).max(10_000), counts: z.array(count).max(10_000) });

const feature = z.strictObject({
  key,
  scope: z.enum(['item', 'user']),
  file: words,
  rows: count,
  columns: count,
  sourceType: words,
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

const split = z.strictObject({ interactions: count, users: count, items: count });
const statistics = z.strictObject({
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

const problem = z.strictObject({
  severity: z.enum(['error', 'warning', 'note']),
  rule: z.enum([
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
    'several-interactions',
    'no-interactions',
    'unreadable',
    'unrecognised',
    'constant-ratings',
    'remapped-ids',
    'filtered',
    'user-file-provenance',
    'shared-pairs',
  ]),
  file: words,
  row: z.number().int().min(0).nullable(),
  message: words,
  hint: words,
});

const prompt = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), text: z.string().max(100_000) });

/** Where vectors of the reasoning stage come from. */
const provenance = z.strictObject({
  from: z.strictObject({ id: words, name: words, fingerprint: words }),
  server: z.enum(['ollama', 'openai']),
  models: z.strictObject({ describe: words, profile: words, encode: words }),
  digests: z
    .strictObject({ describe: words.nullable(), profile: words.nullable(), encode: words.nullable() })
    .optional(),
  encoder: z.strictObject({ name: words, id: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
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
});

export const datasetSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[\w-]{1,64}$/),
  name: words,
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  source: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('files'), files: z.array(words).max(10_000) }),
    z.strictObject({ kind: z.literal('reasoning'), provenance }),
    z.strictObject({
      kind: z.literal('demo'),
      options: z.strictObject({
        seed: count,
        users: count,
        items: count,
        variant: z.enum(['plain', 'looksAndSemantics']),
      }),
    }),
  ]),
  split: z.strictObject({
    rule: z.enum(['provided', 'perUserRandom', 'globalRandom', 'leaveOneOut', 'perUserTemporal', 'globalTemporal']),
    seed: count.nullable(),
  }),
  hasRatings: z.boolean(),
  hasTimestamps: z.boolean(),
  features: z.array(feature).max(100),
  statistics,
  problems: z.array(problem).max(10_000),
  bytes: z.number().min(0),
});

const names = z
  .array(z.string().max(10_000))
  .max(2 ** 31 - 1)
  .nullable();

/** Readable names and categories; the category of every item stands beside the other columns. */
export const labelsSchema = z.strictObject({
  items: names,
  users: names,
  itemCategories: z.array(z.string().max(10_000)).nullable(),
  originalUsers: names,
  originalItems: names,
});
