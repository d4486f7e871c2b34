import type { DatasetDocument } from '../domain/dataset';
import { AppError } from '../domain/errors';
import type { PerUserMetrics } from '../domain/metrics';
import { sameExperiment } from '../domain/prerequisite';
import { summarise, withPersonsPart, type Experiment, type RunDocument, type RunSummary } from '../domain/run';
import { unreadableHint, unreadableSentence, type Listing, type UnreadableDocument } from '../domain/unreadable';
import { checked, nameOf } from '../documents/check';
import { detailsSchema } from '../documents/details';
import type { Database } from './database';
import { changeRun, documentKey, entriesOf, inspectRun, readSummary } from './runLayout';

/** Beside a run's document: what the test split's users got at the best epoch. */
export interface RunDetails {
  readonly perUser: PerUserMetrics;
  /** Over liked held-out items only, for the users who have any; absent on data without ratings. */
  readonly perUserLiked?: PerUserMetrics;
  /** `[users, cutoff]` item indices, best first; −1 where a user has fewer candidates. */
  readonly topItems: Int32Array;
  readonly topScores: Float32Array;
  readonly cutoff: number;
}

/** Everything under which a run is stored, whether it can be read or not. */
export const runIds = async (database: Database): Promise<string[]> =>
  (await database.runs.keys()).filter((key) => !key.includes('/'));

/** All runs without their curves, oldest first. */
export async function listRuns(database: Database): Promise<Listing<RunSummary>> {
  const readable: RunSummary[] = [];
  const unreadable: UnreadableDocument[] = [];
  for (const id of await runIds(database)) {
    const stored = await database.runs.get(id);
    const { value, why } = await readSummary(database, id, stored);
    if (why) unreadable.push({ id, name: nameOf(stored), why });
    else readable.push(value);
  }
  return { readable: readable.sort((a, b) => a.createdAt.localeCompare(b.createdAt)), unreadable };
}

/** A run with its curves. Throws `RUN_NOT_FOUND` and `RUN_UNREADABLE`. */
export async function readRun(database: Database, id: string): Promise<RunDocument> {
  const found = await inspectRun(database, id);
  if (!found)
    throw new AppError(
      'RUN_NOT_FOUND',
      `There is no run ${id} here.`,
      'It may have been deleted; choose another one on the Runs page.',
      { id },
    );
  const { value, why } = found;
  if (why) throw new AppError('RUN_UNREADABLE', unreadableSentence('run', why), unreadableHint(why), { id });
  return value;
}

/** The newest finished run of an experiment, whatever device it ran on; null when there is none. */
export async function findFinished(database: Database, experiment: Experiment): Promise<RunSummary | null> {
  const finished = (await listRuns(database)).readable.filter(
    (run) => run.status === 'finished' && run.result !== null,
  );
  return finished.findLast((run) => sameExperiment(run.experiment, experiment)) ?? null;
}

/** Gives runs whose dataset is not stored (any more) one of `datasets` with the same content; says whether there were some. */
export async function relinkRuns(
  database: Database,
  datasets: readonly Pick<DatasetDocument, 'id' | 'fingerprint'>[],
): Promise<boolean> {
  const stored = new Set(await database.datasets.keys());
  const found = (await listRuns(database)).readable.flatMap(({ id, experiment: { dataset } }) => {
    const same = stored.has(dataset.id) ? undefined : datasets.find((one) => one.fingerprint === dataset.fingerprint);
    return same ? [{ id, same }] : [];
  });
  for (const { id, same } of found) {
    await changeRun(database, id, (run) => ({
      ...run,
      experiment: { ...run.experiment, dataset: { ...run.experiment.dataset, id: same.id } },
    }));
  }
  return found.length > 0;
}

/** Stores a new run, or puts it in the place of what is stored: all of it or nothing. */
export const writeRun = (database: Database, run: RunDocument, details: RunDetails | null = null): Promise<void> =>
  database.runs.setMany([
    ...entriesOf(run, summarise(run)),
    ...(details ? [[detailsKey(run.id), details] as const] : []),
  ]);

/**
 * Stores what the thread that trains a run knows of it. The name and the notes are the person's: they stay as they are stored. False where
 * the run has been deleted; nothing is written then.
 */
export const writeTrained = async (database: Database, run: RunDocument): Promise<boolean> =>
  (await changeRun(database, run.id, (stored) => withPersonsPart(run, stored))) !== null;

/** What is kept of the test split's users; null where nothing is. Throws `STORE_DAMAGED`. */
export async function readDetails(database: Database, id: string): Promise<RunDetails | null> {
  const value = await database.runs.get(detailsKey(id));
  if (value === undefined) return null;
  return checked(
    detailsSchema,
    value,
    'What was kept of this run’s users',
    'Its curves and results can still be read. Train the run again to have it.',
  );
}

/** Beside a run that is stored; nothing where it has been deleted. */
export const writeDetails = (database: Database, id: string, details: RunDetails): Promise<void> =>
  database.runs.change([id], ([stored]) => (stored === undefined ? null : [[detailsKey(id), details]]));

const detailsKey = (id: string): string => `${id}/details`;

/** Removes all that is stored of a run, whether it can be read or not. */
export async function deleteRun(database: Database, id: string): Promise<void> {
  const known = [id, documentKey(id), detailsKey(id)];
  await database.runs.delete([...new Set([...known, ...(await database.runs.keys(`${id}/`))])]);
  await database.checkpoints.delete(await database.checkpoints.keys(`${id}/`));
}

/**
 * Removes what runs have left behind: details, weights and checkpoints without a run, since nothing of a run is stored before the run; and
 * the checkpoints of those with these ids, which have ended.
 */
export async function sweepRuns(database: Database, ended: readonly string[]): Promise<void> {
  // First the parts, then the runs: what has no run then will not get one.
  const held = await database.checkpoints.keys();
  const keys = await database.runs.keys();
  const stored = new Set(keys.filter((key) => key === ownerOf(key) || key === documentKey(ownerOf(key))).map(ownerOf));
  const orphans = (list: readonly string[]): string[] => list.filter((key) => !stored.has(ownerOf(key)));
  const [details, weights] = [orphans(keys), orphans(held)];
  weights.push(...held.filter((key) => key.includes('/slot') && ended.includes(ownerOf(key))));
  if (details.length > 0) await database.runs.delete(details);
  if (weights.length > 0) await database.checkpoints.delete(weights);
}

const ownerOf = (key: string): string => key.split('/')[0] ?? key;
