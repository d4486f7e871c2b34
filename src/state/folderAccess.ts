import type { NamedFile } from '../domain/protocol';

/** Folders of the person's disk, where the browser lets a page have one. Chrome and Edge do. */

type Mode = { readonly mode: 'read' | 'readwrite' };

declare global {
  interface Window {
    showDirectoryPicker?: (options: Mode & { readonly id: string }) => Promise<FileSystemDirectoryHandle>;
  }
  interface FileSystemDirectoryHandle {
    queryPermission?: (options: Mode) => Promise<PermissionState>;
    requestPermission?: (options: Mode) => Promise<PermissionState>;
  }
}

export const canPickFolder = (): boolean => 'showDirectoryPicker' in window;

/** null where the person chose none. Folders for one purpose begin where the last one was. */
export async function pickFolder(
  purpose: 'backup' | 'study',
  mode: Mode['mode'],
): Promise<FileSystemDirectoryHandle | null> {
  try {
    return (await window.showDirectoryPicker?.({ id: `lodestone-${purpose}`, mode })) ?? null;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}

/** Whether the page may write to the folder now. The browser forgets it when the page is closed. */
export const folderPermission = async (folder: FileSystemDirectoryHandle): Promise<PermissionState> =>
  (await folder.queryPermission?.({ mode: 'readwrite' })) ?? 'granted';

/** Asks the person. Call while a click is handled. */
export const askForFolder = async (folder: FileSystemDirectoryHandle): Promise<PermissionState> =>
  (await folder.requestPermission?.({ mode: 'readwrite' })) ?? 'granted';

/** All files of a folder, with paths that start with its name. */
export async function filesOf(folder: FileSystemDirectoryHandle, path = folder.name): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  for await (const entry of folder.values()) {
    if (entry.name.startsWith('.')) continue;
    const at = `${path}/${entry.name}`;
    if (entry.kind === 'file') files.push({ path: at, file: await entry.getFile() });
    else files.push(...(await filesOf(entry, at)));
  }
  return files;
}
