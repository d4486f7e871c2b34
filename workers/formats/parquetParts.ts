import type { PageHeader } from 'hyparquet';
import { broken, type Leaf } from './parquetFile';

/** The parts of a data page, unpacked. */
export interface Parts {
  readonly entries: number;
  readonly repetition: Uint8Array | null;
  readonly definition: Uint8Array | null;
  readonly values: Uint8Array;
  readonly encoding: string;
}

type Unpack = (bytes: Uint8Array, length: number) => Uint8Array;

/** A data page of the first version: levels and values are packed together. Throws `FILE_BROKEN`. */
export function firstVersion(
  path: string,
  { repeated, defined }: Leaf,
  unpack: Unpack,
  { data_page_header, uncompressed_page_size }: PageHeader,
  bytes: Uint8Array,
): Parts {
  let rest = unpack(bytes, uncompressed_page_size);
  const part = (): Uint8Array => {
    const length = rest.length < 4 ? Infinity : new DataView(rest.buffer, rest.byteOffset).getUint32(0, true);
    if (length + 4 > rest.length) throw broken(path, 'the levels of a page end early');
    const found = rest.subarray(4, 4 + length);
    rest = rest.subarray(4 + length);
    return found;
  };
  const {
    num_values: entries = 0,
    encoding = 'PLAIN',
    definition_level_encoding,
    repetition_level_encoding,
  } = data_page_header ?? {};
  if ((repeated > 0 && repetition_level_encoding !== 'RLE') || (defined > 0 && definition_level_encoding !== 'RLE'))
    throw broken(path, 'the levels of a page are packed in a form that is no longer used');
  const repetition = repeated > 0 ? part() : null;
  const definition = defined > 0 ? part() : null;
  return { entries, repetition, definition, values: rest, encoding };
}

/** A data page of the second version: the levels are not packed. Throws `FILE_BROKEN`. */
export function secondVersion(
  path: string,
  { repeated, defined }: Leaf,
  unpack: Unpack,
  { data_page_header_v2, uncompressed_page_size }: PageHeader,
  bytes: Uint8Array,
): Parts {
  const {
    num_values: entries = 0,
    encoding = 'PLAIN',
    definition_levels_byte_length: definitions = 0,
    repetition_levels_byte_length: repetitions = 0,
    is_compressed: isPacked = true,
  } = data_page_header_v2 ?? {};
  const levels = definitions + repetitions;
  if (!(definitions >= 0 && repetitions >= 0 && levels <= bytes.length && levels <= uncompressed_page_size))
    throw broken(path, 'the levels of a page end early');
  const stored = bytes.subarray(levels);
  return {
    entries,
    repetition: repeated > 0 ? bytes.subarray(0, repetitions) : null,
    definition: defined > 0 ? bytes.subarray(repetitions, levels) : null,
    values: isPacked ? unpack(stored, uncompressed_page_size - levels) : stored,
    encoding,
  };
}
