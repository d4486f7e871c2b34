import { testHost } from '#test-host';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/storage/database';
import { readInteractions } from '../../src/storage/datasets';
import { readDetails, writeRun } from '../../src/storage/runs';
import { readWeights, writeWeights } from '../../src/storage/weights';
import { OpenRuns } from '../../workers/analysis/openRuns';
import { explainPair, routeRun } from '../../workers/analysis/routing';
import { copyOf, execute, executed, tinyStudy, type Stored } from '../helpers/runs';

const open = async (database: Database): Promise<OpenRuns> =>
  new OpenRuns(database, await testHost(false), async () => undefined);
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

describe('the routing of a finished run', () => {
  let study: Stored;
  let run: Awaited<ReturnType<typeof execute>>['run'];
  beforeAll(async () => {
    study = await tinyStudy('magnet', { epochs: 3, learningRate: 0.02 }, 'wasm');
    ({ run } = await execute(study, 'wasm'));
  });

  it('of the validation split is what the run recorded at its best epoch', async () => {
    const routing = await routeRun(await (await open(study.database)).get(run.id, 'best', true), null);
    const observed = run.epochs[run.result!.bestEpoch]!.observed!;
    const valid = routing.breakdowns
      .find(({ key }) => key === 'split')!
      .groups.find(({ name }) => name === 'validation')!;
    expect(routing.epoch).toBe(run.result!.bestEpoch);
    for (const [found, recorded] of [
      [valid.statistics.mean, 'routing'],
      [valid.reliance, 'reliance'],
      [valid.familyMass, 'familyMass'],
    ] as const) {
      found.forEach((value, place) => expect(value).toBeCloseTo(observed[recorded]![place]!, 6));
    }
    expect(valid.statistics.maxLoad).toBeCloseTo(observed['maxLoad']![0]!, 6);
    expect(valid.statistics.specialisation).toBeCloseTo(observed['specialisation']![0]!, 6);
  });

  it('puts every interaction into one part of each breakdown', async () => {
    const interactions = await readInteractions(study.database, run.experiment.dataset.id);
    const held = interactions.split.filter((split) => split !== 0).length;
    const routing = await routeRun(await (await open(study.database)).get(run.id, 'best', true), {
      users: Array.from({ length: 48 }, (_, user) => `${user % 3 ? 'text' : 'looks'}-driven ${user}`),
      items: null,
      originalItems: null,
      itemCategories: { names: ['a', 'b'], of: Int32Array.from({ length: 40 }, (_, i) => i % 2) },
    } as never);
    for (const { key, groups } of routing.breakdowns)
      expect(sum(groups.map(({ pairs }) => pairs)), key).toBe(key === 'split' ? interactions.split.length : held);
    expect(routing.breakdowns.map(({ key }) => key)).toEqual([
      'split',
      'popularity',
      'activity',
      'userGroup',
      'category',
    ]);
    expect(routing.pairs.users).toHaveLength(held);
    expect(routing.pairs.probability.every((value) => value >= 1 / routing.experts.length)).toBe(true);
  });

  it('keeps the pairs with the highest probability of every expert, also of one that no pair prefers', async () => {
    const opened = await (await open(study.database)).get(run.id, 'best', true);
    const { pairs, experts } = await routeRun(opened, null);
    const { probabilities } = await opened.model.routePairs!({ users: pairs.users, items: pairs.items });
    const count = pairs.users.length;
    const of = (expert: number): number[] =>
      Array.from({ length: count }, (_, place) => probabilities[place * experts.length + expert]!);
    expect(pairs.highest).toHaveLength(experts.length);
    expect(experts.some((_, expert) => !pairs.first.includes(expert))).toBe(true);
    pairs.highest.forEach(({ places, probabilities: kept }, expert) => {
      const values = of(expert);
      const expected = [...values].sort((a, b) => b - a).slice(0, 12);
      expect(kept).toHaveLength(12);
      kept.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
      places.forEach((place, i) => expect(values[place]).toBeCloseTo(kept[i]!, 6));
      expect(new Set(places).size).toBe(12);
    });
    const ratios = [...probabilities].map((value) => value * experts.length);
    expect(pairs.reach).toBeCloseTo(
      Math.min(experts.length, Math.max(1.1, ...ratios.map((ratio) => Math.max(ratio, 1 / ratio)))),
      4,
    );
  });

  it('of a pair leads to the score and the rank that its evaluation gave it', async () => {
    const runs = await open(study.database);
    const details = (await readDetails(study.database, run.id))!;
    const user = details.perUser.users[0]!;
    const [first] = details.topItems;
    const opened = await runs.get(run.id, 'best', true);
    const found = await explainPair(opened, user, first!, await runs.scores(run.id, 'best', user));
    expect(found.rank).toBe(1);
    expect(found.list.slice(0, 5).map(({ item }) => item)).toEqual([...details.topItems.slice(0, 5)]);
    expect(found.list[0]!.score).toBeCloseTo(details.topScores[0]!, 5);
    expect(sum(found.contributions)).toBeCloseTo(details.topScores[0]!, 5);
    expect(sum(found.probabilities)).toBeCloseTo(1, 5);
    expect(sum(found.shares)).toBeCloseTo(1, 5);
    expect(found.shares.filter((share) => share > 0)).toHaveLength(4);
    expect(found.history).toHaveLength(opened.data.trained.pointers[user + 1]! - opened.data.trained.pointers[user]!);
    expect(found.list.find(({ item }) => item === found.hardestNegative)!.heldOut).toBeNull();
    expect(found.candidates + found.history.length).toBe(opened.data.input.items);
    const [trained] = found.history;
    expect((await explainPair(opened, user, trained!.item, await runs.scores(run.id, 'best', user))).rank).toBeNull();
    await expect(explainPair(opened, 48, 0, new Float32Array(40))).rejects.toMatchObject({ code: 'PAIR_NOT_FOUND' });
  });

  it('of its last epoch stands beside the best one', async () => {
    // Steps so long that it does not get better for long.
    const early = await tinyStudy('magnet', { epochs: 4, learningRate: 0.5, patience: 2 }, 'wasm');
    const { run: ended } = await execute(early, 'wasm');
    expect(ended.result!.bestEpoch).toBeLessThan(ended.epochs.length - 1);
    const runs = await open(early.database);
    for (const [of, epoch] of [
      ['latest', ended.epochs.length - 1],
      ['best', ended.result!.bestEpoch],
    ] as const) {
      const opened = await runs.get(ended.id, of, true);
      expect(opened.epoch).toBe(epoch);
      const { statistics } = (await routeRun(opened, null)).breakdowns[0]!.groups[1]!;
      statistics.mean.forEach((value, place) =>
        expect(value).toBeCloseTo(ended.epochs[epoch]!.observed!['routing']![place]!, 6),
      );
    }
  });

  it('is read once, and given back when two others have been opened', async () => {
    const database = await copyOf(study.database);
    const weights = (await readWeights(database, run.id))!;
    for (const id of ['second', 'third']) {
      await writeRun(database, { ...run, id });
      await writeWeights(database, id, weights);
    }
    const runs = await open(database);
    const first = await runs.get(run.id, 'best', true);
    await runs.scores(run.id, 'best', 0);
    expect(await runs.get(run.id, 'best', true)).toBe(first);
    await runs.get('second', 'best', true);
    await runs.scores('second', 'best', 0);
    const two = tf.engine().state.numTensors;
    await runs.get('third', 'best', true);
    await runs.scores('third', 'best', 0);
    expect(tf.engine().state.numTensors).toBe(two);
    expect(await runs.get('second', 'best', true)).not.toBe(first);
    expect(await runs.get(run.id, 'best', true)).not.toBe(first);
    expect(tf.engine().state.numTensors).toBeLessThanOrEqual(two);
  });
});

