import { LINK, LINK_INFO, SYMBOLS, type Message } from './hdf5Header';
import { openHeap } from './hdf5Heap';
import { Fields, NOWHERE, type Hdf5File } from './hdf5Reader';
import { newTree, oldTree } from './hdf5Trees';

/** Bytes of a name in a link's record that lies in a heap. */
const HASH_BYTES = 4;

export interface Link {
  readonly name: string;
  /** Where the header of the object lies. */
  readonly address: number;
}

/** What a group holds, without links to elsewhere; null for what is no group. Throws `FILE_BROKEN` or `FILE_UNSUPPORTED`. */
export async function linksOf(file: Hdf5File, messages: readonly Message[]): Promise<Link[] | null> {
  const links: Link[] = [];
  let isGroup = false;
  for (const { kind, bytes } of messages) {
    const fields = new Fields(file, bytes);
    if (kind === SYMBOLS) await symbolTable(file, fields.address(), fields.address(), links);
    if (kind === LINK) addLink(fields, links);
    if (kind === LINK_INFO) await denseLinks(file, fields, links);
    isGroup ||= kind === SYMBOLS || kind === LINK || kind === LINK_INFO;
  }
  return isGroup ? links : null;
}

/** The old form: a B-tree of tables, whose names lie in a heap. */
async function symbolTable(file: Hdf5File, tree: number, heap: number, links: Link[]): Promise<void> {
  const head = await file.fields(heap, 8 + 2 * file.lengthBytes + file.addressBytes);
  head.signature('HEAP');
  head.skip(4);
  const length = head.length();
  head.length();
  const names = await file.fields(head.address(), length);
  await oldTree(file, tree, 0, file.lengthBytes, async (_, node) => {
    const start = await file.fields(node, 8);
    start.signature('SNOD');
    start.skip(2);
    const number = start.u16();
    const each = 2 * file.addressBytes + 24;
    const entries = await file.fields(node + 8, number * each);
    for (let i = 0; i < number; i++) {
      const name = textAt(names, entries.address());
      const address = entries.address();
      // Kind 2 is a link by name.
      const kind = entries.u32();
      entries.skip(20);
      if (kind !== 2 && address !== NOWHERE) links.push({ name, address });
    }
  });
}

const utf8 = new TextDecoder();

function textAt({ bytes }: Fields, start: number): string {
  const end = bytes.indexOf(0, start);
  return utf8.decode(bytes.subarray(start, end < 0 ? bytes.length : end));
}

/** A link in a record of its own; links by name are passed over. */
function addLink(fields: Fields, links: Link[]): void {
  fields.skip(1);
  const flags = fields.u8();
  const kind = flags & 8 ? fields.u8() : 0;
  fields.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const length = fields.unsigned(2 ** (flags & 3));
  const name = utf8.decode(fields.take(length));
  if (kind === 0) links.push({ name, address: fields.address() });
}

/** Many links lie in a heap, and a B-tree has their ids. */
async function denseLinks(file: Hdf5File, fields: Fields, links: Link[]): Promise<void> {
  fields.skip(1);
  const flags = fields.u8();
  if (flags & 1) fields.skip(8);
  const heapAddress = fields.address();
  const tree = fields.address();
  if (heapAddress === NOWHERE || tree === NOWHERE) return;
  const heap = await openHeap(file, heapAddress);
  await newTree(file, tree, async (record) => {
    record.skip(HASH_BYTES);
    addLink(await heap.get(record.take(record.left)), links);
  });
}
