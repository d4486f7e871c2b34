import { METRIC_KEYS } from '../domain/metrics';
import { z } from './schemas';

/** Any number. What JSON has no number for is written as a word in files. */
export const number = z.union([
  z.custom<number>((value) => typeof value === 'number'),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number),
]);
export const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const seconds = z.number().min(0);
export const seed = z.number().int().min(0).max(0xffffffff);
export const metricKey = z.enum(METRIC_KEYS);

/** Means of ranking metrics; none is a number where there were no users. */
export const metrics = z.record(
  metricKey,
  z.union([z.number().min(0).max(1), z.nan(), z.literal('NaN').transform(Number)]),
);

/**
 * Texts and lists by where they come from. In a file of somebody else they have a pattern and an end. What this browser stored is taken
 * as long as it was written: a long name is no damage.
 */
export interface Rigour {
  text(most: number): z.ZodType<string>;
  /** A name under which something is found. */
  name(pattern: RegExp): z.ZodType<string>;
  list<T extends z.ZodType>(entry: T, most: number): z.ZodArray<T>;
  readonly time: z.ZodType<string>;
}

export const fromFile: Rigour = {
  text: () => z.string(),
  name: (pattern) => z.string().regex(pattern),
  list: (entry) => z.array(entry),
  time: z.iso.datetime(),
};

export const fromStorage: Rigour = {
  text: () => z.string(),
  name: () => z.string(),
  list: (entry) => z.array(entry),
  time: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
};
