import { Fields, NOWHERE, type Hdf5File } from './hdf5Reader';

export const HDF5_MAGIC = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;

/** Kinds of messages in an object's header. */
export const DATASPACE = 1;
export const LINK_INFO = 2;
export const DATATYPE = 3;
export const OLD_FILL = 4;
export const FILL = 5;
export const LINK = 6;
export const EXTERNAL_FILES = 7;
export const LAYOUT = 8;
export const FILTERS = 11;
const CONTINUATION = 16;
export const SYMBOLS = 17;

const MOST_MESSAGES = 100_000;

export interface Message {
  readonly kind: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Where the header of the root group lies. Sets the sizes of addresses and lengths. Throws `FILE_BROKEN`. */
export async function readSuperblock(file: Hdf5File): Promise<number> {
  const fields = await file.fields(0, 128);
  fields.skip(8);
  const version = fields.u8();
  if (version > 3) throw file.unsupported(`has the format version ${version}`);
  if (version <= 1) fields.skip(4);
  file.addressBytes = sizeOf(file, fields);
  file.lengthBytes = sizeOf(file, fields);
  if (version <= 1) {
    fields.skip(1 + 2 + 2 + 4 + (version === 1 ? 4 : 0));
    const base = fields.address();
    if (base !== 0) throw file.unsupported('has its addresses counted from another place');
    for (let i = 0; i < 4; i++) fields.address();
    return fields.address();
  }
  fields.skip(1);
  const base = fields.address();
  if (base !== 0) throw file.unsupported('has its addresses counted from another place');
  fields.address();
  fields.address();
  return fields.address();
}

function sizeOf(file: Hdf5File, fields: Fields): number {
  const size = fields.u8();
  if (size !== 2 && size !== 4 && size !== 8) throw file.broken('its addresses have an impossible size');
  return size;
}

/** The messages of the object whose header lies at `address`. Throws `FILE_BROKEN`. */
export async function readMessages(file: Hdf5File, address: number, depth = 0): Promise<Message[]> {
  if (depth > 4) throw file.broken('a type is shared in a circle');
  const start = await file.fields(address, 4);
  return start.u8() === 0x4f ? newMessages(file, address, depth) : oldMessages(file, address, depth);
}

type Part = readonly [address: number, length: number];

async function oldMessages(file: Hdf5File, address: number, depth: number): Promise<Message[]> {
  const head = await file.fields(address, 16);
  if (head.u8() !== 1) throw file.broken('the header of an object is damaged');
  head.skip(7);
  const messages: Message[] = [];
  const parts: Part[] = [[address + 16, head.u32()]];
  for (const [start, length] of parts) {
    const fields = await file.fields(start, length);
    while (fields.left >= 8) {
      const kind = fields.u16();
      const size = fields.u16();
      const flags = fields.u8();
      fields.skip(3);
      await keep(file, depth, messages, parts, kind, flags, fields.take(Math.min(size, fields.left)));
    }
    checkNumber(file, messages, parts);
  }
  return messages;
}

async function newMessages(file: Hdf5File, address: number, depth: number): Promise<Message[]> {
  const head = await file.fields(address, 64);
  head.signature('OHDR');
  if (head.u8() !== 2) throw file.broken('the header of an object is damaged');
  const flags = head.u8();
  head.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
  const first = head.unsigned(2 ** (flags & 3));
  const messages: Message[] = [];
  const parts: Part[] = [[address + head.at, first]];
  for (const [index, [start, length]] of parts.entries()) {
    const fields = await file.fields(start, length);
    if (index > 0) fields.signature('OCHK');
    // A checksum.
    const end = index > 0 ? 4 : 0;
    const head = flags & 4 ? 6 : 4;
    while (fields.left - end >= head) {
      const kind = fields.u8();
      const size = fields.u16();
      const messageFlags = fields.u8();
      if (flags & 4) fields.skip(2);
      if (size > fields.left - end) break;
      await keep(file, depth, messages, parts, kind, messageFlags, fields.take(size));
    }
    checkNumber(file, messages, parts);
  }
  return messages;
}

function checkNumber(file: Hdf5File, messages: readonly Message[], parts: readonly Part[]): void {
  if (messages.length > MOST_MESSAGES || parts.length > 1000) throw file.broken('the header of an object has no end');
}

async function keep(
  file: Hdf5File,
  depth: number,
  messages: Message[],
  parts: Part[],
  kind: number,
  flags: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  if (kind === CONTINUATION) {
    const fields = new Fields(file, bytes);
    parts.push([fields.address(), fields.length()]);
  } else if (flags & 2 && kind === DATATYPE) {
    const shared = await readMessages(file, sharedAddress(file, new Fields(file, bytes)), depth + 1);
    messages.push(...shared.filter((message) => message.kind === DATATYPE));
  } else messages.push({ kind, bytes });
}

/** A datatype with a name of its own: where the header of its object lies. */
function sharedAddress(file: Hdf5File, fields: Fields): number {
  const version = fields.u8();
  const type = fields.u8();
  if (version === 1) fields.skip(6);
  const address = version === 3 && type === 1 ? NOWHERE : fields.address();
  if (address === NOWHERE) throw file.unsupported('shares its types');
  return address;
}
