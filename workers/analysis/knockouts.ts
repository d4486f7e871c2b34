import { at, entry } from '../../src/domain/at';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import {
  MEANINGLESS,
  type ActivityGroup,
  type Fall,
  type FeatureKnockout,
  type Knockout,
  type KnockoutChoices,
  type KnockoutEffect,
  type KnockoutReport,
  type ListChange,
  type Standing,
} from '../../src/domain/knockouts';
import { GROUP_NAMES, popularityGroups } from '../../src/domain/longTail';
import { routingGroups } from '../../src/domain/routing';
import { USER_METRICS, type UserMetric } from '../../src/domain/userResults';
import { newRanker, scoreAll } from '../engine/ranking';
import { heldRows } from '../engine/rowSource';
import { withRepresentation } from '../engine/representation';
import { featureName, type FeatureMatrix, type Model } from '../models/model';
import { stream, type Random } from '../numbers/rng';
import { evaluate, heldOut, type Evaluation } from '../training/evaluator';
import { controlledFeature } from '../training/featureControls';
import type { TrainingData } from '../training/input';
import { MAX_CUTOFF } from '../training/metrics';
import { faithfulness, type ExpertMass } from './faithfulness';
import { builtAround, type OpenedRun } from './openRun';
import { bootstrapInterval } from './significance';
import { ACTIVITY_NAMES, countsOf, partsBySize } from './sizes';

type Phase = (text: string, fraction: number | null) => Promise<void>;

const RESAMPLES = 1000;
const LEVEL = 0.95;
const LIST = 20;
const ALL = 'all';

/** What a run's ranking can be asked to do without. */
export function knockoutChoices({ run, data: { input }, model }: OpenedRun): KnockoutChoices {
  const { model: id, config } = run.experiment;
  const groups = routingGroups(input.features.map(({ key }) => key));
  const shape = modelTable(id).routing?.shape(completeConfig(id, config), groups);
  const keys = readKeys(input);
  return {
    parts: model.knockouts?.parts ?? [],
    features: [...keys, ...(keys.length > 1 ? [ALL] : [])].flatMap((key) =>
      MEANINGLESS.map((as): FeatureKnockout => ({ kind: 'features', key, as })),
    ),
    experts: shape?.experts ?? [],
    groups,
    families: shape?.families ?? [],
  };
}

/** Features and encoded texts that a model was built from. */
const readKeys = ({ features, itemVectors, userVectors }: TrainingData['input']): string[] =>
  [...features, itemVectors, userVectors].flatMap((feature) => feature?.key ?? []);

/** Both splits ranked, and what is needed to compare them by user. */
interface Ranked {
  readonly standing: Standing;
  readonly test: Evaluation;
}

/** Ranks validation and test with and without each of `knockouts`. Nothing is trained, and the run's model stays as it is. */
export class KnockoutBench {
  /** Of the run that was asked about last. */
  #intact: { readonly opened: OpenedRun; readonly ranked: Ranked } | null = null;

  async report(opened: OpenedRun, knockouts: readonly Knockout[], phase: Phase): Promise<KnockoutReport> {
    const say = (place: number): Promise<void> =>
      phase(`ranking without ${place + 1} of ${knockouts.length}`, place / Math.max(1, knockouts.length));
    if (this.#intact?.opened !== opened) {
      await phase('ranking with everything', null);
      this.#intact = { opened, ranked: await rank(opened, opened.model) };
    }
    const { ranked: intact } = this.#intact;
    const effects: KnockoutEffect[] = [];
    const without: Ranked[] = [];
    for (const [place, knockout] of knockouts.entries()) {
      await say(place);
      const ranked = await withKnockout(opened, knockout, phase, (model, represent) => rank(opened, model, represent));
      without.push(ranked);
      effects.push({ knockout, ...ranked.standing, fall: fallOf(intact.test, ranked.test) });
    }
    return {
      epoch: opened.epoch,
      testUsers: intact.test.perUser.users.length,
      intact: intact.standing,
      effects,
      faithfulness: await this.#faithfulness(opened, knockouts, intact, without),
    };
  }

