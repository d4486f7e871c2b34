import { openAsBlob } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { AppError } from '../src/domain/errors';
import type { NamedFile } from '../src/domain/protocol';

/** The files of a folder (or the one file), read lazily. */
export async function filesOf(path: string): Promise<NamedFile[]> {
  const found: string[] = [];
  try {
    if ((await stat(path)).isFile()) return [{ path: basename(path), file: await openAsBlob(path) }];
    for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
      if (entry.isFile()) found.push(join(entry.parentPath, entry.name));
    }
  } catch (error) {
    throw new AppError(
      'FILE_UNREADABLE',
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Check the path.',
    );
  }
  return Promise.all(found.sort().map(async (file) => ({ path: relative(path, file), file: await openAsBlob(file) })));
}
