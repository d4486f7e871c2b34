import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../src/domain/errors';

/**
 * Writing in a folder that several machines share. No lock of the operating system is used, because over NFS such locks depend on a service that may not
 * run. Everything rests on two operations that a server does as one: rename(2), which puts a whole file or folder in place, and
 * link(2), which gives a file a name that nobody has yet, or fails. O_EXCL is not used: NFS before version 3 did not have it.
 */

/** The code of an error of the file system, such as `ENOENT`; an empty text for any other. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && !(error instanceof AppError) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** A name beside `path` that nobody reads and nobody else writes. */
const draftOf = (path: string): string => join(dirname(path), `.${basename(path)}.${randomUUID()}`);

/** Puts a file in place whole or not at all: it is written under another name, sent to the disk and renamed. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeWholeBy(path, (file) => file.writeFile(content));
}

/** The same for what is written piece by piece. */
export async function writeWholeBy(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const draft = draftOf(path);
  try {
    const file = await open(draft, 'w');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
}

/**
 * Makes a file with this content if there is none of its name; says whether it did. Of several that try at the same time one succeeds, on NFS too: the
 * content is written under another name, and link(2) gives it the name or refuses. An answer that is lost on the network makes the client ask again, and the
 * second answer is a refusal; then the count of names says that the first has succeeded.
 */
export async function createOnce(path: string, content: string): Promise<boolean> {
  const draft = draftOf(path);
  await writeWhole(draft, content);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return (await stat(draft)).nlink === 2;
    if (['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(codeOf(error)))
      throw new AppError(
        'PLAN_FOLDER',
        `The file system of ${dirname(path)} has no hard links, by which workers agree on who does what.`,
        'Put the folder on a file system that has them, such as NFS, Lustre, BeeGFS or a disk of this machine.',
      );
    throw error;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

/**
 * Puts a folder that is complete in the place of `path`; says whether it did. False where there is one already: rename(2) does not replace a folder that
 * holds something. The draft is gone either way.
 */
export async function placeFolder(draft: string, path: string): Promise<boolean> {
  try {
    await rename(draft, path);
    return true;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error))) throw error;
    // What was asked for twice over the network is gone the second time.
    const lost = codeOf(error) === 'ENOENT';
    if (lost && !(await exists(path))) throw error;
    await rm(draft, { recursive: true, force: true });
    return lost;
  }
}

export const makeFolder = async (path: string): Promise<void> => void (await mkdir(path, { recursive: true }));

/** The names in a folder; none where there is no such folder. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The text of a file; null where there is none. */
export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * When a file was last written, in the milliseconds of whoever wrote it; null where there is none. The file is opened, which makes an NFS client ask the server
 * instead of its own memory.
 */
export async function stampOf(path: string): Promise<number | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
  }
}
