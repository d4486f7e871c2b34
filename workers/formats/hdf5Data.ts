import { entry } from '../../src/domain/at';
import { matrixAxes } from './dense';
import { readChunks, type Chunk } from './hdf5Chunks';
import { checkFilters, unfiltered } from './hdf5Filters';
import { bomb, inflatedLimit } from './inflate';
import { NOWHERE, type Hdf5File } from './hdf5Reader';
import type { Dataset, Layout } from './hdf5Types';
import { READ_BYTES, blobSource, readSlice, type ByteSource, type Watch } from './source';

/** A row of chunks of more bytes than this is not held. */
const LARGEST_PANEL = 512 * 2 ** 20;
const LARGEST_CHUNK = 256 * 2 ** 20;
/** Values that were never written are made up in pieces of about this many bytes. */
const FILL_BYTES = 2 ** 20;

/** The values of a dataset of one or two dimensions, row after row. Throws `FILE_BROKEN` or `FILE_UNSUPPORTED`. */
export function datasetSource(file: Hdf5File, dataset: Dataset): ByteSource {
  const { layout, shape, type } = dataset;
  const size = shape.reduce((product, length) => product * length, type.bytes);
  // Values that were never written take no place in a file.
  if (size > inflatedLimit(file.blob.size)) throw bomb(file.path, inflatedLimit(file.blob.size));
  switch (layout.kind) {
    case 'compact':
      return blobSource(file.path, new Blob([layout.bytes.subarray(0, size)]));
    case 'contiguous':
      if (layout.address === NOWHERE) return { ...virtual(file, size), chunks: () => filled(dataset, size) };
      if (layout.address + size > file.blob.size || layout.size < size) throw file.broken('an array ends early');
      return blobSource(file.path, file.blob.slice(layout.address, layout.address + size));
    case 'chunked':
      checkFilters(file, dataset.filters);
      return { ...virtual(file, size), chunks: (watch) => panels(file, dataset, layout, watch) };
  }
}

const virtual = (file: Hdf5File, size: number): Omit<ByteSource, 'chunks'> => ({
  path: file.path,
  storedBytes: Math.min(size, file.blob.size),
  size,
  blob: null,
  depth: 0,
});

/** `length` bytes of the value that stands for what was never written. */
function fillBytes({ fill, type }: Dataset, length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  if (fill?.length === type.bytes && fill.some((byte) => byte !== 0))
    for (let at = 0; at < length; at += type.bytes) out.set(fill.subarray(0, length - at), at);
  return out;
}

async function* filled(dataset: Dataset, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const piece = fillBytes(dataset, Math.min(size, Math.ceil(FILL_BYTES / dataset.type.bytes) * dataset.type.bytes));
  for (let at = 0; at < size; at += piece.length) yield piece.slice(0, size - at);
}

/** The rows that one row of chunks covers, then the next ones; the bytes are reused for those. */
async function* panels(
  file: Hdf5File,
  dataset: Dataset,
  layout: Extract<Layout, { kind: 'chunked' }>,
  watch: Watch,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { shape, type, filters } = dataset;
  const axes = matrixAxes(shape);
  if (shape.some((_, axis) => !axes.includes(axis) && layout.chunk[axis] !== 1))
    throw file.unsupported('has an array of three or more dimensions in chunks that reach beyond it');
  const [rows = 0, columns = 1] = axes.map((axis) => entry(shape, axis));
  const [chunkRows = 1, chunkColumns = 1] = axes.map((axis) => entry(layout.chunk, axis));
  const rowBytes = columns * type.bytes;
  const chunkBytes = chunkRows * chunkColumns * type.bytes;
  const height = Math.min(chunkRows, rows);
  if (chunkBytes > LARGEST_CHUNK || height * rowBytes > LARGEST_PANEL)
    throw file.unsupported('has an array in chunks of more than 256 MiB');
  const chunks = await readChunks(file, dataset, layout);
  const across = Math.ceil(columns / chunkColumns);
  const stride = chunkColumns * type.bytes;
  const panel = new Uint8Array(height * rowBytes);
  for (let first = 0; first < rows; first += chunkRows) {
    const used = Math.min(chunkRows, rows - first);
    const firstChunk = (first / chunkRows) * across;
    const found: Placed[] = [];
    for (let column = 0; column < across; column++) {
      const chunk = chunks.get(firstChunk + column);
      if (!chunk) continue;
      if (filters.length === 0 && chunk.size < chunkBytes) throw file.broken('a chunk ends early');
      found.push({ column, address: chunk.address, size: chunk.size, mask: chunk.mask });
    }
    if (found.length < across) panel.set(fillBytes(dataset, panel.length));
    for (const run of runsOf(found)) {
      const from = entry(run, 0).address;
      const last = entry(run, run.length - 1);
      const bytes = await readSlice(file.path, file.blob, from, last.address + last.size, watch);
      for (const chunk of run) {
        const stored = bytes.subarray(chunk.address - from, chunk.address - from + chunk.size);
        const values = filters.length === 0 ? stored : await unfiltered(file, filters, chunk, stored, chunkBytes);
        const start = chunk.column * stride;
        placeRows(values, stride, panel, start, rowBytes, Math.min(stride, rowBytes - start), used);
      }
    }
    yield panel.subarray(0, used * rowBytes);
  }
}

interface Placed extends Chunk {
  readonly column: number;
}

/** Chunks that lie one after the other in the file are read at once. */
function runsOf(chunks: readonly Placed[]): Placed[][] {
  const runs: Placed[][] = [];
  let end = -1;
  let start = 0;
  for (const chunk of [...chunks].sort((a, b) => a.address - b.address)) {
    const run = runs.at(-1);
    if (run && chunk.address === end && end + chunk.size - start <= READ_BYTES) run.push(chunk);
    else {
      runs.push([chunk]);
      start = chunk.address;
    }
    end = chunk.address + chunk.size;
  }
  return runs;
}

/** Copies rows of `length` bytes: by words of four where all begin at such. */
function placeRows(
  from: Uint8Array<ArrayBuffer>,
  fromStride: number,
  to: Uint8Array<ArrayBuffer>,
  start: number,
  toStride: number,
  length: number,
  rows: number,
): void {
  if (length === fromStride && length === toStride) {
    to.set(from.subarray(0, rows * length));
    return;
  }
  if ([from.byteOffset, fromStride, start, toStride, length].every((bytes) => bytes % 4 === 0)) {
    const source = new Int32Array(from.buffer, from.byteOffset, Math.floor(from.length / 4));
    const target = new Int32Array(to.buffer);
    for (let r = 0; r < rows; r++) {
      const [a, b] = [(r * fromStride) / 4, (start + r * toStride) / 4];
      for (let i = 0; i < length / 4; i++) target[b + i] = source[a + i] ?? 0;
    }
    return;
  }
  for (let r = 0; r < rows; r++) to.set(from.subarray(r * fromStride, r * fromStride + length), start + r * toStride);
}
