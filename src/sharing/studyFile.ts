import { AppError } from '../domain/errors';
import { byKey, METRIC_KEYS, type PerUserMetrics } from '../domain/metrics';
import { configProblems, defaultConfig, modelTable } from '../domain/models/catalogue';
import type { RunDocument } from '../domain/run';
import type { SharedDataset } from '../domain/sharedRun';
import { APP_VERSION } from '../domain/version';
import type { RunDetails } from '../storage/runs';
import { parseJson } from './deflate';
import { packArray, unpackFloats, unpackIntegers } from './packedArray';
import { datasetPayload, fromDatasetPayload, fromRunPayload, toDatasetPayload, toRunPayload } from './payload';
import { detailsSchema, runSchema } from './runSchema';
import { z } from '../documents/schemas';

/** The newest form. A file that was ever given out is read for ever. */
const VERSION = 1;
const FORMAT = 'lodestone/study';
export const STUDY_ENDING = '.lodestone.json';
/** Bytes that are read at all: JSON is parsed as a whole. */
export const MOST_STUDY_BYTES = 256 * 2 ** 20;

/** A run with what is stored beside it, but weights. */
export interface StudyRun {
  readonly run: RunDocument;
  readonly details: RunDetails | null;
}

/** What a `.lodestone.json` holds: runs in full, and what identifies their datasets. */
export interface Study {
  readonly datasets: readonly SharedDataset[];
  readonly runs: readonly StudyRun[];
}

const studyRun = z.strictObject({ run: runSchema, details: detailsSchema.nullable() });
const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** The version of Lodestone that wrote the file; absent before 0.2.0. */
  app: z.string().max(100).optional(),
  made: z.iso.datetime(),
  datasets: z.array(datasetPayload).max(1000),
  runs: z.array(studyRun).min(1).max(10_000),
});
const head = z.object({ format: z.literal(FORMAT), version: z.number() });

type RunFile = z.infer<typeof runSchema>;
type DetailsFile = z.infer<typeof detailsSchema>;

/** The file of a study; `made` is ISO 8601. */
export async function encodeStudyFile(study: Study, made: string): Promise<Blob> {
  const runs: unknown[] = [];
  for (const { run, details } of study.runs)
    runs.push({ run: runFile(run), details: details && (await detailsFile(details)) });
  const text = JSON.stringify(
    { format: FORMAT, version: VERSION, app: APP_VERSION, made, datasets: study.datasets.map(toDatasetPayload), runs },
    writableNumbers,
  );
  return new Blob([text], { type: 'application/json' });
}

/** JSON knows neither NaN nor infinity: what `JSON.stringify` is given to write them as words. */
export const writableNumbers = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const runFile = ({ theirs, origin, ...run }: RunDocument): unknown => ({
  ...run,
  ...(theirs && { theirs: { ...toRunPayload(theirs), d: 0 } }),
  ...(origin && { origin: { ...origin, dataset: toDatasetPayload(origin.dataset) } }),
});

async function detailsFile({ perUser, perUserLiked, topItems, topScores, cutoff }: RunDetails): Promise<unknown> {
  return {
    perUser: await perUserFile(perUser),
    ...(perUserLiked && { perUserLiked: await perUserFile(perUserLiked) }),
    topItems: await packArray(topItems),
    topScores: await packArray(topScores),
    cutoff,
  };
}

async function perUserFile({ users, values }: PerUserMetrics): Promise<unknown> {
  const packed = await Promise.all(METRIC_KEYS.map(async (key) => [key, await packArray(values[key])] as const));
  return { users: await packArray(users), values: Object.fromEntries(packed) };
}

/**
 * Reads what `encodeStudyFile` made. Throws `STUDY_TOO_LARGE`, `STUDY_VERSION` or `STUDY_UNREADABLE`; nothing of a file that is not whole
 * and right is used.
 */
