import { testHost } from '#test-host';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Knockout, RankingPart } from '../../src/domain/knockouts';
import { METRIC_KEYS } from '../../src/domain/metrics';
import { readDetails } from '../../src/storage/runs';
import { faithfulness, pearson } from '../../workers/analysis/faithfulness';
import { knockoutChoices, KnockoutBench, listChanges } from '../../workers/analysis/knockouts';
import { builtAround, type OpenedRun } from '../../workers/analysis/openRun';
import { OpenRuns } from '../../workers/analysis/openRuns';
import { constantRows } from '../helpers/knockouts';
import { scoreAll } from '../../workers/engine/ranking';
import { withRepresentation } from '../../workers/engine/representation';
import type { Model } from '../../workers/models/model';
import { stream } from '../../workers/numbers/rng';
import { execute, tinyStudy, type Stored } from '../helpers/runs';

const quiet = async (): Promise<void> => undefined;
const USER = 5;

const scoresOf = (represent: Model['represent']): Promise<Float32Array> =>
  withRepresentation(represent, (held) => scoreAll(held, USER));

const expectClose = (found: Float32Array, wanted: Float32Array): void => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, item) => expect(value).toBeCloseTo(wanted[item]!, 5));
};

describe('knock-outs of a run with a router', () => {
  let study: Stored;
  let run: Awaited<ReturnType<typeof execute>>['run'];
  let opened: OpenedRun;
  const EXPERTS = 9;
  beforeAll(async () => {
    study = await tinyStudy('magnet', { epochs: 3, learningRate: 0.02, view: 'dual', routerHidden: 0 }, 'wasm');
    ({ run } = await execute(study, 'wasm'));
    opened = await new OpenRuns(study.database, await testHost(false), quiet).get(run.id, 'best', true);
  });

  const without = (part: RankingPart): Promise<Float32Array> => scoresOf(() => opened.model.knockouts!.represent(part));

  /** A model of another configuration around some of the run's weights. */
  const rebuilt = async (
    config: Record<string, string | number | boolean>,
    change: (name: string, values: Float32Array) => Float32Array = (_, values) => values,
  ): Promise<Float32Array> => {
    const values = Object.fromEntries(
      Object.entries(opened.weights.values).map(([name, numbers]) => [name, change(name, numbers)]),
    );
    const { experiment } = opened.run;
    const other = await builtAround(
      { ...opened.run, experiment: { ...experiment, config: { ...experiment.config, ...config } } },
      opened.data.input,
      { values, state: opened.weights.state },
      quiet,
    );
    const scores = await scoresOf(() => other.represent());
    other.dispose();
    return scores;
  };

  /** Rows (by expert) or columns of a parameter that belong to the experts that stay. */
  const kept =
    (experts: readonly number[]) =>
    (name: string, values: Float32Array): Float32Array => {
      if (['expert/user', 'expert/item', 'expert/bias'].includes(name)) {
        const size = values.length / EXPERTS;
        return Float32Array.from(experts.flatMap((e) => [...values.slice(e * size, (e + 1) * size)]));
      }
      if (name.startsWith('router/'))
        return Float32Array.from(
          Array.from({ length: values.length / EXPERTS }).flatMap((_, row) =>
            experts.map((e) => values[row * EXPERTS + e]!),
          ),
        );
      return values;
    };

  it('of a family equal a model that never had it', async () => {
    const families = [
      ['dom', 'bal+com', [3, 4, 5, 6, 7, 8]],
      ['bal', 'dom+com', [0, 1, 2, 6, 7, 8]],
      ['com', 'bal+dom', [0, 1, 2, 3, 4, 5]],
    ] as const;
    const whole = await scoresOf(() => opened.model.represent());
    let changed = false;
    for (const [family, others, experts] of families) {
      const found = await without({ kind: 'family', family });
      expectClose(found, await rebuilt({ families: others }, kept(experts)));
      changed ||= found.some((value, item) => value !== whole[item]);
    }
    expect(changed).toBe(true);
  });

  it('of an expert equal the mixture of the others', async () => {
    // With all experts chosen, every one’s own value can be read off its contribution.
    const all = await builtAround(
      {
        ...opened.run,
        experiment: { ...opened.run.experiment, config: { ...opened.run.experiment.config, topExperts: EXPERTS } },
      },
      opened.data.input,
      opened.weights,
      quiet,
    );
    const items = Int32Array.from({ length: opened.data.input.items }, (_, item) => item);
    const pairs = { users: items.map(() => USER), items };
    const { probabilities, contributions } = await all.explainPairs!(pairs);
    all.dispose();
    const top = opened.run.experiment.config['topExperts'] as number;
    expect(top).toBeLessThan(EXPERTS - 1);
    for (let expert = 0; expert < EXPERTS; expert++) {
      const wanted = Float32Array.from(items, (item) => {
        const of = (values: Float32Array, e: number): number => values[item * EXPERTS + e]!;
        const chosen = Array.from({ length: EXPERTS }, (_, e) => e)
          .filter((e) => e !== expert)
          .sort((a, b) => of(probabilities, b) - of(probabilities, a) || a - b)
          .slice(0, top);
        const mass = chosen.reduce((sum, e) => sum + of(probabilities, e), 0);
        return chosen.reduce((sum, e) => sum + of(contributions, e), 0) / mass;
      });
      expectClose(await without({ kind: 'expert', expert }), wanted);
    }
  });

  it('of the content graph equal a model with the graph of training edges alone', async () => {
    const found = await without({ kind: 'contentGraph' });
    expectClose(found, await rebuilt({ view: 'single' }));
    expect(found).not.toEqual(await scoresOf(() => opened.model.represent()));
  });

  it('of a modality equal a model whose projection of it is zero', async () => {
    for (const modality of ['image', 'text']) {
      const zeroed = await rebuilt({}, (name, values) =>
        name.startsWith(`cue/${modality}`) ? new Float32Array(values.length) : values,
      );
      expectClose(await without({ kind: 'cue', modality, as: 'nothing' }), zeroed);
    }
  });

  it('of users’ cues change nothing in what items are', async () => {
    const items = (part: RankingPart | null): Promise<number[]> =>
      withRepresentation(
        () => (part ? opened.model.knockouts!.represent(part) : opened.model.represent()),
        async (held) => [...(await held.items.data())],
      );
    expect(await items({ kind: 'userCue', as: 'nothing' })).toEqual(await items(null));
    const [nothing, mean] = [
      await without({ kind: 'userCue', as: 'nothing' }),
      await without({ kind: 'userCue', as: 'mean' }),
    ];
    expect(nothing).not.toEqual(mean);
  });

  it('are reported beside what the run’s own evaluation found, with what falls', async () => {
    const bench = new KnockoutBench();
    const choices = knockoutChoices(opened);
    expect(choices.parts.map(({ kind }) => kind).filter((kind) => kind === 'expert')).toHaveLength(EXPERTS);
    const knockouts: Knockout[] = [
      ...choices.parts.filter(({ kind }) => kind === 'expert'),
      ...choices.features.filter(({ key }) => key === 'image'),
    ];
    const report = await bench.report(opened, knockouts, quiet);
    const details = (await readDetails(study.database, run.id))!;
    expect(report.testUsers).toBe(details.perUser.users.length);
    for (const key of METRIC_KEYS) expect(report.intact.test[key]).toBeCloseTo(run.result!.test![key], 6);
    for (const { test, fall, activity } of report.effects) {
      expect(fall['recall@20'].mean).toBeCloseTo(report.intact.test['recall@20'] - test['recall@20'], 6);
      expect(fall['recall@20'].low).toBeLessThanOrEqual(fall['recall@20'].mean);
      expect(fall['recall@20'].high).toBeGreaterThanOrEqual(fall['recall@20'].mean);
      const users = activity.reduce((sum, group) => sum + group.users, 0);
      expect(users).toBe(report.testUsers);
      const weighted = activity.reduce((sum, { users: n, means }) => sum + (n ? n * means['ndcg@20'] : 0), 0);
      expect(weighted / users).toBeCloseTo(test['ndcg@20'], 6);
    }
    const { r, mass, interval } = report.faithfulness!['recall@20'];
    expect(mass.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    const falls = report.effects.slice(0, EXPERTS).map((effect) => effect.fall['recall@20'].mean);
    if (r === null) expect(falls.every((fall) => fall === falls[0])).toBe(true);
    else {
      expect(r).toBeCloseTo(pearson(mass, falls)!, 6);
      expect(interval![0]).toBeLessThanOrEqual(interval![1]);
    }
    const some = await bench.report(opened, knockouts.slice(0, 3), quiet);
    expect(some.faithfulness).toBeNull();
    expect(some.effects).toEqual(report.effects.slice(0, 3));
  });

  it('show what enters and what leaves a user’s list', async () => {
    const changes = await listChanges(opened, { kind: 'cue', modality: 'image', as: 'nothing' }, USER, quiet);
    const before = changes.filter((one) => one.before <= 20);
    expect(before.map((one) => one.before)).toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
    expect(changes.filter((one) => one.after <= 20)).toHaveLength(20);
    expect(changes.some((one) => one.before !== one.after)).toBe(true);
  });
});

describe('knock-outs of features', () => {
  it('of a modality set to the mean equal a model of constant features, where features reach the cues alone', async () => {
    const single = await tinyStudy('magnet', { epochs: 2, view: 'single', featureScale: 'none' }, 'wasm');
    const { run: other } = await execute(single, 'wasm');
    const one = await new OpenRuns(single.database, await testHost(false), quiet).get(other.id, 'best', true);
    const { input } = one.data;
    const constant = await Promise.all(
      input.features.map(async (feature) => ({ ...feature, ...(await constantRows(feature)) })),
    );
    const model = await builtAround(
      one.run,
      {
        ...input,
        features: constant.map((feature) =>
          feature.key === 'image' ? feature : input.features.find(({ key }) => key === feature.key)!,
        ),
      },
      one.weights,
      quiet,
    );
    expectClose(
      await scoresOf(() => one.model.knockouts!.represent({ kind: 'cue', modality: 'image', as: 'mean' })),
      await scoresOf(() => model.represent()),
    );
    model.dispose();
  });

  it('reach trained tables too, and leave the run’s own model as it was', async () => {
    const study = await tinyStudy('vbpr', { epochs: 3, learningRate: 0.02 }, 'wasm');
    const { run } = await execute(study, 'wasm');
    const opened = await new OpenRuns(study.database, await testHost(false), quiet).get(run.id, 'best', true);
    const choices = knockoutChoices(opened);
    expect(choices.parts).toEqual([]);
    expect(choices.features.map(({ key }) => key)).toEqual(['image', 'text', 'all'].flatMap((key) => [key, key, key]));
    const { intact, effects } = await new KnockoutBench().report(opened, choices.features, quiet);
    for (const key of METRIC_KEYS) expect(intact.test[key]).toBeCloseTo(run.result!.test![key], 6);
    expect(effects.some(({ test }) => test['ndcg@20'] !== intact.test['ndcg@20'])).toBe(true);
    const again = await new KnockoutBench().report(opened, [], quiet);
    expect(again.intact).toEqual(intact);
  });
});

describe('the correlation of mass and effect', () => {
  it('is Pearson’s, with an interval over users', () => {
    const experts = 3;
    const users = 40;
    const random = stream(1, 'test');
    const rowOf = Int32Array.from({ length: 2 * users }, (_, pair) => pair >> 1);
    const probabilities = new Float32Array(rowOf.length * experts);
    rowOf.forEach((_, pair) => probabilities.set([0.6, 0.3, 0.1], pair * experts));
    const falls = [0.3, 0.15, 0.05].map((mean) =>
      Float64Array.from({ length: users }, () => mean + 0.05 * random.normal()),
    );
    const means = falls.map((values) => values.reduce((sum, value) => sum + value, 0) / users);
    const found = faithfulness({ rowOf, probabilities, experts, users }, falls, stream(2, 'r'), 500, 0.95);
    found.mass.forEach((share, e) => expect(share).toBeCloseTo([0.6, 0.3, 0.1][e]!, 6));
    expect(found.r).toBeCloseTo(pearson([0.6, 0.3, 0.1], means)!, 6);
    expect(found.interval![0]).toBeLessThan(found.r!);
    expect(found.interval![1]).toBeGreaterThan(found.r! - 0.2);
    expect(pearson([1, 1, 1], means)).toBeNull();
    // By hand: x = 1, 2, 3 and y = 2, 4, 5 have r = 3 / √(2 · 4.6667).
    expect(pearson([1, 2, 3], [2, 4, 5])).toBeCloseTo(3 / Math.sqrt(2 * (14 / 3)), 12);
  });
});
