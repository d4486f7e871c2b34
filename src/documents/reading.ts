import { COLUMN_USES, FILE_ROLES, ID_READINGS, type DatasetReading } from '../domain/reading';
import { z } from './schemas';
import { count } from './values';

/** Names of columns and values are kept whole, so that they find their columns again. */
const name = z.string().max(10_000);

const fileReading = z.strictObject({
  role: z.enum(FILE_ROLES).exactOptional(),
  columns: z.partialRecord(z.enum(COLUMN_USES), name).exactOptional(),
  header: z.boolean().exactOptional(),
  positives: z.array(name).max(1000).exactOptional(),
  feature: z.strictObject({ key: name, scope: z.enum(['item', 'user']) }).exactOptional(),
});

const ids = z.enum(ID_READINGS);

/** How the files of a dataset were read: in its document, in links, and as a file of answers. */
export const readingSchema: z.ZodType<DatasetReading> = z.strictObject({
  files: z.record(name, fileReading),
  ids: z.strictObject({ user: ids.exactOptional(), item: ids.exactOptional() }).exactOptional(),
  validation: z.literal('draw').exactOptional(),
  filters: z.strictObject({ kCore: count, minUserInteractions: count }).exactOptional(),
});

/** A reading from a file or a link; null when it is none. */
export function parseReading(value: unknown): DatasetReading | null {
  const parsed = readingSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
