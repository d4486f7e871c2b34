import { Fields, NOWHERE, type Hdf5File } from './hdf5Reader';
import { bytesFor } from './hdf5Trees';

/** A fractal heap: many small things, found by an id. */
export interface Heap {
  get(id: Uint8Array<ArrayBuffer>): Promise<Fields>;
}

interface Shape {
  readonly width: number;
  readonly first: number;
  readonly largest: number;
  /** Bytes of a place in the heap. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Throws `FILE_BROKEN` or `FILE_UNSUPPORTED`. */
export async function openHeap(file: Hdf5File, address: number): Promise<Heap> {
  const head = await file.fields(address, 200);
  head.signature('FRHP');
  head.skip(1 + 2);
  const filterBytes = head.u16();
  head.skip(1);
  const mostManaged = head.u32();
  for (let i = 0; i < 12; i++) {
    if (i === 1 || i === 3) head.address();
    else head.length();
  }
  const width = head.u16();
  const first = head.length();
  const largest = head.length();
  const bits = head.u16();
  head.skip(2);
  const root = head.address();
  const rows = head.u16();
  if (filterBytes > 0) throw file.unsupported('packs the names of its arrays');
  if (width === 0 || first === 0 || largest < first || bits > 64 || rows > 64)
    throw file.broken('its names are damaged');
  const shape = {
    width,
    first,
    largest,
    offsetBytes: Math.ceil(bits / 8),
    lengthBytes: bytesFor(Math.min(largest, mostManaged)),
  };
  return {
    async get(id) {
      const fields = new Fields(file, id);
      const kind = (fields.u8() >> 4) & 3;
      if (kind !== 0) throw file.unsupported('has very long names');
      const offset = fields.unsigned(shape.offsetBytes);
      const length = fields.unsigned(shape.lengthBytes);
      const at = rows === 0 ? root + offset : await locate(file, shape, root, rows, offset, 0);
      return file.fields(at, length);
    },
  };
}

/** Where a place in the heap lies in the file. */
async function locate(
  file: Hdf5File,
  shape: Shape,
  block: number,
  rows: number,
  offset: number,
  depth: number,
): Promise<number> {
  if (depth > 32 || block === NOWHERE) throw file.broken('its names are damaged');
  const fields = await file.fields(
    block,
    5 + file.addressBytes + shape.offsetBytes + rows * shape.width * file.addressBytes,
  );
  fields.signature('FHIB');
  fields.skip(1 + file.addressBytes + shape.offsetBytes);
  let start = 0;
  for (let row = 0; row < rows; row++) {
    const size = row === 0 ? shape.first : shape.first * 2 ** (row - 1);
    for (let i = 0; i < shape.width; i++) {
      const child = fields.address();
      if (offset < start + size) {
        if (child === NOWHERE) throw file.broken('its names are damaged');
        if (size <= shape.largest) return child + offset - start;
        const childRows = Math.log2(size / (shape.first * shape.width)) + 1;
        return locate(file, shape, child, Math.floor(childRows), offset - start, depth + 1);
      }
      start += size;
    }
  }
  throw file.broken('its names are damaged');
}
