import { entry } from '../domain/at';
import type { DemoOptions } from '../domain/dataset';
import { AppError } from '../domain/errors';
import { byKey, METRIC_KEYS, type Metrics } from '../domain/metrics';
import { changedOptions, configProblems, defaultConfig, isModelId, modelTable } from '../domain/models/catalogue';
import { sharedNumber, type SharedReading, type SharedStudy } from '../domain/shared';
import type { SharedDataset, SharedRun } from '../domain/sharedRun';
import { readingSchema } from '../documents/reading';
import { z } from '../documents/schemas';

/** The JSON of a link, form 1: short keys, options that differ from the defaults, metrics in the order of `METRIC_KEYS`. */

const MOST_RUNS = 200;
const MOST_POINTS = 400;
/** A reading's sizes: what is longer is cut where it is made, and refused where it is read. */
const MOST_READINGS = 4;
const MOST_ROWS = 60;
const MOST_COLUMNS = 12;
const MOST_NOTES = 6;
const MOST_AXES = 20;
const LINE = 80;
const NOTE = 400;
const SPLITS = [
  'provided',
  'perUserRandom',
  'globalRandom',
  'leaveOneOut',
  'perUserTemporal',
  'globalTemporal',
] as const;
const VARIANTS = ['plain', 'looksAndSemantics'] as const;
const BACKENDS = ['webgpu', 'wasm', 'cpu'] as const;

const count = z.number().int().min(0).max(1e9);
const share = z.number().min(0).max(1);
const seed = z.number().int().min(0).max(0xffffffff);
const words = z.string().max(200);
const metrics = z.array(share).length(METRIC_KEYS.length);
const points = z.array(share).max(MOST_POINTS);

export const datasetPayload = z.strictObject({
  n: words,
  f: z.string().regex(/^[0-9a-f]{16,64}$/),
  u: count,
  i: count,
  x: count,
  s: z.enum(SPLITS),
  g: z.tuple([seed, count, count, z.enum(VARIANTS)]).optional(),
  w: readingSchema.exactOptional(),
});

export const runPayload = z.strictObject({
  m: z.string().refine(isModelId),
  c: z.record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/), z.union([z.number(), z.boolean(), z.string().max(100)])),
  s: seed,
  n: words,
  v: words.exactOptional(),
  q: z.tuple([count, count, z.number().min(0).max(1e9)]).exactOptional(),
  d: count,
  b: z.enum(BACKENDS).optional(),
  h: words.optional(),
  e: count,
  r: z.strictObject({ e: count, v: metrics, t: metrics }).optional(),
  k: z.strictObject({ e: z.array(count).max(MOST_POINTS), r: points, n: points }).optional(),
  o: z.strictObject({ g: z.array(words).min(1).max(16), m: z.array(share).max(256) }).optional(),
});

const line = z.string().max(LINE);
const readingPayload = z.strictObject({
  c: words,
  h: z.array(line).min(1).max(MOST_COLUMNS),
  r: z.array(z.array(line).max(MOST_COLUMNS)).max(MOST_ROWS),
  n: z.array(z.string().max(NOTE)).max(MOST_NOTES),
});

const schema = z.strictObject({
  a: z.string().max(100).optional(),
  d: z.array(datasetPayload).max(50),
  r: z.array(runPayload).min(1).max(MOST_RUNS),
  t: z.tuple([words, words, words]).exactOptional(),
  p: z.array(words).min(1).max(MOST_AXES).exactOptional(),
  l: z.array(count).max(MOST_RUNS).exactOptional(),
  w: z.array(readingPayload).max(MOST_READINGS).exactOptional(),
});
type Payload = z.infer<typeof schema>;
type DatasetPayload = z.infer<typeof datasetPayload>;
type RunPayload = z.infer<typeof runPayload>;

export const toPayload = ({ app, datasets, runs, table, sweep, baselines, readings }: SharedStudy): Payload => ({
  ...(app !== undefined && { a: app }),
  d: datasets.map(toDatasetPayload),
  r: runs.map(toRunPayload),
  ...(table && { t: [table.paper, table.table, table.dataset] }),
  ...(sweep && { p: sweep.slice(0, MOST_AXES) }),
  ...(baselines && { l: [...baselines] }),
  ...(readings && { w: readings.slice(0, MOST_READINGS).map(toReadingPayload) }),
});

const toReadingPayload = ({ caption, columns, rows, notes }: SharedReading): z.infer<typeof readingPayload> => {
  const cut = (texts: readonly string[]): string[] => texts.slice(0, MOST_COLUMNS).map((text) => text.slice(0, LINE));
  return {
    c: caption.slice(0, 200),
    h: cut(columns),
    r: rows.slice(0, MOST_ROWS).map(cut),
    n: notes.slice(0, MOST_NOTES).map((note) => note.slice(0, NOTE)),
  };
};

