import type { SharedDataset, SharedRun } from '../domain/sharedRun';
import { readingSchema } from './reading';
import { modelId } from './runFields';
import { z } from './schemas';
import { count, metrics, seed } from './values';

/** What somebody shared, as it is stored within a run; in links and files it has short keys. */

export const splitRule = z.enum([
  'provided',
  'perUserRandom',
  'globalRandom',
  'leaveOneOut',
  'perUserTemporal',
  'globalTemporal',
]);

export const demoOptions = z.strictObject({
  seed: count,
  users: count,
  items: count,
  variant: z.enum(['plain', 'looksAndSemantics']),
});

export const sharedDataset: z.ZodType<SharedDataset> = z.strictObject({
  name: z.string(),
  fingerprint: z.string(),
  users: count,
  items: count,
  interactions: count,
  split: splitRule,
  demo: demoOptions.nullable(),
  reading: readingSchema.exactOptional(),
});

const numbers = z.array(z.number());

export const sharedRunSchema: z.ZodType<SharedRun> = z.strictObject({
  model: modelId,
  config: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  seed,
  name: z.string(),
  variant: z.exactOptional(z.string()),
  searched: z.exactOptional(z.strictObject({ trials: count, epochs: count, seconds: z.number() })),
  dataset: count,
  backend: z.enum(['webgpu', 'wasm', 'cpu']).nullable(),
  device: z.string(),
  epochs: count,
  result: z.strictObject({ bestEpoch: count, valid: metrics, test: metrics }).nullable(),
  curves: z.strictObject({ epochs: z.array(count), recall: numbers, ndcg: numbers }).nullable(),
  routing: z.strictObject({ groups: z.array(z.string()), mean: numbers }).nullable(),
});
