import { readChunks } from './hdf5Chunks';
import { checkFilters, unfiltered } from './hdf5Filters';
import { bomb, inflatedLimit } from './inflate';
import { NOWHERE, type Hdf5File } from './hdf5Reader';
import type { Dataset, Layout } from './hdf5Types';
import { blobSource, readSlice, type ByteSource, type Watch } from './source';

/** A row of chunks of more bytes than this is not held. */
const LARGEST_PANEL = 512 * 2 ** 20;
const LARGEST_CHUNK = 256 * 2 ** 20;
/** Chunks that are asked for at once. */
const PARALLEL_READS = 16;
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

/** The rows that one row of chunks covers, then the next ones. */
async function* panels(
  file: Hdf5File,
  dataset: Dataset,
  layout: Extract<Layout, { kind: 'chunked' }>,
  watch: Watch,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { shape, type, filters } = dataset;
  const [rows = 0, columns = 1] = shape;
  const [chunkRows = 1, chunkColumns = 1] = layout.chunk;
  const rowBytes = columns * type.bytes;
  const chunkBytes = chunkRows * chunkColumns * type.bytes;
  const height = Math.min(chunkRows, rows);
  if (chunkBytes > LARGEST_CHUNK || height * rowBytes > LARGEST_PANEL)
    throw file.unsupported('has an array in chunks of more than 256 MiB');
  const chunks = await readChunks(file, dataset, layout);
  const across = Math.ceil(columns / chunkColumns);
  const plain = filters.length === 0;
  for (let first = 0; first < rows; first += chunkRows) {
    const used = Math.min(chunkRows, rows - first);
    const panel = fillBytes(dataset, used * rowBytes);
    const place = async (column: number): Promise<void> => {
      const chunk = chunks.get((first / chunkRows) * across + column);
      if (!chunk) return;
      if (plain && chunk.size < chunkBytes) throw file.broken('a chunk ends early');
      const stored = await readSlice(
        file.path,
        file.blob,
        chunk.address,
        chunk.address + (plain ? chunkBytes : chunk.size),
        watch,
      );
      const values = await unfiltered(file, filters, chunk, stored, chunkBytes);
      const start = column * chunkColumns * type.bytes;
      const width = Math.min(chunkColumns * type.bytes, rowBytes - start);
      const step = chunkColumns * type.bytes;
      if (width === rowBytes && step === rowBytes) panel.set(values.subarray(0, used * rowBytes));
      else for (let r = 0; r < used; r++) panel.set(values.subarray(r * step, r * step + width), r * rowBytes + start);
    };
    for (let column = 0; column < across; column += PARALLEL_READS)
      await Promise.all(Array.from({ length: Math.min(PARALLEL_READS, across - column) }, (_, i) => place(column + i)));
    yield panel;
  }
}
