import { entry } from '../../src/domain/at';
import { Fields, NOWHERE, type Hdf5File } from './hdf5Reader';
import { newTree, oldTree } from './hdf5Trees';
import type { Dataset, Layout } from './hdf5Types';

export interface Chunk {
  readonly address: number;
  /** As stored. */
  readonly size: number;
  /** Filters that were left out, by bits. */
  readonly mask: number;
}

type Chunked = Extract<Layout, { kind: 'chunked' }>;

const MOST_CHUNKS = 4_000_000;

/** Every stored chunk of a dataset by its number, row after row of the grid of chunks. Throws `FILE_BROKEN` or `FILE_UNSUPPORTED`. */
export async function readChunks(file: Hdf5File, dataset: Dataset, layout: Chunked): Promise<Map<number, Chunk>> {
  const grid = new Grid(file, dataset, layout);
  const { index } = layout;
  if (index.address === NOWHERE) return grid.chunks;
  switch (index.kind) {
    case 'tree':
      await oldTree(file, index.address, 1, 8 + 8 * (layout.chunk.length + 1), (key, address) => {
        const size = key.u32();
        const mask = key.u32();
        grid.add(
          layout.chunk.map((length) => key.unsigned(8) / length),
          { address, size, mask },
        );
      });
      break;
    case 'single':
      grid.add(
        layout.chunk.map(() => 0),
        { address: index.address, size: index.size ?? grid.chunkBytes, mask: index.mask },
      );
      break;
    case 'implicit':
      for (let i = 0; i < grid.total; i++)
        grid.addNumber(i, { address: index.address + i * grid.chunkBytes, size: grid.chunkBytes, mask: 0 });
      break;
    case 'fixed array':
      await fixedArray(file, index.address, grid);
      break;
    case 'extensible array':
      await extensibleArray(file, index.address, grid);
      break;
    case 'new tree':
      await newTree(file, index.address, (record) => {
        const rank = layout.chunk.length;
        const address = record.address();
        const sizeBytes = record.left - 8 * rank;
        const size = sizeBytes > 4 ? record.unsigned(sizeBytes - 4) : grid.chunkBytes;
        const mask = sizeBytes > 4 ? record.u32() : 0;
        grid.add(
          layout.chunk.map(() => record.unsigned(8)),
          { address, size, mask },
        );
      });
      break;
  }
  return grid.chunks;
}

/** Numbers of chunks: those of the grid that the array now has, from those that the index counts in. */
class Grid {
  readonly chunks = new Map<number, Chunk>();
  readonly chunkBytes: number;
  readonly total: number;
  readonly #file: Hdf5File;
  readonly #now: readonly number[];
  readonly #most: readonly number[];

  constructor(file: Hdf5File, { shape, most, type }: Dataset, { chunk }: Chunked) {
    this.#file = file;
    if (chunk.some((length) => length === 0)) throw file.broken('the chunks of an array are empty');
    this.chunkBytes = chunk.reduce((product, length) => product * length, type.bytes);
    this.#now = shape.map((length, i) => Math.ceil(length / entry(chunk, i)));
    this.#most = most.map((length, i) => Math.ceil(length / entry(chunk, i)));
    this.total = this.#now.reduce((product, length) => product * length, 1);
    if (this.total > MOST_CHUNKS) throw file.unsupported(`has an array in ${this.total} chunks`);
  }

