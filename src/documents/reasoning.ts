import { ENCODER_DEVICES } from '../domain/encoder';
import { DEFAULT_SETTINGS } from '../domain/reasoning';
import { floats, integers, textsOrNull } from './arrays';
import { z } from './schemas';
import { count } from './values';

/** What is stored of the reasoning stage and of encoders, form 1. */

const tokens = count.nullable();

/** A text that a model wrote. */
export const storedText = z.strictObject({
  text: z.string(),
  model: z.string(),
  at: z.string(),
  promptTokens: tokens,
  answerTokens: tokens,
  cut: z.boolean(),
});

export const storedVector = z.strictObject({ vector: floats });

/** Whatever a model answered: a text, or a text's vector. */
export const storedAnswer = z.union([storedText, storedVector]);

const prompts = z.strictObject({ describe: z.string(), profile: z.string() });
const history = z.strictObject({ rule: z.enum(['recent', 'spaced']), most: z.number() });
const sampling = z.enum(['greedy', 'server']);

const encoder = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('server') }),
  z.strictObject({
    kind: z.literal('page'),
    id: z.string().nullable(),
    name: z.string(),
    device: z.enum(ENCODER_DEVICES),
  }),
]);

/** Settings that were stored before an option existed have its default. */
const settings = z.strictObject({
  server: z.strictObject({ kind: z.enum(['ollama', 'openai']), url: z.string() }).default(DEFAULT_SETTINGS.server),
  models: z
    .strictObject({ describe: z.string(), profile: z.string(), encode: z.string() })
    .default(DEFAULT_SETTINGS.models),
  encoder: encoder.default(DEFAULT_SETTINGS.encoder),
  prompts: prompts.default(DEFAULT_SETTINGS.prompts),
  sampling: sampling.default(DEFAULT_SETTINGS.sampling),
  seed: z.number().default(DEFAULT_SETTINGS.seed),
  answerTokens: z.number().default(DEFAULT_SETTINGS.answerTokens),
  contextTokens: z.number().default(DEFAULT_SETTINGS.contextTokens),
  history: history.default(DEFAULT_SETTINGS.history),
  concurrency: z.number().default(DEFAULT_SETTINGS.concurrency),
  attributes: z
    .strictObject({ on: z.boolean(), asked: z.array(z.string()).readonly(), prompt: z.string() })
    .default(DEFAULT_SETTINGS.attributes),
  choices: z
    .strictObject({ on: z.boolean(), run: z.string().nullable(), mask: z.boolean(), prompt: z.string() })
    .default(DEFAULT_SETTINGS.choices),
});

const override = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('edited'), text: z.string() }),
  z.strictObject({ kind: z.literal('skipped') }),
  z.strictObject({ kind: z.literal('again'), attempt: count }),
]);
const overrides = z.record(z.string().regex(/^\d+$/), override);

export const storedJob = z.strictObject({
  version: z.literal(1),
  datasetId: z.string(),
  settings,
  overrides: z.strictObject({
    items: overrides,
    users: overrides,
    attributes: z.exactOptional(overrides),
    choices: z.exactOptional(overrides),
  }),
});

const itemText = z.strictObject({
  title: z.string(),
  brand: z.string(),
  categories: z.string(),
  description: z.string(),
});

const picture = z.strictObject({ file: z.string(), type: z.string(), bytes: count, hash: z.string() });

export const storedInputs = z.strictObject({
  texts: z.array(itemText.nullable()).nullable(),
  pictures: z.map(count, picture),
  strangers: count,
});

export const importedTexts = z.strictObject({ file: z.string(), texts: textsOrNull });

/** Candidates of every user, and the run that ranked them. */
export const storedCandidates = z.strictObject({
  run: z.strictObject({
    id: z.string(),
    name: z.string(),
    model: z.string(),
    seed: z.number(),
    fingerprint: z.string(),
  }),
  masked: z.boolean(),
  items: integers,
});

const variantModel = z.strictObject({ name: z.string(), digest: z.string().nullable() });

export const textVariants = z.array(
  z.strictObject({
    id: z.string(),
    at: z.string(),
    describe: variantModel,
    profile: variantModel,
    prompts,
    sampling,
    seed: z.number(),
    answerTokens: z.number(),
    contextTokens: z.number(),
    history,
  }),
);

/** Words by name: digests by a model's, keys by a server's. */
export const wordsByName = z.record(z.string(), z.string());

export const encoderInfo = z.strictObject({
  id: z.string(),
  name: z.string(),
  bytes: z.number(),
  width: z.number(),
  longest: z.number(),
});
