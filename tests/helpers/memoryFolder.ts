import type { Folder } from '../../workers/sharing/folder';

/** A folder in memory. `before` is told of every change before it is made, and may refuse it. */
export class MemoryFolder implements Folder {
  readonly files = new Map<string, Blob>();
  /** Paths that were written, in order. */
  readonly written: string[] = [];
  before: (path: string) => void = () => undefined;

  async ready(): Promise<void> {
    return undefined;
  }

  async read(path: string): Promise<Blob | null> {
    return this.files.get(path) ?? null;
  }

  async write(path: string, content: Blob): Promise<void> {
    this.before(path);
    this.written.push(path);
    this.files.set(path, new Blob([await content.arrayBuffer()]));
  }

  async remove(path: string): Promise<void> {
    this.before(path);
    this.files.delete(path);
  }

  /** As a person drops it. */
  named(name: string): { path: string; file: Blob }[] {
    return [...this.files].map(([path, file]) => ({ path: `${name}/${path}`, file }));
  }
}
