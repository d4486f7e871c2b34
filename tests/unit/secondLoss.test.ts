import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { defaultConfig } from '../../src/domain/models/catalogue';
import { readFloats } from '../../workers/engine/backends';
import { disposeParameter, newParameter } from '../../workers/engine/parameters';
import { scalarOf } from '../../workers/engine/tensors';
import { interactionMatrix } from '../../workers/graphs/behaviour';
import type { Batch, LossTermValue, Model } from '../../workers/models/model';
import { stream } from '../../workers/numbers/rng';
import { Sampler } from '../../workers/training/sampler';
import { Trainer } from '../../workers/training/trainer';
import { describeOn } from '../helpers/device';

const SIZES = { users: 7, items: 5 };
const PAIRS = {
  users: Int32Array.from({ length: 12 }, (_, pair) => pair % 7),
  items: Int32Array.from({ length: 12 }, (_, pair) => (pair * 3) % 5),
};
/** Three batches of pairs an epoch, and two of users. */
const BATCH = 4;

/** A model of two numbers, one for each loss: `(a − 1)²` and `(b − a)²`. What it is asked for is written down. */
function twoNumbers(pass: boolean, factor = 1) {
  const first = newParameter('a', '', [1], Float32Array.of(0));
  const second = newParameter('b', '', [1], Float32Array.of(0));
  const asked: string[] = [];
  const users: number[][] = [];
  const squares = (x: tf.Tensor): tf.Scalar => scalarOf(tf.sum(tf.square(x)));
  const model: Model = {
    parameters: [first, second],
    graphs: [],
    epochGraphs: async (epoch) => {
      asked.push(`graphs ${epoch}`);
      return [];
    },
    loss: (): LossTermValue[] => {
      asked.push('first');
      return [{ key: 'own', weight: 1, value: squares(tf.sub(first.tensor, 1)) }];
    },
    second: {
      parameters: [second],
      ...(pass && { pass }),
      loss: (batch: Batch): LossTermValue[] => {
        asked.push('second');
        users.push([...batch.users.indices.dataSync().slice(0, batch.count)]);
        return [{ key: 'other', weight: factor, value: squares(tf.sub(second.tensor, first.tensor)) }];
      },
    },
    represent: () => ({ users: tf.zeros([7, 1]), items: tf.zeros([5, 1]) }),
    dispose: () => [first, second].forEach(disposeParameter),
  };
  return { model, asked, users, values: () => Promise.all([first, second].map(({ tensor }) => readFloats(tensor))) };
}

function trainerOf(model: Model, changes: object = {}) {
  const trained = interactionMatrix(PAIRS, SIZES.users, SIZES.items);
  const negatives = { negativesPerPositive: 1, negativesFrom: 'all' } as const;
  const sampler = new Sampler(PAIRS, trained, { batchSize: BATCH, negatives }, 1);
  const trainer = new Trainer({
    model,
    sampler,
    device: { check: () => undefined, memory: () => ({ tensors: 0, allocated: 0, peak: 0 }) },
    config: { ...defaultConfig('bpr'), batchSize: BATCH, learningRate: 0.1, ...changes },
    sizes: SIZES,
    trace: null,
    random: (name) => stream(1, name),
  });
  return { trainer, sampler };
}

type Trained = ReturnType<typeof twoNumbers>;

const epoch = (trainer: Trainer, of: number, until: (stepInEpoch: number) => boolean = () => true) => {
  const points: Record<string, number>[] = [];
  const ended = trainer.epoch(
    of,
    async ({ terms, total }) => void points.push({ ...terms, total }),
    async ({ stepInEpoch }) => until(stepInEpoch),
  );
  return ended.then((means) => ({ means, points }));
};

