import { AppError } from '../../src/domain/errors';
import type { TextType } from './dense';
import { DATASPACE, DATATYPE, EXTERNAL_FILES, FILL, FILTERS, LAYOUT, type Message } from './hdf5Header';
import { Fields, type Hdf5File } from './hdf5Reader';
import { elementOf, type ElementType } from './npyTypes';

const MOST_DIMENSIONS = 32;

/** Text of any length, which lies elsewhere in the file. */
export interface LongText {
  readonly label: 'text';
  readonly bytes: number;
  readonly isLong: true;
}

export type Hdf5Type = ElementType | TextType | LongText;

export type Layout =
  | { readonly kind: 'compact'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'contiguous'; readonly address: number; readonly size: number }
  | { readonly kind: 'chunked'; readonly chunk: readonly number[]; readonly index: ChunkIndex };

/** How the chunks of a dataset are found. */
export interface ChunkIndex {
  readonly kind: 'tree' | 'single' | 'implicit' | 'fixed array' | 'extensible array' | 'new tree';
  readonly address: number;
  /** Of a single chunk that is packed. */
  readonly size: number | null;
  readonly mask: number;
}

export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

export interface Dataset {
  readonly shape: readonly number[];
  readonly most: readonly number[];
  readonly type: Hdf5Type;
  readonly layout: Layout;
  readonly filters: readonly Filter[];
  readonly fill: Uint8Array<ArrayBuffer> | null;
}

/** The dataset that an object's header describes; null for a group or a scalar. Throws `NPY_TYPE`, `FILE_BROKEN` and `FILE_UNSUPPORTED`. */
export function datasetOf(file: Hdf5File, name: string, messages: readonly Message[]): Dataset | null {
  const fields = (kind: number): Fields | null => {
    const found = messages.find((message) => message.kind === kind);
    return found ? new Fields(file, found.bytes) : null;
  };
  const layout = fields(LAYOUT);
  const space = fields(DATASPACE);
  const type = fields(DATATYPE);
  if (!layout || !space || !type) return null;
  const extent = dataspace(file, space);
  if (extent.shape.length === 0) return null;
  if (fields(EXTERNAL_FILES)) throw file.unsupported('keeps its values in other files');
  const filters = fields(FILTERS);
  const fill = fields(FILL);
  return {
    ...extent,
    type: datatype(file, name, type),
    layout: layoutOf(file, layout, extent.shape.length),
    filters: filters ? pipeline(filters) : [],
    fill: fill ? fillValue(fill) : null,
  };
}

function dataspace(file: Hdf5File, fields: Fields): { shape: number[]; most: number[] } {
  const version = fields.u8();
  const rank = fields.u8();
  const flags = fields.u8();
  fields.skip(version === 1 ? 5 : 1);
  if (rank > MOST_DIMENSIONS) throw file.broken('an array has too many dimensions');
  const shape = Array.from({ length: rank }, () => fields.length());
  const most = flags & 1 ? Array.from({ length: rank }, () => fields.length()) : shape;
  return { shape, most: most.map((length) => (length >= 2 ** 53 ? Infinity : length)) };
}

