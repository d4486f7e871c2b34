import type { Opened } from './format';
import type { ByteSource, Watch } from './source';
import { torchArrays } from './torchArrays';
import type { Storage } from './torchTensor';
import { readTorchPickle } from './torchPickle';
import { broken } from './torchValues';
import { entrySource, entryStart } from './zipEntry';
import type { ZipEntry } from './zipDirectory';

/** The pickle in a file of tensors holds names and shapes; these are some hundred thousand of them. */
const LONGEST_PICKLE = 128 * 2 ** 20;

/** The entry of a zip archive of `torch.save` that holds all but the values; undefined when it is another archive. */
export const torchRecord = (entries: readonly ZipEntry[]): ZipEntry | undefined =>
  entries.find(({ name }) => /^[^/]*\/data\.pkl$/.test(name));

/** A zip archive of `torch.save`. Throws `FILE_UNSUPPORTED`, `FILE_BROKEN` and what its one array throws. */
export async function openTorchZip(
  archive: ByteSource,
  blob: Blob,
  entries: readonly ZipEntry[],
  record: ZipEntry,
  watch: Watch,
): Promise<Opened> {
  const { path } = archive;
  const prefix = record.name.slice(0, -'data.pkl'.length);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  if (record.size > LONGEST_PICKLE) throw broken(path, 'its description is too long');
  const pickle = await contentOf(entrySource(archive, blob, record), watch);
  const order = byName.get(`${prefix}byteorder`);
  const bigEndian = order
    ? new TextDecoder().decode(await contentOf(entrySource(archive, blob, order), watch)) === 'big'
    : false;
  const { value } = readTorchPickle(path, pickle, 0);
  const storages = new Map<string, Storage>();
  const found = {
    bigEndian,
    find: (key: string): Storage | null => {
      const entry = byName.get(`${prefix}data/${key}`);
      if (entry?.method !== 0 || entry.encrypted) return null;
      const storage = storages.get(key) ?? zipStorage(path, blob, entry);
      storages.set(key, storage);
      return storage;
    },
  };
  return { kind: 'arrays', what: 'a PyTorch file', arrays: await torchArrays(path, value, found, watch) };
}

/** PyTorch pads local headers so that values begin at multiples of 64. */
const LONGEST_PADDING = 128;

function zipStorage(path: string, blob: Blob, entry: ZipEntry): Storage {
  let start: Promise<number> | null = null;
  return {
    blob,
    bytes: entry.size,
    from: entry.headerOffset,
    header: 30 + entry.name.length + LONGEST_PADDING,
    start: (watch) => (start ??= entryStart(path, blob, entry, watch)),
    startWithin: (head) =>
      head.byteLength < 30 || head.getUint32(0, true) !== 0x04034b50
        ? null
        : entry.headerOffset + 30 + head.getUint16(26, true) + head.getUint16(28, true),
  };
}

async function contentOf(source: ByteSource, watch: Watch): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of source.chunks(watch)) {
    parts.push(chunk);
    length += chunk.length;
    if (length > LONGEST_PICKLE) throw broken(source.path, 'its description is too long');
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
