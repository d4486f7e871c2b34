import type { NamedFile } from '../domain/protocol';

declare global {
  interface DataTransferItem {
    getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>;
  }
}

/** A file dragged out of another program may have no entry. */
type Root = FileSystemEntry | File | null;

/** What was dropped. Call during the `drop` event: the browser empties the list afterwards. */
export const rootsOf = (transfer: DataTransfer): readonly Root[] =>
  [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());

/** All files of what was dropped, folders walked to their leaves, with paths relative to it. */
export async function filesBelow(roots: readonly Root[]): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  for (const root of roots)
    if (root instanceof File) files.push({ path: root.name, file: root });
    else if (root) await walk(root, files);
  return files;
}

/** The one folder of a drop, where the browser lets a page look into it again; null otherwise. Call during the `drop` event. */
export async function droppedFolder(transfer: DataTransfer): Promise<FileSystemDirectoryHandle | null> {
  const [item, more] = transfer.items;
  const handle = more ? null : await item?.getAsFileSystemHandle?.();
  return handle instanceof FileSystemDirectoryHandle ? handle : null;
}

/** The files of an `<input type="file">`; with `webkitdirectory` their paths start with the folder's name. */
export function pickedFiles(list: FileList | null): NamedFile[] {
  return [...(list ?? [])]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !isClutter(path));
}

async function walk(entry: FileSystemEntry, into: NamedFile[]): Promise<void> {
  const path = entry.fullPath.replace(/^\//, '');
  if (isClutter(path)) return;
  if (isFile(entry)) {
    into.push({ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) });
  } else if (isDirectory(entry)) {
    const reader = entry.createReader();
    // One call answers at most 100 entries; an empty answer is the end.
    for (;;) {
      const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (batch.length === 0) return;
      for (const child of batch) await walk(child, into);
    }
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** What operating systems leave in folders. */
function isClutter(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db');
}
