import { at, entry } from '../../src/domain/at';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import { AppError } from '../../src/domain/errors';
import type { DatasetLabels } from '../../src/domain/dataset';
import type {
  BreakdownKey,
  Evidence,
  PairExplanation,
  RankedItem,
  RoutedBreakdown,
  RunRouting,
} from '../../src/domain/routes';
import {
  familyMassOf,
  relianceOf,
  routingGroups,
  routingStatistics,
  type Expert,
  type Family,
} from '../../src/domain/routing';
import type { TrainingData } from '../training/input';
import type { FeatureMatrix, Model } from '../models/model';
import { GROUP_NAMES } from '../../src/domain/longTail';
import type { OpenedRun } from './openRun';
import { refusePair } from './pair';
import { routedPairs } from './routedPairs';
import { ACTIVITY_NAMES, countsOf, partsBySize } from './sizes';
import { userGroups } from '../../src/domain/userGroups';

/** Held-out places that a list names. */
const LISTED = 20;
/** Categories with a row of their own; the others are one more. */
const NAMED_CATEGORIES = 7;

/** Routing of all interactions of a run's dataset, by part of the data. Throws `RUN_NOT_ROUTED` for a model without a router. */
export async function routeRun(
  { run, data, model, epoch }: OpenedRun,
  labels: DatasetLabels | null,
): Promise<RunRouting> {
  const config = completeConfig(run.experiment.model, run.experiment.config);
  const { users, items, split } = data.interactions;
  const groups = routingGroups(data.input.features.map(({ key }) => key));
  const shape = modelTable(run.experiment.model).routing?.shape(config, groups);
  if (!model.routePairs || !shape) throw notRouted(run.name);
  const { probabilities, groupShares } = await model.routePairs({ users, items });
  const experts = shape.experts.map((expert, e): Expert => ({
    ...expert,
    shares: Array.from(groupShares.subarray(e * groups.length, (e + 1) * groups.length)),
  }));
  const { families } = shape;
  const summary = { probabilities, experts, groups: groups.length, families };
  const held = Array.from(split.keys()).filter((row) => split[row] !== 0);

  const popularity = partsBySize(countsOf(items, split, data.input.items), GROUP_NAMES.length);
  const activity = partsBySize(countsOf(users, split, data.input.users), ACTIVITY_NAMES.length);
  const breakdowns: RoutedBreakdown[] = [
    breakdown('split', ['training', 'validation', 'test'], Array.from(split.keys()), (row) => at(split, row), summary),
    breakdown('popularity', GROUP_NAMES, held, (row) => at(popularity, at(items, row)), summary),
    breakdown('activity', ACTIVITY_NAMES, held, (row) => at(activity, at(users, row)), summary),
  ];
  const known = userGroups(labels?.users ?? null);
  if (known) breakdowns.push(breakdown('userGroup', known.names, held, (row) => at(known.of, at(users, row)), summary));
  const categories = labels?.itemCategories;
  if (categories) {
    const { names, placeOf } = commonest(
      categories,
      held.map((row) => at(items, row)),
    );
    breakdowns.push(breakdown('category', names, held, (row) => placeOf(at(categories.of, at(items, row))), summary));
  }
  return {
    epoch,
    experts,
    groups,
    families,
    breakdowns,
    pairs: routedPairs(held, { users, items, split }, probabilities, experts.length),
  };
}

interface Summary {
  readonly probabilities: Float32Array;
  readonly experts: readonly Expert[];
  readonly groups: number;
  readonly families: readonly Family[];
}

function breakdown(
  key: BreakdownKey,
  names: readonly string[],
  rows: readonly number[],
  partOf: (row: number) => number,
  { probabilities, experts, groups, families }: Summary,
): RoutedBreakdown {
  const width = experts.length;
  const parts = names.map((): number[] => []);
  for (const row of rows) parts[partOf(row)]?.push(row);
  return {
    key,
    groups: names
      .map((name, place) => {
        const own = parts[place] ?? [];
        const block = new Float32Array(own.length * width);
        own.forEach((row, i) => block.set(probabilities.subarray(row * width, (row + 1) * width), i * width));
        const statistics = routingStatistics(block, width);
        return {
          name,
          pairs: own.length,
          statistics,
          reliance: relianceOf(statistics.mean, experts, groups),
          familyMass: familyMassOf(statistics.mean, experts, families),
        };
      })
      .filter(({ pairs }) => pairs > 0),
  };
}