describeOn('cpu', 'a second loss', (test) => {
  test('follows each step with the parameter just moved, and is no part of the total', async () => {
    const { model, asked, values }: Trained = twoNumbers(false);
    const { trainer } = trainerOf(model);
    const { points, means } = await epoch(trainer, 0);
    expect(asked).toEqual(['graphs 0', ...Array.from({ length: 3 }, () => ['first', 'second']).flat()]);
    // Before the first step a is 0; after it .1, and b is drawn there.
    expect(points[0]!['own']).toBeCloseTo(1, 6);
    expect(points[0]!['total']).toBe(points[0]!['own']);
    expect(points[0]!['second']).toBeCloseTo(0.01, 6);
    expect(means!.terms['second']).toBeGreaterThan(0);
    const [a, b] = await values();
    expect(a![0]).toBeGreaterThan(0.25);
    expect(b![0]).toBeGreaterThan(0.15);
    trainer.dispose();
    model.dispose();
  });

  test('may have a pass over all users before the epoch, before its graphs are made', async () => {
    const { model, asked, users }: Trained = twoNumbers(true);
    const { trainer } = trainerOf(model);
    const heard: number[] = [];
    const { points, means } = await epoch(trainer, 0, (step) => heard.push(step) > 0);
    expect(asked).toEqual(['second', 'second', 'graphs 0', 'first', 'first', 'first']);
    expect(heard).toEqual([0, 0, 1, 2, 3]);
    expect(users.map((list) => list.length)).toEqual([4, 3]);
    expect(users.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    // a and b are equal: nothing to descend. The pass's value stands at every point of its epoch.
    expect(points.map((point) => point['second'])).toEqual([0, 0, 0]);
    expect(means!.terms['second']).toBe(0);
    await epoch(trainer, 1);
    expect(users.slice(2).flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(users.slice(2)).not.toEqual(users.slice(0, 2));
    trainer.dispose();
    model.dispose();
  });

  for (const pass of [false, true])
    test(`goes on in the middle of an epoch as if nothing had been${pass ? ', its pass not repeated' : ''}`, async () => {
      const whole = twoNumbers(pass);
      const { trainer: alone } = trainerOf(whole.model);
      await epoch(alone, 0);
      const last = await epoch(alone, 1);
      const left = twoNumbers(pass);
      const { trainer, sampler } = trainerOf(left.model);
      await epoch(trainer, 0);
      await epoch(trainer, 1, (step) => step < 2);
      const [state, drawn] = [await trainer.state(), sampler.state()];
      const again = twoNumbers(pass);
      const resumed = trainerOf(again.model);
      resumed.trainer.restore(state);
      resumed.sampler.restore(drawn);
      const { points, means } = await epoch(resumed.trainer, 1);
      expect(points.at(-1)).toEqual(last.points.at(-1));
      expect(means).toEqual(last.means);
      expect(await again.values()).toEqual(await whole.values());
      expect(again.asked).toEqual(pass ? ['graphs 1', 'first'] : ['graphs 1', 'first', 'second']);
      [alone, trainer, resumed.trainer].forEach((one) => one.dispose());
      [whole, left, again].forEach(({ model }) => model.dispose());
    });

  test('begins both Adams anew in every epoch where the authors have it so', async () => {
    const { model }: Trained = twoNumbers(false);
    const { trainer } = trainerOf(model, { training: 'authors' });
    await epoch(trainer, 0);
    await epoch(trainer, 1, (step) => step < 2);
    expect(await trainer.state()).toMatchObject({ step: 5, adamSteps: 2, secondAdamSteps: 2 });
    trainer.dispose();
    model.dispose();
  });

  for (const pass of [false, true])
    test(`ends the run where it is no number, with the term’s name${pass ? ', in its pass' : ''}`, async () => {
      const { model, asked }: Trained = twoNumbers(pass, Infinity);
      const { trainer } = trainerOf(model);
      await expect(epoch(trainer, 0)).rejects.toMatchObject({ code: 'RUN_DIVERGED', context: { term: 'other' } });
      if (pass) expect(asked).not.toContain('first');
      trainer.dispose();
      model.dispose();
    });
});