describe('a run whose weights are asked for', () => {
  it('while it trains has those of its newest checkpoint and of its best epoch so far', async () => {
    const study = await tinyStudy('magnet', { epochs: 3, learningRate: 0.02 }, 'wasm');
    let left: Database | null = null;
    const run = await executed(
      study,
      'wasm',
      (event, control) => {
        if (event.type === 'epoch' && event.point.epoch === 1) control.pause();
        if (event.type === 'status' && event.status === 'paused')
          void copyOf(study.database).then((copy) => {
            left = copy;
            control.resume();
          });
      },
      0,
    );
    const runs = await open(left!);
    const latest = await runs.get(run.id, 'latest', true);
    expect(latest.run.result).toBeNull();
    expect(latest.epoch).toBe(1);
    const observed = run.epochs[1]!.observed!['routing']!;
    const valid = (await routeRun(latest, null)).breakdowns[0]!.groups[1]!;
    valid.statistics.mean.forEach((value, place) => expect(value).toBeCloseTo(observed[place]!, 6));
    expect((await runs.get(run.id, 'best', true)).epoch).toBeLessThanOrEqual(1);
  });

  it('before its first checkpoint has none', async () => {
    const study = await tinyStudy('magnet', {}, 'wasm');
    await expect((await open(study.database)).get(study.run.id, 'latest', true)).rejects.toMatchObject({
      code: 'RUN_NO_WEIGHTS',
      message: expect.stringContaining('has no stored weights yet'),
    });
  });

  it('that came from a file without weights says where they are', async () => {
    const study = await tinyStudy('magnet', {}, 'wasm');
    const { name, fingerprint } = study.run.experiment.dataset;
    const dataset = { name, fingerprint, users: 1, items: 1, interactions: 1, split: 'provided', demo: null } as const;
    const origin = { file: 'study.lodestone.json', importedAt: '2026-01-01T00:00:00.000Z', dataset };
    await writeRun(study.database, { ...study.run, origin });
    await expect((await open(study.database)).get(study.run.id, 'latest', true)).rejects.toMatchObject({
      code: 'RUN_NO_WEIGHTS',
      message: expect.stringContaining('was opened from study.lodestone.json, which holds no weights'),
    });
  });

  it('without a router says so', async () => {
    const study = await tinyStudy('lightgcn', { epochs: 1 }, 'wasm');
    const { run } = await execute(study, 'wasm');
    const runs = await open(study.database);
    const opened = await runs.get(run.id, 'best', true);
    await expect(routeRun(opened, null)).rejects.toMatchObject({ code: 'RUN_NOT_ROUTED' });
    await expect(explainPair(opened, 0, 0, await runs.scores(run.id, 'best', 0))).rejects.toMatchObject({
      code: 'RUN_NOT_ROUTED',
    });
  });
});
