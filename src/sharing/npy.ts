import type { Rows } from '../domain/vectors';

/** The header is padded so that the values begin at a multiple of this, as NumPy writes it. */
const ALIGNMENT = 64;
const PREAMBLE = 10;

/** The first bytes of an `.npy` file (1.0) of a float32 matrix, little-endian, row after row; the values follow. */
export function npyHeader(rows: number, columns: number): Uint8Array<ArrayBuffer> {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = Math.ceil((PREAMBLE + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - PREAMBLE, true);
  bytes.set(new TextEncoder().encode(dictionary), PREAMBLE);
  bytes[length - 1] = 0x0a;
  return bytes;
}

/** A matrix `[rows, columns]` as an `.npy` file. Typed arrays are little-endian on every machine that runs a browser. */
export function npyFile({ values, rows, columns }: Rows): Blob {
  if (values.length !== rows * columns)
    throw new Error(`${values.length} values are no matrix of ${rows} × ${columns}.`);
  return new Blob([npyHeader(rows, columns), new Float32Array(values)], { type: 'application/octet-stream' });
}
