import { at } from '../../src/domain/at';
import { canRank } from '../../src/domain/baseRuns';
import { CANDIDATES, type BaseRun } from '../../src/domain/candidateChoices';
import { AppError } from '../../src/domain/errors';
import { modelTable } from '../../src/domain/models/catalogue';
import type { RunDocument } from '../../src/domain/run';
import type { StoredCandidates } from '../../src/storage/reasoning';
import { readDetails, readRun, type RunDetails } from '../../src/storage/runs';
import { readRepresentation } from '../../src/storage/weights';
import type { ReasoningStudy } from './study';

/** The thread hears of a pause so often, ms. */
const BREATH_MS = 50;
/** Stored scores that are compared with what the vectors give. */
const PROBES = 50;
const TOLERANCE = 1e-3;

/** Vectors whose inner products rank, `[users | items, width]`. */
interface Vectors {
  readonly users: Float32Array;
  readonly items: Float32Array;
  readonly width: number;
}

/**
 * The run that the settings name, if its ranking may be used: it is here, it has finished, and it was trained on this split. Throws
 * `REASONING_RUN`.
 */
export async function baseRun({ database, dataset, job }: ReasoningStudy): Promise<RunDocument> {
  const { run: id } = job.settings.choices;
  if (id === null)
    throw refused(
      'No base run is chosen for the candidates.',
      'Choose a finished run of this dataset, or do not ask for choices.',
    );
  const run = await readRun(database, id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'RUN_NOT_FOUND') return null;
    throw error;
  });
  if (!run) throw refused('The base run of the candidates has been deleted.', 'Choose another finished run.');
  if (run.status !== 'finished' || run.result === null)
    throw refused(`The run ${run.name} has not finished.`, 'Let it finish, or choose another run for the candidates.');
  if (!canRank(run, dataset))
    throw refused(
      `The run ${run.name} was trained on another dataset or another split (${run.experiment.dataset.name}).`,
      'Its ranking may contain what is held out here. Choose a run of this dataset.',
    );
  return run;
}

/**
 * The best items of the base run for each user. Without training items they are the run's stored lists, which hold users of the test split, and for
 * the others what its vectors give; with them, what its vectors give. null when paused. Throws `REASONING_RUN`.
 */
export async function takeCandidates(
  study: ReasoningStudy,
  pause: AbortSignal,
  progress: (text: string, fraction: number | null) => void,
): Promise<StoredCandidates | null> {
  const { database, dataset, job, histories } = study;
  const { mask } = job.settings.choices;
  const run = await baseRun(study);
  progress(`reading the ranking of ${run.name}`, null);
  const details = await readDetails(database, run.id);
  const vectors = details && (await vectorsOf(study, run.id, details));
  if (!details || (!mask && !vectors))
    throw refused(
      details
        ? `The run ${run.name} does not rank by its vectors alone, so its ranking with training items is not known.`
        : `No ranking of the run ${run.name} is stored here.`,
      details ? 'Leave training items out, or choose another run.' : 'Choose a run that was trained in this browser.',
    );
  const { users } = dataset.statistics;
  const items = new Int32Array(users * CANDIDATES).fill(-1);
  const listed = mask ? storedLists(details, items) : new Set<number>();
  let breath = performance.now();
  for (let user = 0; vectors && user < users; user++) {
    if (listed.has(user)) continue;
    items.set(bestItems(vectors, user, new Set(mask ? histories[user] : [])), user * CANDIDATES);
    if (performance.now() - breath < BREATH_MS) continue;
    progress(`ranking the candidates of ${run.name}`, user / users);
    await new Promise((resolve) => setTimeout(resolve));
    if (pause.aborted) return null;
    breath = performance.now();
  }
  return { run: identityOf(run), masked: mask, items };
}

const identityOf = ({ id, name, experiment }: RunDocument): BaseRun => ({
  id,
  name,
  model: modelTable(experiment.model).name,
  seed: experiment.seed,
  fingerprint: experiment.dataset.fingerprint,
});

/** Copies the first of each stored list, and says whose they are. */
function storedLists({ perUser, topItems, cutoff }: RunDetails, items: Int32Array): Set<number> {
  perUser.users.forEach((user, row) => {
    const start = row * cutoff;
    items.set(topItems.subarray(start, start + Math.min(cutoff, CANDIDATES)), user * CANDIDATES);
  });
  return new Set(perUser.users);
}

/** The run's vectors, if they rank as the run does: a model may have scores of its own. */
async function vectorsOf(
  { database, dataset }: ReasoningStudy,
  id: string,
  details: RunDetails,
): Promise<Vectors | null> {
  const users = await readRepresentation(database, id, 'users');
  const items = await readRepresentation(database, id, 'items');
  const { statistics } = dataset;
  const width = (items?.length ?? 0) / statistics.items;
  if (!users || !items || !Number.isInteger(width) || users.length !== width * statistics.users) return null;
  const vectors = { users, items, width };
  return ranksAlike(vectors, details) ? vectors : null;
}

function ranksAlike(vectors: Vectors, { perUser, topItems, topScores, cutoff }: RunDetails): boolean {
  const step = Math.max(1, Math.floor(perUser.users.length / PROBES));
  for (let row = 0; row < perUser.users.length; row += step) {
    const item = at(topItems, row * cutoff);
    const score = at(topScores, row * cutoff);
    if (item < 0) continue;
    const off = Math.abs(product(vectors, at(perUser.users, row), item) - score);
    if (!(off <= TOLERANCE * Math.max(1, Math.abs(score)))) return false;
  }
  return true;
}

function product({ users, items, width }: Vectors, user: number, item: number): number {
  let sum = 0;
  for (let k = 0, u = user * width, i = item * width; k < width; k++) sum += (users[u + k] ?? 0) * (items[i + k] ?? 0);
  return sum;
}

/** The items with the largest products, the lower one first among equal ones. */
function bestItems(vectors: Vectors, user: number, without: ReadonlySet<number>): number[] {
  const best: { readonly item: number; readonly score: number }[] = [];
  const count = vectors.items.length / vectors.width;
  for (let item = 0; item < count; item++) {
    if (without.has(item)) continue;
    const score = product(vectors, user, item);
    if (best.length === CANDIDATES && !(score > (best.at(-1)?.score ?? -Infinity))) continue;
    const place = best.findIndex((one) => score > one.score);
    best.splice(place < 0 ? best.length : place, 0, { item, score });
    if (best.length > CANDIDATES) best.pop();
  }
  return best.map(({ item }) => item);
}

const refused = (message: string, hint: string): AppError => new AppError('REASONING_RUN', message, hint);
