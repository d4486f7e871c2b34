import { nameOf } from '../../src/documents/check';
import { z } from '../../src/documents/schemas';
import { AppError } from '../../src/domain/errors';
import type { DocumentKind } from '../../src/domain/unreadable';
import { parseJson } from '../../src/sharing/deflate';
import { TABLE_NAMES, type Database, type Entries, type TableName } from '../../src/storage/database';
import { RAW_FORMAT, RAW_VERSION, isPlaceOf } from './rawFile';
import { RawError, rawValue } from './rawValue';

/** A run or dataset in an archive as it was stored. */
export const RAW_FILE = /^unreadable\/(run|dataset)s\/([^/]+)\.json$/;

/** JSON of more characters is in no string. */
const MOST_BYTES = 2 ** 29 - 2 ** 20;

const schema = z.strictObject({
  format: z.literal(RAW_FORMAT),
  version: z.literal(RAW_VERSION),
  made: z.string(),
  entries: z.array(z.strictObject({ table: z.enum(TABLE_NAMES), key: z.string(), value: z.unknown() })),
});

/** Parts before the document that owns them; of runs after it, whose parts are removed where they have none. */
const ORDER: readonly TableName[] = ['features', 'texts', 'datasets', 'runs', 'checkpoints', 'settings'];

/**
 * Stores what the file holds as it was, where nothing lies under its id: also what this version cannot read. Returns what it is; null where something
 * is here already. Throws `STUDY_UNREADABLE` and `STUDY_TOO_LARGE`.
 */
export async function restoreRaw(
  database: Database,
  path: string,
  name: string,
  file: Blob,
): Promise<{ readonly kind: DocumentKind; readonly id: string; readonly name: string } | null> {
  const refuse = (what: string): AppError =>
    new AppError(
      'STUDY_UNREADABLE',
      `${path}/${name} cannot be read: ${what}.`,
      'It may be truncated or changed. Use another copy of the backup.',
    );
  const [, of, encoded = ''] = RAW_FILE.exec(name) ?? [];
  const kind = of === 'run' ? 'run' : 'dataset';
  const id = decoded(encoded);
  if (id === null || id.includes('/')) throw refuse('its name is no id');
  const owners = kind === 'run' ? database.runs : database.datasets;
  if ((await owners.keys(id)).some((key) => key === id || key.startsWith(`${id}/`))) return null;
  if (file.size > MOST_BYTES)
    throw new AppError(
      'STUDY_TOO_LARGE',
      `${path}/${name} is larger than a browser reads at once.`,
      'Unpack the archive and keep the file: a version that can read what is in it may import it.',
    );
  const found = schema.safeParse(parseJson(await file.text(), () => refuse('it is not JSON')));
  if (!found.success) throw refuse('it is not what an export as stored writes');
  const { entries } = found.data;
  const foreign = entries.find(({ table, key }) => !isPlaceOf(kind, id, table, key));
  if (foreign) throw refuse(`it holds ${foreign.key.slice(0, 80)}, which is not a part of ${id}`);
  const byTable = new Map<TableName, Entries>();
  try {
    for (const table of ORDER)
      byTable.set(
        table,
        entries.filter((entry) => entry.table === table).map(({ key, value }) => [key, rawValue(value)] as const),
      );
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refuse(error instanceof RawError ? error.message : 'a value in it is damaged');
  }
  for (const [table, list] of byTable) if (list.length > 0) await database[table].setMany(list);
  const document = byTable.get(kind === 'run' ? 'runs' : 'datasets')?.find(([key]) => key === id);
  return { kind, id, name: nameOf(document?.[1]) ?? id };
}

function decoded(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded) || null;
  } catch {
    return null;
  }
}
