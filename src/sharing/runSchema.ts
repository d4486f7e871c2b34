import { CUTOFFS } from '../domain/metrics';
import { packedArray } from './packedArray';
import { runFields } from '../documents/runFields';
import { z } from '../documents/schemas';
import { fromFile, metricKey } from '../documents/values';
import { datasetPayload, runPayload } from './payload';

/** The run document in a file, form 1. What JSON has no number for is written as a word. */

const { summary, curves } = runFields(fromFile);

export const runSchema = z.strictObject({
  ...summary,
  ...curves,
  theirs: z.exactOptional(runPayload),
  origin: z.exactOptional(
    z.strictObject({ file: fromFile.text(500), importedAt: fromFile.time, dataset: datasetPayload }),
  ),
});

const perUser = z.strictObject({ users: packedArray, values: z.record(metricKey, packedArray) });

export const detailsSchema = z.strictObject({
  perUser,
  perUserLiked: z.exactOptional(perUser),
  topItems: packedArray,
  topScores: packedArray,
  cutoff: z
    .number()
    .int()
    .min(1)
    .max(Math.max(...CUTOFFS)),
});