/** Numbers, booleans and text; anything else is refused by its name. */
function datatype(file: Hdf5File, name: string, fields: Fields): Hdf5Type {
  const [kind, flags, size] = [fields.u8() & 15, fields.u8(), (fields.skip(2), fields.u32())];
  const bigEndian = (flags & 1) === 1;
  const refuse = (what: string): AppError =>
    new AppError(
      'NPY_TYPE',
      `${name} in ${file.path.slice(file.path.lastIndexOf('/') + 1)} holds ${what}, which are not real numbers.`,
      'Save the matrix itself: file["features"] = features.astype("float32").',
      { path: file.path },
    );
  const number = (key: string): ElementType => {
    const type = elementOf(key, bigEndian);
    if (!type) throw refuse(`numbers of ${size} bytes`);
    return type;
  };
  switch (kind) {
    case 0:
      return number(`${flags & 8 ? 'i' : 'u'}${size}`);
    case 1: {
      fields.skip(5);
      const exponentBits = fields.u8();
      return number(size === 2 && exponentBits === 8 ? 'bf2' : `f${size}`);
    }
    case 3:
      if (size === 0 || size > 4096) throw refuse(`text of ${size} bytes`);
      return { label: 'text', bytes: size, text: fixedText(flags & 15) };
    case 8: {
      // An enumeration is what it is based on; h5py writes booleans so.
      const base = datatype(file, name, fields);
      return 'decode' in base && base.label === 'int8' ? number('b1') : base;
    }
    case 9:
      if ((flags & 15) === 1) return { label: 'text', bytes: size, isLong: true };
      throw refuse('lists of different lengths');
    default:
      throw refuse(
        [
          '',
          '',
          'times',
          '',
          'bits',
          'opaque data',
          'records of several fields',
          'references',
          '',
          '',
          'arrays in arrays',
        ][kind] || 'an unknown type',
      );
  }
}

const utf8 = new TextDecoder();
const fixedText =
  (padding: number) =>
  (element: Uint8Array): string => {
    const text = utf8.decode(element);
    if (padding === 2) return text.replace(/ +$/, '');
    return padding === 0 ? text.replace(/\0[^]*$/, '') : text.replace(/\0+$/, '');
  };

function layoutOf(file: Hdf5File, fields: Fields, rank: number): Layout {
  const version = fields.u8();
  if (version < 3 || version > 5) throw file.unsupported(`has a layout of version ${version}`);
  const kind = fields.u8();
  if (kind === 0) return { kind: 'compact', bytes: fields.take(fields.u16()) };
  if (kind === 1) return { kind: 'contiguous', address: fields.address(), size: fields.length() };
  if (kind !== 2) throw file.unsupported('has arrays put together of others');
  const flags = version > 3 ? fields.u8() : 0;
  const dimensions = fields.u8();
  if (dimensions !== rank + 1) throw file.broken('the chunks of an array have other dimensions');
  if (version === 3) {
    const address = fields.address();
    const chunk = Array.from({ length: rank }, () => fields.u32());
    return { kind: 'chunked', chunk, index: { kind: 'tree', address, size: null, mask: 0 } };
  }
  const width = fields.u8();
  if (width < 1 || width > 8) throw file.broken('the chunks of an array have an impossible size');
  const chunk = Array.from({ length: dimensions }, () => fields.unsigned(width)).slice(0, rank);
  return { kind: 'chunked', chunk, index: newIndex(file, fields, flags) };
}

function newIndex(file: Hdf5File, fields: Fields, flags: number): ChunkIndex {
  const kind = fields.u8();
  const packed = kind === 1 && (flags & 2) !== 0;
  const size = packed ? fields.length() : null;
  const mask = packed ? fields.u32() : 0;
  const name = (['', 'single', 'implicit', 'fixed array', 'extensible array', 'new tree'] as const)[kind];
  if (!name) throw file.unsupported('finds its chunks in an unknown way');
  fields.skip({ 'fixed array': 1, 'extensible array': 5, 'new tree': 6, single: 0, implicit: 0, '': 0 }[name]);
  return { kind: name, address: fields.address(), size, mask };
}

function pipeline(fields: Fields): Filter[] {
  const version = fields.u8();
  const number = fields.u8();
  if (version === 1) fields.skip(6);
  return Array.from({ length: number }, () => {
    const id = fields.u16();
    const nameBytes = version === 1 || id >= 256 ? fields.u16() : 0;
    fields.skip(2);
    const length = fields.u16();
    fields.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    const values = Array.from({ length }, () => fields.u32());
    if (version === 1 && length % 2 === 1) fields.skip(4);
    return { id, values };
  });
}

function fillValue(fields: Fields): Uint8Array<ArrayBuffer> | null {
  const version = fields.u8();
  if (version === 3) {
    if ((fields.u8() & 0x20) === 0) return null;
  } else {
    fields.skip(2);
    if (fields.u8() === 0) return null;
  }
  return fields.take(fields.u32());
}