  add(place: readonly number[], chunk: Chunk): void {
    if (chunk.address === NOWHERE || !place.every((at, i) => Number.isInteger(at) && at < entry(this.#now, i))) return;
    if (chunk.address + chunk.size > this.#file.blob.size) throw this.#file.broken('a chunk lies outside the file');
    const number = place.reduce((sum, at, i) => sum * entry(this.#now, i) + at, 0);
    this.chunks.set(number, chunk);
  }

  /** By the number that an index counts with: over the most chunks that the array may have, its growing dimension first. */
  addNumber(number: number, chunk: Chunk): void {
    const growing = Math.max(0, this.#most.indexOf(Infinity));
    const order = [growing, ...this.#most.keys()].filter((axis, i, all) => all.indexOf(axis) === i);
    const place = new Array<number>(this.#most.length).fill(0);
    let rest = number;
    for (const axis of order.reverse()) {
      const length = entry(this.#most, axis);
      const inside = Number.isFinite(length) ? rest % length : rest;
      place[axis] = inside;
      rest = Number.isFinite(length) ? Math.floor(rest / length) : 0;
    }
    this.add(place, chunk);
  }
}

/** Entries of an array of chunks: an address, and of packed chunks the size and the filters left out. */
function addElements(
  file: Hdf5File,
  fields: Fields,
  each: number,
  packed: boolean,
  number: number,
  first: number,
  grid: Grid,
): void {
  for (let i = 0; i < number; i++) {
    const element = new Fields(file, fields.take(each));
    const address = element.address();
    const size = packed ? element.unsigned(each - file.addressBytes - 4) : grid.chunkBytes;
    grid.addNumber(first + i, { address, size, mask: packed ? element.u32() : 0 });
  }
}

async function fixedArray(file: Hdf5File, address: number, grid: Grid): Promise<void> {
  const head = await file.fields(address, 64);
  head.signature('FAHD');
  head.skip(1);
  const packed = head.u8() === 1;
  const each = head.u8();
  const pageLength = 2 ** head.u8();
  const number = head.length();
  const block = head.address();
  checkElements(file, each, packed, number);
  if (block === NOWHERE) return;
  const prefix = 6 + file.addressBytes;
  if (number <= pageLength) {
    const fields = await file.fields(block, prefix + number * each);
    fields.signature('FADB');
    fields.skip(prefix - 4);
    return addElements(file, fields, each, packed, number, 0, grid);
  }
  const pages = Math.ceil(number / pageLength);
  const bits = await file.fields(block, prefix + Math.ceil(pages / 8));
  bits.signature('FADB');
  bits.skip(prefix - 4);
  await readPages(file, bits, block + prefix + Math.ceil(pages / 8) + 4, number, pageLength, each, packed, 0, grid);
}

/** Pages of an array of chunks, each with a checksum; those whose bit is not set were never written. */
async function readPages(
  file: Hdf5File,
  bits: Fields,
  start: number,
  number: number,
  pageLength: number,
  each: number,
  packed: boolean,
  first: number,
  grid: Grid,
): Promise<void> {
  const set = bits.take(Math.ceil(Math.ceil(number / pageLength) / 8));
  for (let page = 0; page * pageLength < number; page++) {
    if (((set[page >> 3] ?? 0) & (0x80 >> (page & 7))) === 0) continue;
    const length = Math.min(pageLength, number - page * pageLength);
    const fields = await file.fields(start + page * (pageLength * each + 4), length * each);
    addElements(file, fields, each, packed, length, first + page * pageLength, grid);
  }
}

function checkElements(file: Hdf5File, each: number, packed: boolean, number: number): void {
  const sizeBytes = each - file.addressBytes - 4;
  if (packed ? sizeBytes < 1 || sizeBytes > 8 : each !== file.addressBytes)
    throw file.broken('an index of chunks is damaged');
  if (number > MOST_CHUNKS) throw file.broken('an index has too many chunks');
}

/** An array that grows: a few elements in its index block, then blocks of doubling sizes. */
async function extensibleArray(file: Hdf5File, address: number, grid: Grid): Promise<void> {
  const head = await file.fields(address, 128);
  head.signature('EAHD');
  head.skip(1);
  const packed = head.u8() === 1;
  const [each, bits, inIndex, least, pointers, pageBits] = [
    head.u8(),
    head.u8(),
    head.u8(),
    head.u8(),
    head.u8(),
    head.u8(),
  ];
  for (let i = 0; i < 4; i++) head.length();
  const used = head.length();
  head.length();
  const block = head.address();
  checkElements(file, each, packed, used);
  if (block === NOWHERE) return;
  if (least === 0 || pointers === 0 || bits > 64) throw file.broken('an index of chunks is damaged');
  const array: Growing = { each, packed, used, pageLength: 2 ** pageBits, offsetBytes: Math.ceil(bits / 8) };
  const levels = 1 + bits - Math.floor(Math.log2(least));
  const direct = 2 * Math.floor(Math.log2(pointers));
  const fields = await file.fields(
    block,
    6 + file.addressBytes + inIndex * each + (2 * pointers + levels) * file.addressBytes,
  );
  fields.signature('EAIB');
  fields.skip(2 + file.addressBytes);
  addElements(file, fields, each, packed, inIndex, 0, grid);
  let first = inIndex;
  for (let level = 0; level < levels && first < used; level++) {
    const blocks = 2 ** Math.floor(level / 2);
    const length = 2 ** Math.floor((level + 1) / 2) * least;
    if (level < direct) {
      for (let i = 0; i < blocks; i++, first += length)
        await dataBlock(file, fields.address(), array, length, first, null, grid);
    } else {
      await secondaryBlock(file, fields.address(), array, blocks, length, first, grid);
      first += blocks * length;
    }
  }
}

interface Growing {
  readonly each: number;
  readonly packed: boolean;
  /** Elements up to the last one that was set. */
  readonly used: number;
  readonly pageLength: number;
  readonly offsetBytes: number;
}

async function secondaryBlock(
  file: Hdf5File,
  address: number,
  array: Growing,
  blocks: number,
  length: number,
  start: number,
  grid: Grid,
): Promise<void> {
  if (address === NOWHERE) return;
  const pageBytes = length > array.pageLength ? Math.ceil(Math.ceil(length / array.pageLength) / 8) : 0;
  const fields = await file.fields(
    address,
    6 + file.addressBytes + array.offsetBytes + blocks * (pageBytes + file.addressBytes),
  );
  fields.signature('EASB');
  fields.skip(2 + file.addressBytes + array.offsetBytes);
  const bits = Array.from({ length: blocks }, () => new Fields(file, fields.take(pageBytes)));
  for (let i = 0; i < blocks && start + i * length < array.used; i++)
    await dataBlock(file, fields.address(), array, length, start + i * length, bits[i] ?? null, grid);
}

async function dataBlock(
  file: Hdf5File,
  address: number,
  { each, packed, pageLength, offsetBytes }: Growing,
  length: number,
  first: number,
  bits: Fields | null,
  grid: Grid,
): Promise<void> {
  if (address === NOWHERE) return;
  const prefix = 6 + file.addressBytes + offsetBytes;
  const isPaged = length > pageLength && bits;
  const fields = await file.fields(address, prefix + (isPaged ? 0 : length * each));
  fields.signature('EADB');
  fields.skip(prefix - 4);
  if (isPaged) await readPages(file, bits, address + prefix + 4, length, pageLength, each, packed, first, grid);
  else addElements(file, fields, each, packed, length, first, grid);
}