/** The categories of most of these items, by name, and one for the rest. */
function commonest(
  { names, of }: NonNullable<DatasetLabels['itemCategories']>,
  items: readonly number[],
): { readonly names: readonly string[]; readonly placeOf: (category: number) => number } {
  const counts = new Map<number, number>();
  for (const item of items) counts.set(at(of, item), (counts.get(at(of, item)) ?? 0) + 1);
  const order = [...counts]
    .filter(([category]) => category >= 0)
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, NAMED_CATEGORIES)
    .map(([category]) => category);
  return {
    names: [...order.map((category) => names[category] ?? `category ${category}`), 'other categories'],
    placeOf: (category) => (order.includes(category) ? order.indexOf(category) : order.length),
  };
}

/** One pair: routing, evidence and the user's list, from `scores [I]` of all items. */
export async function explainPair(
  { run, data, model, epoch }: OpenedRun,
  user: number,
  item: number,
  scores: Float32Array,
): Promise<PairExplanation> {
  if (!model.explainPairs) throw notRouted(run.name);
  refusePair(data.input, user, item);
  const { probabilities, shares, contributions } = await explained(model, user, item);
  const { features } = data.input;
  const trainedOn = Array.from(
    data.trained.indices.subarray(at(data.trained.pointers, user), at(data.trained.pointers, user + 1)),
  );
  return {
    epoch,
    user,
    item,
    probabilities: [...probabilities],
    shares: [...shares],
    contributions: [...contributions],
    modalities: features.map(({ key }) => key),
    history: await evidence(features, trainedOn, item),
    ...ranking(data, user, item, scores, new Set(trainedOn)),
  };
}

async function explained(model: Model, user: number, item: number) {
  const found = await model.explainPairs?.({ users: Int32Array.of(user), items: Int32Array.of(item) });
  return found ?? { probabilities: [], shares: [], contributions: [] };
}

async function evidence(
  features: readonly FeatureMatrix[],
  history: readonly number[],
  item: number,
): Promise<Evidence[]> {
  const mean = ({ similarities }: Evidence): number =>
    similarities.reduce((sum, value) => sum + value, 0) / Math.max(1, similarities.length);
  const own: Float32Array[] = [];
  for (const feature of features) own.push(await feature.read(item, 1));
  const found: Evidence[] = [];
  for (const other of history) {
    const similarities: number[] = [];
    for (const [place, feature] of features.entries())
      similarities.push(cosine(await feature.read(other, 1), entry(own, place)));
    found.push({ item: other, similarities });
  }
  return found.sort((a, b) => mean(b) - mean(a) || a.item - b.item);
}

/** 0 where a row is zero. */
function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let k = 0; k < a.length; k++) {
    const x = at(a, k);
    const y = at(b, k);
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}

function ranking(
  { interactions: { users, items, split } }: TrainingData,
  user: number,
  item: number,
  scores: Float32Array,
  trainedOn: ReadonlySet<number>,
): Pick<PairExplanation, 'rank' | 'candidates' | 'list' | 'hardestNegative'> {
  const heldOut = new Map<number, 'valid' | 'test'>();
  users.forEach((other, row) => {
    if (other === user && split[row] !== 0) heldOut.set(at(items, row), split[row] === 1 ? 'valid' : 'test');
  });
  const order = Array.from(scores.keys())
    .filter((one) => !trainedOn.has(one))
    .sort((a, b) => at(scores, b) - at(scores, a) || a - b);
  const ranked = order.map((one, place): RankedItem => ({
    item: one,
    rank: place + 1,
    score: at(scores, one),
    heldOut: heldOut.get(one) ?? null,
  }));
  return {
    rank: ranked.find((one) => one.item === item)?.rank ?? null,
    candidates: ranked.length,
    list: ranked.filter(({ item: one, rank, heldOut: held }) => rank <= LISTED || one === item || held !== null),
    hardestNegative: ranked.find(({ heldOut: held }) => held === null)?.item ?? null,
  };
}

const notRouted = (name: string): AppError =>
  new AppError(
    'RUN_NOT_ROUTED',
    `${name} has no router: it scores every pair with the same head.`,
    'Open the routing of a MAGNET run with a mixture of experts.',
  );
