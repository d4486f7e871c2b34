import { floats } from './arrays';
import { curves } from './run';
import { z } from './schemas';
import { count, metrics, number, seconds } from './values';
import { storedArray } from './weights';

/** What a run goes on from, form 2; the arrays lie beside it in parts. */

const words = z.array(number);

export const checkpointManifest = z.strictObject({
  version: z.literal(2),
  step: count,
  head: z.strictObject({
    version: z.literal(2),
    step: count,
    epoch: count,
    adamSteps: count,
    // Checkpoints were written without these.
    secondAdamSteps: count.default(0),
    passLoss: number.nullable().default(null),
    sampler: z.strictObject({
      shuffleAtEpochStart: words,
      negatives: words,
      taken: count,
      // Checkpoints were written without it.
      others: z.record(z.string(), words).default({}),
    }),
    stopping: z.strictObject({ bestValue: number, sinceBest: count }),
    epochSums: words,
    epochObserved: z.record(z.string(), words),
    model: z.record(z.string(), floats),
    epochTrainSeconds: seconds,
    ...curves,
    best: z.strictObject({ epoch: count, valid: metrics }).nullable(),
    seconds,
  }),
  parameters: z.record(
    z.string(),
    z.strictObject({ shape: z.array(count), values: storedArray, first: storedArray, second: storedArray }),
  ),
  best: z
    .strictObject({
      epoch: count,
      values: z.record(z.string(), storedArray),
      // Checkpoints were written without it.
      state: z.record(z.string(), storedArray).default({}),
    })
    .nullable(),
});
