/** A folder as browsers give one to a page, in memory. Files are replaced as a whole, and each write has a time of its own. */
export class FakeFolder {
  readonly kind = 'directory';
  readonly name: string;
  readonly entries = new Map<string, FakeFolder | File>();
  /** Names of files that were read, in order. */
  readonly read: string[] = [];
  #time = 1;

  constructor(name: string) {
    this.name = name;
  }

  get handle(): FileSystemDirectoryHandle {
    return this as unknown as FileSystemDirectoryHandle;
  }

  put(path: string, content: string): void {
    const [name = '', ...rest] = path.split('/');
    if (rest.length > 0) {
      const folder = this.entries.get(name) ?? new FakeFolder(name);
      this.entries.set(name, folder);
      (folder as FakeFolder).put(rest.join('/'), content);
      return;
    }
    const file = new File([content], name, { lastModified: this.#time++ });
    const text = file.text.bind(file);
    file.text = () => (this.read.push(name), text());
    this.entries.set(name, file);
  }

  remove(path: string): void {
    const [name = '', ...rest] = path.split('/');
    if (rest.length === 0) this.entries.delete(name);
    else (this.entries.get(name) as FakeFolder).remove(rest.join('/'));
  }

  at(path: string): FakeFolder {
    return path.split('/').reduce<FakeFolder>((folder, name) => folder.entries.get(name) as FakeFolder, this);
  }

  async *keys(): AsyncGenerator<string> {
    yield* this.entries.keys();
  }

  async getDirectoryHandle(name: string): Promise<FakeFolder> {
    const found = this.entries.get(name);
    if (found instanceof FakeFolder) return found;
    throw new DOMException('no such folder', found ? 'TypeMismatchError' : 'NotFoundError');
  }

  async getFileHandle(name: string): Promise<{ getFile: () => Promise<File> }> {
    const found = this.entries.get(name);
    if (found instanceof File) return { getFile: async () => found };
    throw new DOMException('no such file', found ? 'TypeMismatchError' : 'NotFoundError');
  }
}
