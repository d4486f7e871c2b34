import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/domain/models/table';
import { readDetails } from '../../src/storage/runs';
import { readWeights } from '../../src/storage/weights';
import { readCheckpoint } from '../../workers/training/checkpoint';
import { withoutClock } from '../helpers/clock';
import { everyCase } from '../helpers/cases';
import { closedAtStep, copyOf, execute, executed, tinyStudy, type Stored } from '../helpers/runs';

/** Steps of an epoch at this batch size. */
const STEPS = 6;
const CHANGES: Config = { epochs: 3, batchSize: 64, learningRate: 0.01 };
/** In the middle of the second epoch. */
const CLOSED_AT = STEPS + 3;
async function endOf({ database, run }: Stored) {
  return {
    run: withoutClock(run),
    weights: await readWeights(database, run.id),
    details: await readDetails(database, run.id),
  };
}

describe('a run whose tab is closed in the middle of an epoch', () => {
  for (const [model, changes] of everyCase(({ resume }) => resume)) {
    it(`ends as the one that was left alone: ${model} ${JSON.stringify(changes)}`, async () => {
      const stored = await tinyStudy(model, { ...CHANGES, ...changes }, 'wasm');
      const alone = { ...stored, database: await copyOf(stored.database) };
      const { run } = await execute(alone, 'wasm');
      expect(run.stepsPerEpoch).toBe(STEPS);
      if (changes['coverageWindow'])
        expect(run.epochs[1]?.observed?.['switchStep']).toEqual([changes['coverageWindow']]);

      const left = await closedAtStep(stored, 'wasm', CLOSED_AT);
      const checkpoint = await readCheckpoint(left, run.id);
      expect(checkpoint?.step).toBe(CLOSED_AT);
      const steps: number[] = [];
      const resumed = await executed({ database: left, run: stored.run }, 'wasm', (event) => {
        if (event.type === 'intervals') steps.push(event.points[0]!.step);
      });
      expect(steps[0]).toBe(CLOSED_AT + 1);
      expect(await endOf({ database: left, run: resumed })).toEqual(await endOf({ ...alone, run }));
    });
  }
});
