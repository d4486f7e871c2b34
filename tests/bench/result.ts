import { z } from 'zod';
import { KINDS, LAYERS } from './kinds';
import { quartilesSchema } from './quartiles';

/** Parts of a step in milliseconds, medians over its steps. */
export const PARTS = ['sampling', 'upload', 'forward', 'gradients', 'optimiser', 'readBack', 'other'] as const;
export type Part = (typeof PARTS)[number];

const kernelSchema = z.object({ name: z.string(), calls: z.number(), ms: z.number() });
export type KernelTime = z.infer<typeof kernelSchema>;

/** Medians of what ran in turns: ours, then the other, in each round. */
const roundSchema = z.object({ ours: z.number(), other: z.number() });
export type Round = z.infer<typeof roundSchema>;

const stockSchema = z.object({
  step: quartilesSchema,
  rounds: z.array(roundSchema),
  evaluateSeconds: z.number().nullable(),
});

const peerSchema = z.object({
  torch: z.string(),
  threads: z.number(),
  /** `cpu`, or the name of a graphics card. */
  device: z.string().default('cpu'),
  sparse: z.string(),
  step: quartilesSchema,
  cpuMs: z.number(),
  rounds: z.array(roundSchema),
  /** Its graphs of an epoch, and the first step where that differs. */
  startSeconds: z.number(),
  epochSeconds: z.number(),
  evaluateSeconds: z.number().nullable(),
  /** |ours − theirs| ÷ |ours| of the loss of the first batch at the initial parameters. */
  lossDifference: z.number(),
});

export const figuresSchema = z.object({
  batchSize: z.number(),
  stepsPerEpoch: z.number(),
  step: quartilesSchema,
  /** Processor time of a step on all threads, the median: what other programs do shows little in it. */
  cpuMs: z.number(),
  parts: z.record(z.enum(PARTS), z.number()),
  /** An epoch's first step, with the graphs that are made for it. */
  startSeconds: z.number(),
  epochSeconds: z.number(),
  measuredEpochSeconds: z.number().nullable(),
  /** Null where only steps were asked for. */
  evaluateSeconds: z.number().nullable(),
  evaluatedUsers: z.number(),
  prepareSeconds: z.number(),
  kernelCalls: z.number(),
  dispatches: z.number().nullable(),
  peakTensorBytes: z.number(),
  deviceBytes: z.number(),
  /** The ten kernels that take longest in one step; on WebGPU every dispatch is submitted and waited for by itself there. */
  profile: z.array(kernelSchema),
  /** All kernels of that step by what they do, and by the part of the model that they belong to, forward and backward. */
  kinds: z.record(z.enum(KINDS), z.number()),
  layers: z.record(z.enum(LAYERS), z.number()),
  profiledStepMs: z.number(),
  stock: stockSchema.nullable(),
  peer: peerSchema.nullable(),
});
export type Figures = z.infer<typeof figuresSchema>;

const entrySchema = z.object({
  set: z.string(),
  model: z.string(),
  backend: z.string(),
  device: z.string(),
  /** One-minute load averages before and after. */
  load: z.tuple([z.number(), z.number()]),
  /** What differs from the recommended configuration. */
  changes: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  figures: figuresSchema.nullable(),
  /** Why there are no figures. */
  failure: z.string().nullable(),
});
export type Entry = z.infer<typeof entrySchema>;

export const rooflineSchema = z.object({
  backend: z.string(),
  device: z.string(),
  copyGbPerSecond: z.number(),
  productGflops: z.number(),
  kernels: z.array(
    z.object({
      name: z.string(),
      sizes: z.string(),
      ms: z.number(),
      /** Rate of the probe that bounds it. */
      rate: z.number(),
      unit: z.enum(['GB/s', 'GFLOP/s']),
      share: z.number(),
    }),
  ),
});
export type Roofline = z.infer<typeof rooflineSchema>;

export const resultSchema = z.object({
  version: z.literal(1),
  date: z.string(),
  machine: z.object({ processor: z.string(), cores: z.number(), memoryBytes: z.number() }),
  versions: z.record(z.string(), z.string()),
  options: z.record(z.string(), z.unknown()),
  /** One, five and fifteen minutes, at the start and at the end. */
  load: z.object({ start: z.array(z.number()), end: z.array(z.number()) }),
  sets: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** The set that it is, and what it has more or less of. */
      of: z.string(),
      growth: z.object({ axis: z.string(), factor: z.number() }).nullable(),
      users: z.number(),
      items: z.number(),
      interactions: z.number(),
      importSeconds: z.number().nullable(),
    }),
  ),
  entries: z.array(entrySchema),
  rooflines: z.array(rooflineSchema),
  notes: z.array(z.string()),
});
export type BenchResult = z.infer<typeof resultSchema>;
