import type { NamedFile } from '../domain/protocol';
import { STUDY_PLAN, type StudyReader } from '../domain/studyFolder';

/** A study’s folder as the page has it. */
export interface StudySource extends StudyReader {
  readonly name: string;
  /** Whether it can be looked into again. */
  readonly live: boolean;
  file(path: string): Promise<Blob | null>;
  /** Nothing below this path is asked for any more. */
  forget(path: string): void;
}

interface Seen {
  readonly stamp: string;
  /** When this page first saw it so, by `performance.now()`. */
  readonly since: number;
  readonly text: string | null;
}

const nameOf = (error: unknown): string => (error instanceof DOMException ? error.name : '');
/** Gone, or another kind of thing. */
const isMissing = (error: unknown): boolean => ['NotFoundError', 'TypeMismatchError'].includes(nameOf(error));

/** A folder that the person chose or dropped. A file is read again only when its time or size has changed. */
export class HandleSource implements StudySource {
  readonly live = true;
  readonly #root: FileSystemDirectoryHandle;
  readonly #folders = new Map<string, FileSystemDirectoryHandle>();
  readonly #seen = new Map<string, Seen>();
  readonly #now: () => number;

  /** `now`: milliseconds of a clock that only goes forwards. */
  constructor(root: FileSystemDirectoryHandle, now: () => number = () => performance.now()) {
    this.#root = root;
    this.#now = now;
  }

  get name(): string {
    return this.#root.name;
  }

  async names(path: string): Promise<string[]> {
    try {
      const names: string[] = [];
      for await (const name of (await this.#folder(path)).keys()) names.push(name);
      return names;
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#folders.delete(path);
      return [];
    }
  }

  async text(path: string): Promise<string | null> {
    const file = await this.file(path);
    if (!file) return null;
    const seen = this.#look(path, file);
    if (seen.text !== null) return seen.text;
    try {
      const text = await file.text();
      this.#seen.set(path, { ...seen, text });
      return text;
    } catch (error) {
      // It was replaced meanwhile, and is there as a whole at the next look.
      if (isMissing(error) || nameOf(error) === 'NotReadableError') return null;
      throw error;
    }
  }

  /** By this page’s clock, from when it first saw the file as it is: clocks of machines are not compared. */
  async quiet(path: string): Promise<number | null> {
    const file = await this.file(path);
    return file && (this.#now() - this.#look(path, file).since) / 1000;
  }

  async file(path: string): Promise<File | null> {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    try {
      return await (await (await this.#folder(parts.join('/'))).getFileHandle(name)).getFile();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  forget(path: string): void {
    for (const map of [this.#folders, this.#seen])
      for (const key of map.keys()) if (key === path || key.startsWith(`${path}/`)) map.delete(key);
  }

  #look(path: string, { lastModified, size }: File): Seen {
    const stamp = `${lastModified} ${size}`;
    const before = this.#seen.get(path);
    if (before?.stamp === stamp) return before;
    const seen: Seen = { stamp, since: this.#now(), text: null };
    this.#seen.set(path, seen);
    return seen;
  }

  async #folder(path: string): Promise<FileSystemDirectoryHandle> {
    if (path === '') return this.#root;
    const known = this.#folders.get(path);
    if (known) return known;
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    const folder = await (await this.#folder(parts.join('/'))).getDirectoryHandle(name);
    this.#folders.set(path, folder);
    return folder;
  }
}

/** Files of a folder that were picked or dropped where the browser gives a page no folder: how it was then. */
export class FilesSource implements StudySource {
  readonly live = false;
  readonly name: string;
  readonly #files: ReadonlyMap<string, Blob>;

  constructor(name: string, files: ReadonlyMap<string, Blob>) {
    this.name = name;
    this.#files = files;
  }

  async names(path: string): Promise<string[]> {
    const start = `${path}/`;
    const below = [...this.#files.keys()].filter((one) => one.startsWith(start));
    return [...new Set(below.map((one) => one.slice(start.length).split('/')[0] ?? ''))];
  }

  async text(path: string): Promise<string | null> {
    return (await this.file(path))?.text() ?? null;
  }

  async quiet(path: string): Promise<number | null> {
    const file = await this.file(path);
    return file instanceof File ? Math.max(0, (Date.now() - file.lastModified) / 1000) : null;
  }

  async file(path: string): Promise<Blob | null> {
    return this.#files.get(path) ?? null;
  }

  forget(): void {
    return undefined;
  }
}

/** The study whose folder these files are; null where there is no plan at the head of them. */
export function studyAmong(files: readonly NamedFile[]): FilesSource | null {
  const root = files.find(({ path }) => path.split('/').length === 2 && path.endsWith(`/${STUDY_PLAN}`));
  if (!root) return null;
  const start = root.path.slice(0, -STUDY_PLAN.length);
  const within = files.filter(({ path }) => path.startsWith(start));
  return new FilesSource(start.slice(0, -1), new Map(within.map(({ path, file }) => [path.slice(start.length), file])));
}

/** Whether a folder holds a study. */
export const isStudyFolder = async (folder: FileSystemDirectoryHandle): Promise<boolean> =>
  (await new HandleSource(folder).file(STUDY_PLAN)) !== null;
