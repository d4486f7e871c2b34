import { at } from '../../src/domain/at';
import type { PairedComparison, SettingComparison } from '../../src/domain/comparison';
import type { MetricKey } from '../../src/domain/metrics';
import { scatterOf, type Scatter } from '../../src/domain/power';
import type { AnalysisCommand } from '../../src/domain/analysisProtocol';
import type { SettingTests } from '../../src/domain/significance';
import type { Database } from '../../src/storage/database';
import { stream } from '../numbers/rng';
import { ofUsers, pairSettings, runMeans, userMeans, userReader, type SettingPair } from './pairs';
import { bootstrapInterval, comparePaired } from './significance';

const RESAMPLES = 2000;
const LEVEL = 0.95;

type Request<Type> = Extract<AnalysisCommand, { type: Type }>;

/** Tests of each other setting against the reference, from what every user got in the stored runs. */
export async function compareRuns(
  database: Database,
  { reference, others, metric, relevant, users }: Request<'compare'>,
): Promise<SettingComparison[]> {
  const all = userReader(database, relevant);
  const read = users ? ofUsers(all, new Set(users)) : all;
  const comparisons: SettingComparison[] = [];
  for (const other of others) {
    const pair = await pairSettings(other, reference, read);
    comparisons.push({
      key: other.key,
      seeds: pair.seeds,
      users: byUser(pair, metric),
      bySeed: bySeed(pair, metric),
      scatter: scatter(pair, metric),
    });
  }
  return comparisons;
}

/** The p-values of the t-tests alone, in several metrics. */
export async function testRuns(
  database: Database,
  { reference, others, metrics, relevant }: Request<'test'>,
): Promise<SettingTests[]> {
  const read = userReader(database, relevant);
  const tests: SettingTests[] = [];
  for (const other of others) {
    const pair = await pairSettings(other, reference, read);
    tests.push({
      key: other.key,
      metrics: metrics.map((key) => ({
        key,
        users: pair.refused === null ? comparePaired(userMeans(pair.mine, key), userMeans(pair.theirs, key)).t.p : null,
        seeds: bySeed(pair, key)?.t.p ?? null,
      })),
    });
  }
  return tests;
}

function byUser({ mine, theirs, refused }: SettingPair, metric: MetricKey): SettingComparison['users'] {
  if (refused !== null) return { refused };
  const [a, b] = [userMeans(mine, metric), userMeans(theirs, metric)];
  const interval = bootstrapInterval(
    a.map((value, i) => value - at(b, i)),
    stream(0, 'bootstrap'),
    RESAMPLES,
    LEVEL,
  );
  return { ...comparePaired(a, b), interval };
}

function scatter({ mine, theirs, refused }: SettingPair, metric: MetricKey): Scatter | null {
  if (refused !== null) return null;
  return scatterOf(
    mine.map(({ values }, seed) =>
      values[metric].map((value, user) => value - (theirs[seed]?.values[metric][user] ?? 0)),
    ),
  );
}

function bySeed({ mine, theirs, means }: SettingPair, metric: MetricKey): PairedComparison | null {
  if (means) {
    if (means.mine.length < 2) return null;
    return comparePaired(
      means.mine.map((one) => one[metric]),
      means.theirs.map((one) => one[metric]),
    );
  }
  if (mine.length < 2 || mine.length !== theirs.length) return null;
  return comparePaired(runMeans(mine, metric), runMeans(theirs, metric));
}
