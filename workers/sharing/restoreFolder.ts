import { AppError, type Fault } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import { partDigests } from './digests';
import { MANIFEST, parseManifest, type Entry } from './manifest';

/** An archive of a backup in a folder; `file` is null where it is missing. */
export interface FolderArchive {
  readonly path: string;
  readonly entry: Entry;
  readonly file: Blob | null;
}

const ORDER: readonly Entry['kind'][] = ['dataset', 'answers', 'written', 'run'];

/**
 * Takes backups in folders out of files that were dropped or picked together: the archives that their manifests name, datasets first.
 * Where a manifest cannot be read, `refused` says so, and its archives are among the other files.
 */
export async function foldersAmong(
  files: readonly NamedFile[],
): Promise<{
  readonly archives: readonly FolderArchive[];
  readonly others: readonly NamedFile[];
  readonly refused: readonly { readonly file: string; readonly fault: Fault }[];
}> {
  const archives: FolderArchive[] = [];
  const refused: { file: string; fault: Fault }[] = [];
  let others = files;
  for (const { path, file } of files) {
    if (path !== MANIFEST && !path.endsWith(`/${MANIFEST}`)) continue;
    const root = path.slice(0, -MANIFEST.length);
    others = others.filter((one) => one.path !== path);
    try {
      const entries = parseManifest(path, await file.text()).filter(({ kind }) => ORDER.includes(kind));
      const inside = new Map(others.map((one) => [one.path, one.file]));
      others = others.filter(
        (one) =>
          !one.path.startsWith(root) ||
          !/^(datasets|runs|answers|written|unreadable)\//.test(one.path.slice(root.length)),
      );
      for (const entry of entries)
        archives.push({ path: root + entry.file, entry, file: inside.get(root + entry.file) ?? null });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ file: path, fault: error.toFault() });
    }
  }
  archives.sort((a, b) => ORDER.indexOf(a.entry.kind) - ORDER.indexOf(b.entry.kind));
  return { archives, others, refused };
}

/** The archive with the bytes that it was saved with. Throws `STUDY_UNREADABLE`. */
export async function wholeArchive({ path, entry, file }: FolderArchive): Promise<Blob> {
  if (file?.size === entry.bytes && String(await partDigests(file)) === String(entry.parts)) return file;
  throw new AppError(
    'STUDY_UNREADABLE',
    `${path} cannot be read: ${file ? 'it is not as it was saved' : 'it is missing'} (${entry.name}).`,
    'The rest of the folder is restored. Use another copy of the backup for it.',
  );
}
