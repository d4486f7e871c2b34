import { Fields, NOWHERE, type Hdf5File } from './hdf5Reader';

/** A damaged tree may lead in circles. */
const MOST_NODES = 1_000_000;
const DEEPEST = 32;

/** Keys and children of an old B-tree, leaf by leaf. `keyBytes` of each key go to `take` with the child's address. */
export async function oldTree(
  file: Hdf5File,
  root: number,
  kind: number,
  keyBytes: number,
  take: (key: Fields, child: number) => void | Promise<void>,
): Promise<void> {
  const seen = new Set<number>();
  const visit = async (address: number, depth: number): Promise<void> => {
    if (seen.has(address) || seen.size > MOST_NODES || depth > DEEPEST) throw file.broken('an index leads in circles');
    seen.add(address);
    const head = await file.fields(address, 8 + 2 * file.addressBytes);
    head.signature('TREE');
    if (head.u8() !== kind) throw file.broken('an index is of another kind');
    const level = head.u8();
    const entries = head.u16();
    const fields = await file.fields(address + 8 + 2 * file.addressBytes, entries * (keyBytes + file.addressBytes));
    for (let i = 0; i < entries; i++) {
      const key = new Fields(file, fields.take(keyBytes));
      const child = fields.address();
      if (level > 0) await visit(child, depth + 1);
      else await take(key, child);
    }
  };
  await visit(root, 0);
}

/** Bytes that numbers up to `limit` take. */
export const bytesFor = (limit: number): number => Math.floor(Math.log2(Math.max(1, limit)) / 8) + 1;

/** The records of a new B-tree, in its order. */
export async function newTree(
  file: Hdf5File,
  address: number,
  take: (record: Fields) => void | Promise<void>,
): Promise<void> {
  const head = await file.fields(address, 64);
  head.signature('BTHD');
  head.skip(2);
  const nodeBytes = head.u32();
  const recordBytes = head.u16();
  const depth = head.u16();
  head.skip(2);
  const root = head.address();
  const rootRecords = head.u16();
  if (recordBytes === 0 || nodeBytes > 2 ** 24 || depth > DEEPEST) throw file.broken('an index is damaged');
  if (root === NOWHERE) return;
  const most = [Math.floor((nodeBytes - 10) / recordBytes)];
  const countBytes = bytesFor(most[0] ?? 1);
  const all = [most[0] ?? 0];
  const allBytes = [0];
  for (let level = 1; level <= depth; level++) {
    const pointer = file.addressBytes + countBytes + (allBytes[level - 1] ?? 0);
    const records = Math.floor((nodeBytes - 10 - pointer) / (recordBytes + pointer));
    most.push(records);
    all.push((records + 1) * (all[level - 1] ?? 0) + records);
    allBytes.push(bytesFor(all[level] ?? 1));
  }
  let nodes = 0;
  const visit = async (at: number, records: number, level: number): Promise<void> => {
    if (++nodes > MOST_NODES || records > (most[level] ?? 0)) throw file.broken('an index is damaged');
    const fields = await file.fields(at, nodeBytes);
    fields.signature(level > 0 ? 'BTIN' : 'BTLF');
    fields.skip(2);
    const found = Array.from({ length: records }, () => new Fields(file, fields.take(recordBytes)));
    for (let i = 0; i <= records; i++) {
      if (level > 0) {
        const child = fields.address();
        const childRecords = fields.unsigned(countBytes);
        fields.skip(level > 1 ? (allBytes[level - 1] ?? 0) : 0);
        await visit(child, childRecords, level - 1);
      }
      const record = found[i];
      if (record) await take(record);
    }
  };
  await visit(root, rootRecords, depth);
}