export async function decodeStudyFile(name: string, file: Blob): Promise<Study> {
  if (file.size > MOST_STUDY_BYTES)
    throw new AppError(
      'STUDY_TOO_LARGE',
      `${name} has ${Math.round(file.size / 2 ** 20)} MiB; the limit for a study is ${MOST_STUDY_BYTES / 2 ** 20} MiB.`,
      'Save fewer runs in one file, or make a backup instead.',
    );
  const unreadable = (what: string): AppError =>
    new AppError(
      'STUDY_UNREADABLE',
      `${name} cannot be read: ${what}.`,
      'It may be truncated, changed, or not a Lodestone file. Ask for it again. Nothing of it was stored.',
    );
  const value = parseJson(await file.text(), () => unreadable('it is not JSON'));
  const kind = head.safeParse(value);
  if (!kind.success) throw unreadable('it is not marked as a Lodestone study');
  if (kind.data.version !== VERSION)
    throw new AppError(
      'STUDY_VERSION',
      `${name} was made by another version of Lodestone (its format is ${kind.data.version}; this page reads format ${VERSION}).`,
      'Reload the page to get the newest version, or ask for a file in this format.',
    );
  const found = schema.safeParse(value);
  if (!found.success)
    throw unreadable(`${found.error.issues[0]?.path.map(String).join('.') ?? 'its content'} is invalid`);
  const { datasets, runs } = found.data;
  const read: StudyRun[] = [];
  for (const { run, details } of runs) {
    const problem =
      runProblem(run) ??
      (datasets.some(({ f }) => f === run.experiment.dataset.fingerprint)
        ? null
        : 'the dataset of a run is not described');
    if (problem) throw unreadable(problem);
    const unpacked = details && (await detailsOf(details));
    if (unpacked && !fits(unpacked)) throw unreadable('the columns of a run have different lengths');
    read.push({ run: runOf(run), details: unpacked });
  }
  return { datasets: datasets.map(fromDatasetPayload), runs: read };
}

/** What a schema cannot say of a run; null where all is right. */
function runProblem({ experiment: { model, config }, epochs, best, result }: RunFile): string | null {
  const [wrong] = configProblems(model, { ...defaultConfig(model), ...config }).values();
  if (wrong) return `of ${modelTable(model).name}: ${wrong}`;
  if (epochs.some(({ epoch }, place) => epoch !== place)) return 'the epochs of a run are not in order';
  const known = (epoch: number | undefined): boolean => epoch === undefined || epoch < epochs.length;
  return known(best?.epoch) && known(result?.bestEpoch) ? null : 'the best epoch of a run is not among its epochs';
}

const runOf = ({ theirs, origin, experiment, ...run }: RunFile): RunDocument => ({
  ...run,
  experiment: { ...experiment, config: { ...defaultConfig(experiment.model), ...experiment.config } },
  ...(theirs && { theirs: fromRunPayload(theirs, theirs.d + 1) }),
  ...(origin && { origin: { ...origin, dataset: fromDatasetPayload(origin.dataset) } }),
});

async function detailsOf({ perUser, perUserLiked, topItems, topScores, cutoff }: DetailsFile): Promise<RunDetails> {
  return {
    perUser: await perUserOf(perUser),
    ...(perUserLiked && { perUserLiked: await perUserOf(perUserLiked) }),
    topItems: await unpackIntegers(topItems),
    topScores: await unpackFloats(topScores),
    cutoff,
  };
}

async function perUserOf({ users, values }: DetailsFile['perUser']): Promise<PerUserMetrics> {
  const unpacked = new Map(
    await Promise.all(METRIC_KEYS.map(async (key) => [key, await unpackFloats(values[key])] as const)),
  );
  return { users: await unpackIntegers(users), values: byKey((key) => unpacked.get(key) ?? new Float32Array(0)) };
}

function fits({ perUser, perUserLiked, topItems, topScores, cutoff }: RunDetails): boolean {
  const even = ({ users, values }: PerUserMetrics): boolean =>
    METRIC_KEYS.every((key) => values[key].length === users.length);
  return (
    even(perUser) &&
    (!perUserLiked || even(perUserLiked)) &&
    topItems.length === topScores.length &&
    topItems.length === perUser.users.length * cutoff
  );
}
