import type { PairedComparison, SettingComparison } from '../../src/domain/comparison';
import type { AnalysisCommand, ComparedRuns } from '../../src/domain/protocol';
import type { Database } from '../../src/storage/database';
import { readDetails } from '../../src/storage/runs';
import { stream } from '../engine/rng';
import { bootstrapInterval, comparePaired } from './significance';

const RESAMPLES = 2000;
const LEVEL = 0.95;

/** One metric of every evaluated user of a run, users in ascending order. */
interface UserValues {
  readonly users: Int32Array;
  readonly values: ArrayLike<number>;
}

type Request = Extract<AnalysisCommand, { type: 'compare' }>;

/** Tests of each other setting against the reference, from what every user got in the stored runs. */
export async function compareRuns(database: Database, request: Request): Promise<SettingComparison[]> {
  const read = reader(database, request);
  const comparisons: SettingComparison[] = [];
  for (const other of request.others) {
    const seeds = other.runs.map(({ seed }) => seed).filter((seed) => request.reference.runs.some((run) => run.seed === seed));
    const [mine, theirs] = [await ofSeeds(other, seeds, read), await ofSeeds(request.reference, seeds, read)];
    comparisons.push({ key: other.key, seeds, users: byUser(mine, theirs), bySeed: bySeed(mine, theirs) });
  }
  return comparisons;
}

/** Each run is read once. */
function reader(database: Database, { metric, relevant }: Request): (id: string) => Promise<UserValues | null> {
  const known = new Map<string, Promise<UserValues | null>>();
  const read = async (id: string): Promise<UserValues | null> => {
    const details = await readDetails(database, id);
    const found = relevant === 'all' ? details?.perUser : details?.perUserLiked;
    return found ? { users: found.users, values: found.values[metric] } : null;
  };
  return (id) => {
    const reading = known.get(id) ?? read(id);
    known.set(id, reading);
    return reading;
  };
}

async function ofSeeds({ runs }: ComparedRuns, seeds: readonly number[], read: (id: string) => Promise<UserValues | null>): Promise<UserValues[]> {
  const all = await Promise.all(seeds.map((seed) => read(runs.find((run) => run.seed === seed)?.id ?? '')));
  return all.filter((one) => one !== null);
}

function byUser(mine: readonly UserValues[], theirs: readonly UserValues[]): SettingComparison['users'] {
  const [first] = mine;
  if (!first || mine.length !== theirs.length) return { refused: 'The two have no seed in common of which both kept every user’s metrics. Run both with the same seeds.' };
  if (![...mine, ...theirs].every(({ users }) => sameUsers(users, first.users))) {
    return { refused: 'The two were not evaluated on the same users, so nothing can be paired.' };
  }
  const [a, b] = [meansOf(mine), meansOf(theirs)];
  const interval = bootstrapInterval(a.map((value, i) => value - (b[i] ?? NaN)), stream(0, 'bootstrap'), RESAMPLES, LEVEL);
  return { ...comparePaired(a, b), interval };
}

function bySeed(mine: readonly UserValues[], theirs: readonly UserValues[]): PairedComparison | null {
  if (mine.length < 2 || mine.length !== theirs.length) return null;
  const mean = ({ values }: UserValues): number => Array.from(values).reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return comparePaired(mine.map(mean), theirs.map(mean));
}

const sameUsers = (a: Int32Array, b: Int32Array): boolean => a.length === b.length && a.every((user, i) => user === b[i]);

/** Of each user, over runs. */
function meansOf(runs: readonly UserValues[]): Float64Array {
  const means = new Float64Array(runs[0]?.users.length ?? 0);
  for (const { values } of runs) means.forEach((sum, i) => (means[i] = sum + (values[i] ?? NaN) / runs.length));
  return means;
}
