import { isModelId } from '../domain/models/catalogue';
import { z } from './schemas';

/** What lies in the table `settings` of the runs. */

export const idList = z.array(z.string());

/** What a person wrote while the run was in progress. */
export const runEdit = z.strictObject({ name: z.exactOptional(z.string()), notes: z.exactOptional(z.string()) });

const time = z.iso.datetime();
const count = z.number().int().min(0);
const seconds = z.number().min(0);

/** What is known of the last backup, and of the work since. */
export const backupRecord = z.strictObject({
  at: time.nullable(),
  seconds: z.record(z.string(), seconds),
  reasoningSeconds: seconds,
  dismissedAt: seconds,
});

const loss = z.strictObject({ datasets: count, runs: count, seen: time, backup: time.nullable() });

/** What this browser keeps, told outside the database. */
export const storageMarker = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  datasets: count,
  runs: count,
  seen: time,
  backup: time.nullable(),
  loss: loss.nullable(),
});

const words = z.string().max(500);
const look = {
  metrics: z.enum(['test', 'valid', 'both', 'liked']),
  options: z.array(words).max(200),
  folded: z.boolean(),
};

/** How the list of runs is looked at. */
export const listSettings = z.strictObject({
  look: z.strictObject(look),
  baseline: words.nullable(),
  views: z
    .array(
      z.strictObject({
        ...look,
        name: words,
        filter: z.strictObject({
          text: words,
          model: words,
          dataset: words,
          status: z.union([
            z.literal(''),
            z.enum(['queued', 'preparing', 'running', 'paused', 'interrupted', 'finished', 'stopped', 'failed']),
          ]),
          group: words,
        }),
      }),
    )
    .max(200),
});

/** Settings of models that a person keeps under names; those of models that are not known here stay as they are stored. */
export const ownPreset = z.strictObject({
  model: z.string().refine(isModelId),
  name: words,
  changes: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
});
