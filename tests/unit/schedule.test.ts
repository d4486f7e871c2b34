import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/domain/models/catalogue';
import { decoupledDecayOf, learningRateOf, startsAnew } from '../../src/domain/models/schedule';

/** Rates of the first epochs, after changes to a configuration that has no options of its own for them. */
const rates = (changes: object, epochs = 5): number[] =>
  Array.from({ length: epochs }, (_, epoch) => learningRateOf({ ...defaultConfig('bpr'), ...changes }, epoch));

const near = (got: readonly number[], expected: readonly number[]): void =>
  got.forEach((rate, epoch) => expect(rate).toBeCloseTo(expected[epoch]!, 12));

describe('the learning rate', () => {
  it('falls by its factor over its span', () => {
    near(rates({ learningRate: 0.1 }), [0.1, 0.1, 0.1, 0.1, 0.1]);
    near(rates({ learningRate: 0.8, lrDecay: 0.25, lrDecayEpochs: 2 }), [0.8, 0.4, 0.2, 0.1, 0.05]);
  });

  it('stays where the next fall would take it below its floor', () => {
    const halved = { learningRate: 0.8, lrDecay: 0.5, lrDecayEpochs: 1 };
    near(rates({ ...halved, lrFloor: 0.15 }), [0.8, 0.4, 0.2, 0.2, 0.2]);
    // A rate that is exactly the floor is still taken.
    near(rates({ ...halved, lrFloor: 0.2 }), [0.8, 0.4, 0.2, 0.2, 0.2]);
    near(rates({ ...halved, lrFloor: 0 }), [0.8, 0.4, 0.2, 0.1, 0.05]);
    near(rates({ ...halved, lrFloor: 1 }), [0.8, 0.8, 0.8, 0.8, 0.8]);
  });

  it('takes steps at two epochs, 0 being none', () => {
    const steps = { learningRate: 1, lrStepFirst: 1, lrStepSecond: 3, lrStepFactor: 0.2 };
    near(rates(steps), [1, 0.2, 0.2, 0.04, 0.04]);
    near(rates({ ...steps, lrStepFirst: 0 }), [1, 1, 1, 0.2, 0.2]);
  });
});

describe('AdamW’s decay', () => {
  it('is there only if it is chosen', () => {
    const config = defaultConfig('bpr');
    expect(decoupledDecayOf(config)).toBe(0);
    expect(decoupledDecayOf({ ...config, optimiser: 'adam', decoupledDecay: 0.1 })).toBe(0);
    expect(decoupledDecayOf({ ...config, optimiser: 'adamw', decoupledDecay: 0.1 })).toBe(0.1);
    expect(decoupledDecayOf({ ...config, training: 'all', decoupledDecay: 0.1 })).toBe(0);
    expect(decoupledDecayOf({ ...config, training: 'authors', decoupledDecay: 0.1 })).toBe(0.1);
  });

  it('comes with an optimiser that begins anew in every epoch only where the authors have it so', () => {
    const config = defaultConfig('bpr');
    expect([{}, { training: 'all' }, { training: 'authors' }].map((of) => startsAnew({ ...config, ...of }))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
