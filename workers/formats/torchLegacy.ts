import { entry } from '../../src/domain/at';
import type { Format } from './format';
import { readPickle, type ReadPickle } from './pickle';
import { PickleRefusal } from './pickleBytes';
import { PickledDict, PickledGlobal, PickledList, type Pickled, type PickledReference } from './pickleValues';
import { readSlice, spool, type Watch } from './source';
import { torchArrays } from './torchArrays';
import type { Storage } from './torchTensor';
import { TENSOR_CALLS, broken, storageElementBytes } from './torchValues';

/** Magic number of the form before zip: the pickle of 0x1950a86a20f9469cfc6c. */
const MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e] as const;
/** Magic number, protocol, machine, value, keys of storages. */
const PICKLES = 5;
/** Where the pickles end is not known beforehand: as much is read at first, and more while they are cut off. */
const FIRST_READ = 2 ** 20;
const LONGEST_PICKLES = 128 * 2 ** 20;
/** Lengths that are asked for at once. */
const PARALLEL_READS = 64;

/** PyTorch's form before 1.6: pickles one after the other, then the values of each storage. */
export const torchLegacy: Format = {
  name: 'torch',
  match: (head) => MAGIC.every((byte, i) => head[i] === byte),
  open: async (source, watch) => {
    const { path } = source;
    const blob = await spool(source, { signal: watch.signal });
    const pickles = await readPickles(path, blob, watch);
    const [, , machine, value] = pickles.map((pickle) => pickle.value);
    const storages = await readStorages(path, blob, pickles, watch);
    const found = { bigEndian: isBigEndian(machine), find: (key: string) => storages.get(key) ?? null };
    return { kind: 'arrays', what: 'a PyTorch file', arrays: await torchArrays(path, value ?? null, found, watch) };
  },
};

async function readPickles(path: string, blob: Blob, watch: Watch): Promise<readonly ReadPickle[]> {
  for (let length = FIRST_READ; ; length *= 4) {
    const bytes = await readSlice(path, blob, 0, Math.min(length, LONGEST_PICKLES, blob.size), {
      signal: watch.signal,
    });
    try {
      const pickles: ReadPickle[] = [];
      for (let i = 0; i < PICKLES; i++) pickles.push(readPickle(bytes, pickles.at(-1)?.end ?? 0, TENSOR_CALLS));
      return pickles;
    } catch (error) {
      if (!(error instanceof PickleRefusal)) throw error;
      if (!error.short || bytes.length === blob.size || length >= LONGEST_PICKLES) throw broken(path, error.message);
    }
  }
}

function isBigEndian(machine: Pickled | undefined): boolean {
  const entries = machine instanceof PickledDict ? machine.entries : [];
  return entries.some(([key, value]) => key === 'little_endian' && value === false);
}

/** Each storage by its key, in the order of the file: its number of elements, then they. */
async function readStorages(
  path: string,
  blob: Blob,
  pickles: readonly ReadPickle[],
  watch: Watch,
): Promise<Map<string, Storage>> {
  const keys = pickles[4]?.value;
  const sizes = new Map((pickles[3]?.references ?? []).flatMap((reference) => sizeOf(reference)));
  const storages = new Map<string, Storage>();
  let at = pickles[4]?.end ?? 0;
  const claims: { readonly at: number; readonly elements: number }[] = [];
  for (const key of keys instanceof PickledList ? keys.items : []) {
    const size = typeof key === 'string' ? sizes.get(key) : undefined;
    if (typeof key !== 'string' || !size || at + 8 + size.bytes > blob.size)
      throw broken(path, 'the values of its tensors are missing');
    const from = at + 8;
    storages.set(key, { blob, bytes: size.bytes, from, header: 0, start: async () => from, startWithin: () => from });
    claims.push({ at, elements: size.elements });
    at = from + size.bytes;
  }
  for (let i = 0; i < claims.length; i += PARALLEL_READS) {
    const group = claims.slice(i, i + PARALLEL_READS);
    const found = await Promise.all(
      group.map((claim) => readSlice(path, blob, claim.at, claim.at + 8, { signal: watch.signal })),
    );
    for (const [j, bytes] of found.entries())
      if (new DataView(bytes.buffer).getBigInt64(0, true) !== BigInt(entry(group, j).elements))
        throw broken(path, 'its tensors are not where they should be');
  }
  return storages;
}

/** What a reference says of its storage: ('storage', type, key, device, elements, …). */
function sizeOf({ id }: PickledReference): [string, { elements: number; bytes: number }][] {
  const [, type, key, , elements] = id;
  if (!(type instanceof PickledGlobal) || typeof key !== 'string' || typeof elements !== 'number') return [];
  const each = storageElementBytes(type.name);
  return each === null || elements < 0 ? [] : [[key, { elements, bytes: elements * each }]];
}
