import { z } from '../../src/documents/schemas';
import { AppError } from '../../src/domain/errors';
import { APP_VERSION } from '../../src/domain/version';
import { parseJson } from '../../src/sharing/deflate';

/**
 * A backup in a folder: the manifest, and one archive for each dataset and run, for the answers of model servers that were new, for what a person wrote, and for
 * each of what cannot be read. An archive is a backup of its own. Its name ends in its digest: a file is never written over. The manifest
 * is written last, so that it names whole files only.
 */
export const MANIFEST = 'lodestone-backup.json';
const FORMAT = 'lodestone/backup-folder';
const VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const entry = z.object({
  kind: z.enum(['dataset', 'run', 'answers', 'written', 'unreadable']),
  id: z.string(),
  name: z.string(),
  /** Digest of what was stored when the archive was made: as long as it is the same, nothing is written. */
  state: sha256,
  /** Whether it has the weights of the run. */
  weights: z.boolean(),
  /** Whether it keeps only what is stored, and gives nothing back. */
  asStored: z.boolean(),
  file: z.string().regex(/^[\w-]+\/[^/\\]+$/),
  bytes: z.number().int().min(0),
  /** SHA-256 of each 16 MiB of the file. */
  parts: z.array(sha256).min(1),
});
const schema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  app: z.string(),
  made: z.iso.datetime(),
  entries: z.array(entry),
});
const head = z.object({ format: z.literal(FORMAT), version: z.number() });

/** An archive of the folder. */
export type Entry = Readonly<z.infer<typeof entry>>;

export const manifestText = (entries: readonly Entry[], now: Date): string =>
  `${JSON.stringify({ format: FORMAT, version: VERSION, app: APP_VERSION, made: now.toISOString(), entries }, null, 1)}\n`;

/** Throws `STUDY_UNREADABLE` and `STUDY_VERSION`. */
export function parseManifest(path: string, text: string): readonly Entry[] {
  const refuse = (what: string): AppError =>
    new AppError(
      'STUDY_UNREADABLE',
      `${path} cannot be read: ${what}.`,
      'The archives beside it can still be restored one by one. Choose an empty folder for new backups.',
    );
  const value = parseJson(text, () => refuse('it is not JSON'));
  const kind = head.safeParse(value);
  if (!kind.success) throw refuse('it is not marked as the list of a Lodestone backup');
  if (kind.data.version !== VERSION)
    throw new AppError(
      'STUDY_VERSION',
      `${path} was made by another version of Lodestone (its format is ${kind.data.version}; this page reads format ${VERSION}).`,
      'Reload the page to get the newest version.',
    );
  const found = schema.safeParse(value);
  if (found.success) return found.data.entries;
  throw refuse(`${found.error.issues[0]?.path.map(String).join('.') ?? 'its content'} is invalid`);
}
