import { z } from './schemas';

/** Typed arrays are checked by their kind and passed on as they are: their numbers are neither read nor copied. */
export const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
export const doubles = z.custom<Float64Array>((value) => value instanceof Float64Array);
export const integers = z.custom<Int32Array>((value) => value instanceof Int32Array);
export const splits = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
export const bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);

/** A long list of texts, passed on as it is. */
export const texts = z.custom<readonly string[]>(
  (value) => Array.isArray(value) && value.every((text) => typeof text === 'string'),
);

/** The same with null where there is no text. */
export const textsOrNull = z.custom<readonly (string | null)[]>(
  (value) => Array.isArray(value) && value.every((text) => text === null || typeof text === 'string'),
);
