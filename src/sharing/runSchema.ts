import { isErrorCode } from '../domain/errors';
import { CUTOFFS, METRIC_KEYS } from '../domain/metrics';
import { isModelId } from '../domain/models/catalogue';
import { packedArray } from './packedArray';
import { datasetPayload, runPayload } from './payload';
import { z } from './schemas';

/** The run document in a file, form 1. What JSON has no number for is written as a word. */

const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const seconds = z.number().min(0).max(1e12);
const words = z.string().max(500);
const text = z.string().max(20_000);
const key = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/);
/** Loss terms of one modality stand behind a slash. */
const termKey = z.string().regex(/^[a-zA-Z][\w/-]{0,63}$/);
const time = z.iso.datetime();
const MOST_EPOCHS = 100_000;
const MOST_NUMBERS = 4096;

const optionValue = z.union([z.number(), z.boolean(), z.string().max(100)]);
const metricKey = z.enum(METRIC_KEYS);
const metrics = z.record(metricKey, z.union([z.number().min(0).max(1), z.literal('NaN').transform(Number)]));
const named = z.record(termKey, number);
const numbers = z.array(number).max(MOST_NUMBERS);
const backend = z.enum(['webgpu', 'wasm', 'cpu']);

const experiment = z.strictObject({
  model: z.string().refine(isModelId),
  config: z.record(key, optionValue),
  seed: z.number().int().min(0).max(0xffffffff),
  dataset: z.strictObject({
    id: z.string().regex(/^[\w-]{1,64}$/),
    name: words,
    fingerprint: z.string().regex(/^[0-9a-f]{16,64}$/),
  }),
  backend: z.enum(['auto', 'webgpu', 'wasm', 'cpu']),
  allowSoftware: z.boolean(),
});

const fault = z.strictObject({
  code: z
    .string()
    .max(60)
    .transform((code) => (isErrorCode(code) ? code : 'UNKNOWN')),
  message: text,
  hint: text,
  context: z.record(words, z.union([number, text, z.boolean(), z.null()])),
});

const device = z.strictObject({
  backend,
  name: words,
  vendor: words,
  architecture: words,
  software: z.boolean(),
  limits: z.record(words, number),
  features: z.array(words).max(500),
  fallbackReason: text.nullable(),
  selfTest: z.array(z.strictObject({ name: words, passed: z.boolean(), error: number })).max(500),
  versions: z.record(words, words),
});

const epoch = z.strictObject({
  epoch: count,
  step: count,
  learningRate: number,
  terms: named,
  total: number,
  valid: metrics.nullable(),
  validLiked: z.exactOptional(metrics),
  observed: z.exactOptional(z.record(termKey, numbers)),
  trainSeconds: seconds,
  evaluateSeconds: seconds,
});

const interval = z.strictObject({
  step: count,
  epoch: count,
  terms: named,
  total: number,
  observed: z.exactOptional(named),
});

const titled = { key: z.string().max(100), title: words };
const finding = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('numbers'),
    ...titled,
    rows: z.array(z.strictObject({ label: words, value: number, unit: z.exactOptional(z.literal('share')) })).max(200),
  }),
  z.strictObject({
    kind: z.literal('histogram'),
    ...titled,
    axis: words,
    edges: numbers,
    counts: numbers,
    threshold: z.exactOptional(z.strictObject({ option: words, value: number.nullable() })),
  }),
  z.strictObject({ kind: z.literal('parts'), ...titled, names: z.array(words).max(1000) }),
  z.strictObject({ kind: z.literal('note'), ...titled, text }),
]);

const axis = z.strictObject({
  key,
  values: z.array(optionValue).max(1000),
  range: z.exactOptional(z.strictObject({ low: number, high: number, log: z.boolean() })),
});

const group = z.strictObject({
  id: z.string().regex(/^[\w-]{1,64}$/),
  name: words,
  variant: words,
  sweep: z.exactOptional(
    z.strictObject({
      axes: z.array(axis).max(20),
      method: z.enum(['grid', 'random']),
      drawSeed: z.exactOptional(count),
      medianRule: z.boolean(),
    }),
  ),
});

const parts = {
  parameters: number,
  optimiser: number,
  graphs: number,
  constants: number,
  step: number,
  evaluation: number,
  total: number,
};

export const runSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[\w-]{1,64}$/),
  name: words,
  createdAt: time,
  experiment,
  status: z.enum(['queued', 'preparing', 'running', 'paused', 'interrupted', 'finished', 'stopped', 'failed']),
  fault: fault.nullable(),
  device: device.nullable(),
  stepsPerEpoch: count,
  epochs: z.array(epoch).max(MOST_EPOCHS),
  intervals: z.array(interval).max(MOST_EPOCHS * 10),
  best: z.strictObject({ epoch: count, valid: metrics }).nullable(),
  result: z
    .strictObject({ bestEpoch: count, valid: metrics, test: metrics, testLiked: z.exactOptional(metrics) })
    .nullable(),
  group: z.exactOptional(group),
  theirs: z.exactOptional(runPayload),
  origin: z.exactOptional(z.strictObject({ file: words, importedAt: time, dataset: datasetPayload })),
  stopReason: z.exactOptional(
    z.strictObject({
      rule: z.literal('median'),
      epoch: count,
      metric: metricKey,
      best: number,
      median: number,
      peers: count,
    }),
  ),
  findings: z.exactOptional(z.array(finding).max(200)),
  estimate: z.strictObject(parts).nullable(),
  memory: z.strictObject({ tensors: number, allocated: number, peak: number }).nullable(),
  notes: z.string().max(1_000_000),
  seconds,
});

const perUser = z.strictObject({ users: packedArray, values: z.record(metricKey, packedArray) });

export const detailsSchema = z.strictObject({
  perUser,
  perUserLiked: z.exactOptional(perUser),
  topItems: packedArray,
  topScores: packedArray,
  cutoff: z
    .number()
    .int()
    .min(1)
    .max(Math.max(...CUTOFFS)),
});