  async #faithfulness(
    { model, data }: OpenedRun,
    knockouts: readonly Knockout[],
    intact: Ranked,
    without: readonly Ranked[],
  ): Promise<KnockoutReport['faithfulness']> {
    const experts = model.knockouts?.parts.filter(({ kind }) => kind === 'expert') ?? [];
    const places = experts.map((part) => knockouts.findIndex((one) => one.kind === 'expert' && same(one, part)));
    if (experts.length === 0 || places.includes(-1) || !model.routePairs) return null;
    const { users } = intact.test.perUser;
    const pairs = testPairs(data, users);
    const { probabilities } = await model.routePairs(pairs);
    const mass: ExpertMass = { rowOf: pairs.rows, probabilities, experts: experts.length, users: users.length };
    const of = (metric: UserMetric) =>
      faithfulness(
        mass,
        places.map((place) => fallsOf(intact.test, entry(without, place).test, metric)),
        stream(0, `faithfulness/${metric}`),
        RESAMPLES,
        LEVEL,
      );
    return { 'recall@20': of('recall@20'), 'ndcg@20': of('ndcg@20') };
  }
}

const same = (a: Knockout, b: Knockout): boolean => a.kind === 'expert' && b.kind === 'expert' && a.expert === b.expert;

/** Test pairs of these users, and each pair's row among them. */
function testPairs({ interactions: { users, items, split } }: TrainingData, of: Int32Array) {
  const rowOf = new Map(Array.from(of, (user, row) => [user, row]));
  const rows = Array.from(split.keys()).filter((row) => split[row] === 2 && rowOf.has(at(users, row)));
  return {
    users: Int32Array.from(rows, (row) => at(users, row)),
    items: Int32Array.from(rows, (row) => at(items, row)),
    rows: Int32Array.from(rows, (row) => rowOf.get(at(users, row)) ?? 0),
  };
}

type Represent = Model['represent'];

/** Calls `work` with a run's model as it is without something. */
async function withKnockout<T>(
  opened: OpenedRun,
  knockout: Knockout,
  phase: Phase,
  work: (model: Model, represent: Represent) => Promise<T>,
): Promise<T> {
  const { model } = opened;
  if (knockout.kind !== 'features') {
    const { knockouts } = model;
    if (!knockouts) throw new Error('This model has no parts that can be knocked out.');
    return work(model, () => knockouts.represent(knockout));
  }
  const other = await rebuilt(opened, knockout, phase);
  try {
    return await work(other, () => other.represent());
  } finally {
    other.dispose();
  }
}

/** The model built anew around the run's weights, where features mean nothing; those that were trained are changed in the same way. */
async function rebuilt(
  { run, data: { input }, weights }: OpenedRun,
  { key: wanted, as }: FeatureKnockout,
  phase: Phase,
): Promise<Model> {
  const random = (name: string): Random => stream(run.experiment.seed, `knockout/${name}`);
  const changed = (feature: FeatureMatrix): FeatureMatrix =>
    wanted === ALL || wanted === feature.key ? controlledFeature(feature, as, random) : feature;
  const values: Record<string, Float32Array> = { ...weights.values };
  for (const { key, rows, columns } of input.features) {
    const trained = values[featureName(key)];
    if (trained?.length === rows * columns)
      values[featureName(key)] = await changed({ key, ...heldRows(trained, rows, columns) }).read(0, rows);
  }
  return builtAround(
    run,
    {
      ...input,
      features: input.features.map(changed),
      itemVectors: input.itemVectors && changed(input.itemVectors),
      userVectors: input.userVectors && changed(input.userVectors),
    },
    { ...weights, values },
    phase,
  );
}