export const toDatasetPayload = ({
  name,
  fingerprint,
  users,
  items,
  interactions,
  split,
  demo,
  reading,
}: SharedDataset): DatasetPayload => ({
  n: name.slice(0, 200),
  f: fingerprint,
  u: users,
  i: items,
  x: interactions,
  s: split,
  ...(demo && { g: demoPayload(demo) }),
  ...(reading && { w: reading }),
});

export const fromDatasetPayload = ({ n, f, u, i, x, s, g, w }: DatasetPayload): SharedDataset => ({
  name: n,
  fingerprint: f,
  users: u,
  items: i,
  interactions: x,
  split: s,
  demo: g ? { seed: g[0], users: g[1], items: g[2], variant: g[3] } : null,
  ...(w && { reading: w }),
});

const demoPayload = ({
  seed: own,
  users,
  items,
  variant,
}: DemoOptions): [number, number, number, DemoOptions['variant']] => [own, users, items, variant];

export function toRunPayload({
  model,
  config,
  seed: own,
  name,
  variant,
  searched,
  dataset: place,
  backend,
  device,
  epochs,
  result,
  curves,
  routing,
}: SharedRun): RunPayload {
  const list = (values: Metrics): number[] => METRIC_KEYS.map((key) => values[key]);
  return {
    m: model,
    c: { ...changedOptions(model, config) },
    s: own,
    n: name.slice(0, 200),
    ...(variant !== undefined && { v: variant.slice(0, 200) }),
    ...(searched && { q: [searched.trials, searched.epochs, sharedNumber(searched.seconds)] }),
    d: place,
    e: epochs,
    ...(backend && { b: backend }),
    ...(device && { h: device.slice(0, 200) }),
    ...(result && { r: { e: result.bestEpoch, v: list(result.valid), t: list(result.test) } }),
    ...(curves && { k: { e: [...curves.epochs], r: [...curves.recall], n: [...curves.ndcg] } }),
    ...(routing && { o: { g: [...routing.groups], m: [...routing.mean] } }),
  };
}

/** Checks everything and gives it its names back. Throws `LINK_INVALID`. */
export function fromPayload(value: unknown): SharedStudy {
  const found = schema.safeParse(value);
  if (!found.success) throw invalid(`${found.error.issues[0]?.path.map(String).join('.') || 'its content'} is invalid`);
  const { a: app, d: datasets, r: runs, t: table, p: sweep, l: baselines, w: readings } = found.data;
  if (baselines?.some((place) => place >= runs.length)) throw invalid('a baseline is a run that is not in it');
  return {
    ...(app !== undefined && { app }),
    datasets: datasets.map(fromDatasetPayload),
    runs: runs.map((one) => fromRunPayload(one, datasets.length)),
    ...(table && { table: { paper: table[0], table: table[1], dataset: table[2] } }),
    ...(sweep && { sweep }),
    ...(baselines && { baselines }),
    ...(readings && { readings: readings.map(({ c, h, r, n }) => ({ caption: c, columns: h, rows: r, notes: n })) }),
  };
}

/** Throws `LINK_INVALID` for options that the model refuses, and for a dataset that is not among so many. */
export function fromRunPayload({ m, c, s, n, v, q, d, b, h, e, r, k, o }: RunPayload, datasets: number): SharedRun {
  const config = { ...defaultConfig(m), ...c };
  const [problem] = configProblems(m, config).values();
  if (problem) throw invalid(`of ${modelTable(m).name}: ${problem}`);
  if (d >= datasets) throw invalid('a run names a dataset that is not in it');
  if (k && (k.r.length !== k.e.length || k.n.length !== k.e.length))
    throw invalid('a curve has more epochs than values');
  const named = (values: readonly number[]): Metrics => byKey((key) => entry(values, METRIC_KEYS.indexOf(key)));
  return {
    model: m,
    config,
    seed: s,
    name: n,
    ...(v !== undefined && { variant: v }),
    ...(q && { searched: { trials: q[0], epochs: q[1], seconds: q[2] } }),
    dataset: d,
    backend: b ?? null,
    device: h ?? '',
    epochs: e,
    result: r ? { bestEpoch: r.e, valid: named(r.v), test: named(r.t) } : null,
    curves: k ? { epochs: k.e, recall: k.r, ndcg: k.n } : null,
    routing: o ? { groups: o.g, mean: o.m } : null,
  };
}

const invalid = (what: string): AppError =>
  new AppError(
    'LINK_INVALID',
    `The link cannot be read: ${what}.`,
    'It may come from a newer version of Lodestone, or it was changed on the way. Reload the page, or ask for a new link.',
  );
