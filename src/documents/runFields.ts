import { isErrorCode } from '../domain/errors';
import { isModelId } from '../domain/models/catalogue';
import type { ModelId } from '../domain/models/table';
import { z } from './schemas';
import { count, metricKey, metrics, number, seconds, seed, type Rigour } from './values';

/** The fields of a run document, form 1, as a file and storage have them alike. */

const MOST_EPOCHS = 100_000;
const MOST_NUMBERS = 4096;

const backend = z.enum(['webgpu', 'wasm', 'cpu']);
export const modelId = z.custom<ModelId>((value) => typeof value === 'string' && isModelId(value));

const status = z.enum(['queued', 'preparing', 'running', 'paused', 'interrupted', 'finished', 'stopped', 'failed']);

const bytesByPart = z.strictObject({
  parameters: number,
  optimiser: number,
  graphs: number,
  constants: number,
  step: number,
  evaluation: number,
  total: number,
  host: z.exactOptional(
    z.strictObject({
      page: number,
      data: number,
      preparation: number,
      weights: number,
      results: number,
      total: number,
      withDevice: number,
    }),
  ),
});

const memory = z.strictObject({ tensors: number, allocated: number, peak: number });
const stepsOf = (rigour: Rigour) =>
  z.strictObject({
    played: count,
    ordinary: count,
    kernels: count.nullable(),
    refused: rigour.text(500).nullable(),
    threadMs: z.exactOptional(z.strictObject({ played: number.nullable(), ordinary: number.nullable() })),
  });

const stopped = { epoch: count, metric: metricKey, best: number };
const stopReason = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('median'), ...stopped, median: number, peers: count }),
  z.strictObject({ rule: z.literal('halving'), ...stopped, rank: count, of: count, keep: count }),
]);

/** Fields of a run's summary, and its curves. */
export function runFields(rigour: Rigour) {
  const { time, list } = rigour;
  const words = rigour.text(500);
  const text = rigour.text(20_000);
  const id = rigour.name(/^[\w-]{1,64}$/);
  const fault = z.strictObject({
    code: rigour.text(60).transform((code) => (isErrorCode(code) ? code : 'UNKNOWN')),
    message: text,
    hint: text,
    context: z.record(words, z.union([number, text, z.boolean(), z.null()])),
  });
  return {
    summary: {
      version: z.literal(1),
      app: z.exactOptional(words),
      id,
      name: words,
      createdAt: time,
      experiment: experimentOf(rigour),
      status,
      fault: fault.nullable(),
      device: deviceOf(rigour).nullable(),
      stepsPerEpoch: count,
      best: z.strictObject({ epoch: count, valid: metrics }).nullable(),
      result: z
        .strictObject({ bestEpoch: count, valid: metrics, test: metrics, testLiked: z.exactOptional(metrics) })
        .nullable(),
      group: z.exactOptional(groupOf(rigour)),
      stopReason: z.exactOptional(stopReason),
      findings: z.exactOptional(list(findingOf(rigour), 200)),
      estimate: bytesByPart.nullable(),
      memory: memory.nullable(),
      steps: z.exactOptional(stepsOf(rigour)),
      notes: rigour.text(1_000_000),
      tags: z.exactOptional(list(rigour.text(100), 100)),
      pinned: z.exactOptional(z.boolean()),
      seconds,
    },
    curves: curvesOf(rigour),
  };
}

const optionValue = (rigour: Rigour) => z.union([z.number(), z.boolean(), rigour.text(100)]);
const optionKey = (rigour: Rigour) => rigour.name(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/);

/** What is computed, whatever the data. */
export const settingsOf = (rigour: Rigour) => ({
  model: modelId,
  config: z.record(optionKey(rigour), optionValue(rigour)),
  seed,
  backend: z.enum(['auto', 'webgpu', 'wasm', 'cpu']),
  allowSoftware: z.boolean(),
});

const experimentOf = (rigour: Rigour) =>
  z.strictObject({
    ...settingsOf(rigour),
    dataset: z.strictObject({
      id: rigour.name(/^[\w-]{1,64}$/),
      name: rigour.text(500),
      fingerprint: rigour.name(/^[0-9a-f]{16,64}$/),
    }),
  });

function deviceOf({ text, list }: Rigour) {
  const words = text(500);
  return z.strictObject({
    backend,
    name: words,
    vendor: words,
    architecture: words,
    software: z.boolean(),
    limits: z.record(words, number),
    features: list(words, 500),
    fallbackReason: text(20_000).nullable(),
    selfTest: list(z.strictObject({ name: words, passed: z.boolean(), error: number }), 500),
    versions: z.record(words, words),
  });
}

function curvesOf({ name, list }: Rigour) {
  // Loss terms of one modality stand behind a slash.
  const termKey = name(/^[a-zA-Z][\w/-]{0,63}$/);
  const named = z.record(termKey, number);
  const epoch = z.strictObject({
    epoch: count,
    step: count,
    learningRate: number,
    terms: named,
    total: number,
    valid: metrics.nullable(),
    validLiked: z.exactOptional(metrics),
    observed: z.exactOptional(z.record(termKey, list(number, MOST_NUMBERS))),
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
  return { epochs: list(epoch, MOST_EPOCHS), intervals: list(interval, MOST_EPOCHS * 10) };
}

function findingOf({ text, list }: Rigour) {
  const words = text(500);
  const numbers = list(number, MOST_NUMBERS);
  const titled = { key: text(100), title: words };
  const row = z.strictObject({ label: words, value: number, unit: z.exactOptional(z.literal('share')) });
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('numbers'), ...titled, rows: list(row, 200) }),
    z.strictObject({
      kind: z.literal('histogram'),
      ...titled,
      axis: words,
      edges: numbers,
      counts: numbers,
      threshold: z.exactOptional(z.strictObject({ option: words, value: number.nullable() })),
    }),
    z.strictObject({ kind: z.literal('parts'), ...titled, names: list(words, 1000) }),
    z.strictObject({ kind: z.literal('note'), ...titled, text: text(20_000) }),
  ]);
}

export function groupOf(rigour: Rigour) {
  const words = rigour.text(500);
  const axis = z.strictObject({
    key: optionKey(rigour),
    values: rigour.list(optionValue(rigour), 1000),
    range: z.exactOptional(z.strictObject({ low: number, high: number, log: z.boolean() })),
  });
  return z.strictObject({
    id: rigour.name(/^[\w-]{1,64}$/),
    name: words,
    variant: words,
    sweep: z.exactOptional(
      z.strictObject({
        axes: rigour.list(axis, 20),
        method: z.enum(['grid', 'random']),
        drawSeed: z.exactOptional(count),
        medianRule: z.boolean(),
      }),
    ),
    table: z.exactOptional(z.strictObject({ paper: words, table: words, dataset: words })),
    search: z.exactOptional(
      z.strictObject({
        trials: count,
        drawSeed: count,
        metric: metricKey,
        rungs: rigour.list(z.strictObject({ epochs: count, keep: count }), 100),
      }),
    ),
    trial: z.exactOptional(count),
    controls: z.exactOptional(z.literal(true)),
  });
}
