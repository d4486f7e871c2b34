import { at } from '../../src/domain/at';
import type { Relevant } from '../../src/domain/comparison';
import { byKey, type MetricKey, type Metrics, type PerUserMetrics } from '../../src/domain/metrics';
import type { ComparedRuns } from '../../src/domain/analysisProtocol';
import type { Database } from '../../src/storage/database';
import { readDetails } from '../../src/storage/runs';

/** What every user of the test split got in a run; null where the run kept nothing. */
export type UserReader = (runId: string) => Promise<PerUserMetrics | null>;

/** Each run is read once. */
export function userReader(database: Database, relevant: Relevant): UserReader {
  const known = new Map<string, Promise<PerUserMetrics | null>>();
  const read = async (id: string): Promise<PerUserMetrics | null> => {
    const details = await readDetails(database, id);
    return (relevant === 'all' ? details?.perUser : details?.perUserLiked) ?? null;
  };
  return (id) => {
    const reading = known.get(id) ?? read(id);
    known.set(id, reading);
    return reading;
  };
}

/** What some of the users got. */
export const ofUsers =
  (read: UserReader, wanted: ReadonlySet<number>): UserReader =>
  async (id) => {
    const all = await read(id);
    if (!all) return null;
    const chosen = (_: number, place: number): boolean => wanted.has(at(all.users, place));
    return { users: all.users.filter(chosen), values: byKey((key) => all.values[key].filter(chosen)) };
  };

/** Two settings over the seeds that both have. */
export interface SettingPair {
  readonly seeds: readonly number[];
  /** By seed, of the runs that kept every user's metrics. */
  readonly mine: readonly PerUserMetrics[];
  readonly theirs: readonly PerUserMetrics[];
  /** By seed, where means are all that is known of both; null where runs are stored. */
  readonly means: { readonly mine: readonly Metrics[]; readonly theirs: readonly Metrics[] } | null;
  /** Why nothing can be paired by user; null when it can. */
  readonly refused: string | null;
}

export async function pairSettings(
  setting: ComparedRuns,
  reference: ComparedRuns,
  read: UserReader,
): Promise<SettingPair> {
  const seeds = setting.runs.map(({ seed }) => seed).filter((seed) => reference.runs.some((run) => run.seed === seed));
  const means = { mine: meansOf(setting, seeds), theirs: meansOf(reference, seeds) };
  if ([...setting.runs, ...reference.runs].every((run) => run.means))
    return { seeds, mine: [], theirs: [], means, refused: MEANS_ALONE };
  const [mine, theirs] = [await ofSeeds(setting, seeds, read), await ofSeeds(reference, seeds, read)];
  return { seeds, mine, theirs, means: null, refused: refusal(mine, theirs) };
}

const MEANS_ALONE =
  'What each user got is not in a link, so that users cannot be paired. The study’s file (.lodestone.json) has it.';

const meansOf = ({ runs }: ComparedRuns, seeds: readonly number[]): Metrics[] =>
  seeds.flatMap((seed) => runs.find((run) => run.seed === seed)?.means ?? []);

async function ofSeeds({ runs }: ComparedRuns, seeds: readonly number[], read: UserReader): Promise<PerUserMetrics[]> {
  const all = await Promise.all(seeds.map((seed) => read(runs.find((run) => run.seed === seed)?.id ?? '')));
  return all.filter((one) => one !== null);
}

function refusal(mine: readonly PerUserMetrics[], theirs: readonly PerUserMetrics[]): string | null {
  const [first] = mine;
  if (!first || mine.length !== theirs.length)
    return 'The two settings share no seed for which both kept per-user metrics. Run both with the same seeds.';
  if (![...mine, ...theirs].every(({ users }) => sameUsers(users, first.users)))
    return 'The two settings were not evaluated on the same users, so users cannot be paired.';
  return null;
}

const sameUsers = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((user, i) => user === b[i]);

/** Mean of each user over runs. */
export function userMeans(runs: readonly PerUserMetrics[], metric: MetricKey): Float64Array {
  const means = new Float64Array(runs[0]?.users.length ?? 0);
  for (const { values } of runs) means.forEach((sum, i) => (means[i] = sum + at(values[metric], i) / runs.length));
  return means;
}

/** Mean of each run over users. */
export const runMeans = (runs: readonly PerUserMetrics[], metric: MetricKey): number[] =>
  runs.map(({ values }) => values[metric].reduce((sum, value) => sum + value, 0) / Math.max(1, values[metric].length));
