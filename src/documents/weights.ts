import { bytes } from './arrays';
import { z } from './schemas';
import { count } from './values';

/** Where a long array lies in parts. */
export const storedArray = z.strictObject({ key: z.string(), length: count });

/** The weights of a run, by name. */
export const storedWeights = z.record(
  z.string(),
  z.strictObject({ key: z.string(), length: count, shape: z.exactOptional(z.array(count)) }),
);

export const storedTrace = z.strictObject({ safetensors: bytes, json: z.string() });