async function rank(
  { data }: OpenedRun,
  model: Model,
  represent: Represent = () => model.represent(),
): Promise<Ranked> {
  const ranker = newRanker(data.trained, MAX_CUTOFF);
  const go = async (): Promise<boolean> => true;
  const of = (split: 1 | 2) => heldOut(data.interactions, split, data.trained, data.thresholds);
  try {
    return await withRepresentation(represent, async (held) => {
      const valid = await evaluate(ranker, held, of(1), go);
      const test = await evaluate(ranker, held, of(2), go);
      if (!valid || !test) throw new Error('The ranking was stopped.');
      return { test, standing: standingOf(data, valid, test) };
    });
  } finally {
    ranker.dispose();
  }
}

function standingOf({ interactions, input }: TrainingData, valid: Evaluation, test: Evaluation): Standing {
  const { users, split } = interactions;
  const part = partsBySize(countsOf(users, split, input.users), ACTIVITY_NAMES.length);
  const activity = ACTIVITY_NAMES.map((name, place): ActivityGroup => {
    const rows = Array.from(test.perUser.users.keys()).filter((row) => part[at(test.perUser.users, row)] === place);
    const mean = (metric: UserMetric): number => meanOf(rows.map((row) => at(test.perUser.values[metric], row)));
    return { name, users: rows.length, means: { 'recall@20': mean('recall@20'), 'ndcg@20': mean('ndcg@20') } };
  });
  const lists = { users: test.perUser.users, topItems: test.topItems, width: MAX_CUTOFF };
  return {
    valid: valid.metrics,
    test: test.metrics,
    activity,
    popularity: popularityGroups(interactions, input.items, lists, LIST, GROUP_NAMES.length),
  };
}

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

/** What each user loses. */
const fallsOf = (intact: Evaluation, without: Evaluation, metric: UserMetric): Float64Array =>
  Float64Array.from(intact.perUser.values[metric], (value, row) => value - at(without.perUser.values[metric], row));

function fallOf(intact: Evaluation, without: Evaluation): KnockoutEffect['fall'] {
  const of = (metric: UserMetric): Fall => {
    const falls = fallsOf(intact, without, metric);
    const [low, high] = bootstrapInterval(falls, stream(0, `knockout/${metric}`), RESAMPLES, LEVEL);
    return { mean: meanOf([...falls]), low, high };
  };
  const [recall, ndcg] = USER_METRICS.map(of);
  if (!recall || !ndcg) throw new Error('A metric is missing.');
  return { 'recall@20': recall, 'ndcg@20': ndcg };
}

/** A user's first items before and after, by their rank before; items that enter stand last. */
export async function listChanges(
  opened: OpenedRun,
  knockout: Knockout,
  user: number,
  phase: Phase,
): Promise<ListChange[]> {
  const { data, model } = opened;
  const ranks = (represent: Represent): Promise<Int32Array> =>
    withRepresentation(represent, async (held) => ranksOf(data, user, await scoreAll(held, user)));
  const before = await ranks(() => model.represent());
  const after = await withKnockout(opened, knockout, phase, (_, represent) => ranks(represent));
  const { users, items, split } = data.interactions;
  const held = new Map<number, 'valid' | 'test'>();
  users.forEach((other, row) => {
    if (other === user && split[row] !== 0) held.set(at(items, row), split[row] === 1 ? 'valid' : 'test');
  });
  return Array.from(before.keys())
    .filter((item) => isListed(at(before, item)) || isListed(at(after, item)))
    .sort((a, b) => at(before, a) - at(before, b))
    .map((item) => ({ item, before: at(before, item), after: at(after, item), heldOut: held.get(item) ?? null }));
}

const isListed = (rank: number): boolean => rank >= 1 && rank <= LIST;

/** Each item's rank from 1 among those that the user has not trained on, 0 for those that were; ties: the lower index. */
export function ranksOf({ trained }: TrainingData, user: number, scores: Float32Array): Int32Array {
  const known = new Set(trained.indices.subarray(at(trained.pointers, user), at(trained.pointers, user + 1)));
  const ranks = new Int32Array(scores.length);
  Array.from(scores.keys())
    .filter((item) => !known.has(item))
    .sort((a, b) => at(scores, b) - at(scores, a) || a - b)
    .forEach((item, place) => (ranks[item] = place + 1));
  return ranks;
}
