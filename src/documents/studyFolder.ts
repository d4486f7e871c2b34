import { isErrorCode } from '../domain/errors';
import type { Failure, LeaseText, RunProgress } from '../domain/studyFolder';
import type { RunSummary } from '../domain/run';
import { checkSummary } from './run';
import { z } from './schemas';
import { count, seconds } from './values';

/** The small files in a study’s folder, by their text; null for one that is not there or is not understood. */

const lease = z.strictObject({
  host: z.string(),
  pid: count,
  made: z.string(),
  seconds: z.number().min(0.1).max(86_400),
});

const failure = z.strictObject({
  code: z.string().transform((code) => (isErrorCode(code) ? code : 'UNKNOWN')),
  message: z.string(),
  hint: z.string(),
  context: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  host: z.string(),
  at: z.string(),
});

const progress = z.strictObject({
  epochs: count,
  of: count,
  perEpoch: seconds,
  device: z.string(),
  at: z.string(),
  curve: z
    .array(z.tuple([count, z.number().min(0).max(1)]))
    .max(1000)
    .exactOptional(),
});

export const leaseOf = (text: string | null): LeaseText | null => parsed(lease, text);
export const failureOf = (text: string | null): Failure | null => parsed(failure, text);
export const progressOf = (text: string | null): RunProgress | null => parsed(progress, text);

export function summaryOf(text: string | null): RunSummary | null {
  try {
    return text === null ? null : checkSummary(JSON.parse(text)).value;
  } catch {
    return null;
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string | null): T | null {
  try {
    return text === null ? null : schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
