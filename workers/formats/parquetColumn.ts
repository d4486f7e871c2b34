import type { PageHeader } from 'hyparquet';
import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { baseName, type Watch } from './source';
import { asBroken, broken, chunkOf, type Column, type Leaf, type ParquetFile } from './parquetFile';
import { DamagedPage, bitsOf, constantHybrid, readHybrid } from './parquetLevels';
import { PageReader, unpacked, type Decompressors } from './parquetPages';
import { decodePage, type Decoding } from './parquetValues';
import { amount, count } from './words';

/** The parts of a data page, unpacked. */
interface Parts {
  readonly entries: number;
  readonly repetition: Uint8Array | null;
  readonly definition: Uint8Array | null;
  readonly values: Uint8Array;
  readonly encoding: string;
}

/** The numbers of one column in one row group, page by page, row after row. */
export class ColumnCursor {
  readonly #file: ParquetFile;
  readonly #column: Column;
  readonly #leaf: Leaf;
  readonly #width: number | null;
  readonly #pages: PageReader;
  readonly #codec;
  readonly #tools: Tools;
  #dictionary: Float32Array | null = null;
  #held: Float32Array = new Float32Array();
  /** Rows of the file that have begun. */
  #row: number;
  /** Values of the row that has begun. */
  #inRow = 0;
  #isFirst = true;
  /** Values that are read and not taken, from `at` on. */
  values: Float32Array = new Float32Array();
  at = 0;

  /** `width`: numbers in each row; null to find out by `firstWidth`. `row`: rows of the groups before. */
  constructor(
    file: ParquetFile,
    column: Column,
    leaf: Leaf,
    group: number,
    width: number | null,
    row: number,
    readBytes: number,
    tools: Tools,
    watch: Watch,
  ) {
    this.#file = file;
    this.#column = column;
    this.#leaf = leaf;
    this.#width = width;
    this.#row = row;
    this.#tools = tools;
    this.#pages = new PageReader(file, group, leaf.index, readBytes, watch);
    this.#codec = chunkOf(file, group, leaf.index).meta_data?.codec ?? 'UNCOMPRESSED';
  }

  /** Whole rows that are read and not taken. */
  get rows(): number {
    return Math.floor((this.values.length - this.at) / (this.#width ?? 1));
  }

  /** Reads pages until there is a row to take. Throws `FILE_BROKEN`, and `TABLE_VALUE` at a row that has no number or not as many as the first. */
  async fill(): Promise<void> {
    while (this.rows === 0) {
      const parts = await this.#nextPage();
      if (!parts && this.#leaf.repeated > 0 && this.#inRow !== this.#width)
        throw this.#wrongRow(`${amount(this.#inRow, 'number')}`);
      if (!parts) throw broken(this.#file.path, `${this.#column.name} ends before its rows do`);
      this.#checkLevels(parts);
      const left = this.values.slice(this.at);
      const found = this.#decode(parts);
      if (left.length === 0) this.values = found;
      else {
        const joined = new Float32Array(left.length + found.length);
        joined.set(left);
        joined.set(found, left.length);
        this.values = joined;
      }
      this.at = 0;
    }
  }

  /** Numbers in the first row; null when it has none. */
  async firstWidth(): Promise<number | null> {
    if (this.#leaf.repeated === 0) return 1;
    const parts = await this.#nextPage();
    if (!parts || parts.entries === 0) return null;
    const { repetition, definition } = this.#levels(parts);
    if (entry(definition, 0) < this.#leaf.defined - 1) return null;
    const end = repetition.indexOf(0, 1);
    return end < 0 ? parts.entries : end;
  }

  async #nextPage(): Promise<Parts | null> {
    for (;;) {
      const page = await this.#pages.next(this.#tools.readHeader);
      if (!page) return null;
      const { header, bytes } = page;
      if (header.type === 'DICTIONARY_PAGE') {
        const numbers = header.dictionary_page_header?.num_values ?? 0;
        const content = this.#unpack(bytes, header.uncompressed_page_size);
        this.#dictionary = this.#decoded({ encoding: 'PLAIN', bytes: content, count: numbers });
      } else if (header.data_page_header) return this.#firstVersion(header, bytes);
      else if (header.data_page_header_v2) return this.#secondVersion(header, bytes);
    }
  }

  #unpack(bytes: Uint8Array, length: number): Uint8Array {
    return unpacked(this.#file.path, this.#codec, this.#tools.decompressors, bytes, length);
  }

  #firstVersion({ data_page_header, uncompressed_page_size }: PageHeader, bytes: Uint8Array): Parts {
    let rest = this.#unpack(bytes, uncompressed_page_size);
    const part = (): Uint8Array => {
      const length = rest.length < 4 ? Infinity : new DataView(rest.buffer, rest.byteOffset).getUint32(0, true);
      if (length + 4 > rest.length) throw broken(this.#file.path, 'the levels of a page end early');
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
    const { repeated, defined } = this.#leaf;
    if ((repeated > 0 && repetition_level_encoding !== 'RLE') || (defined > 0 && definition_level_encoding !== 'RLE'))
      throw broken(this.#file.path, 'the levels of a page are packed in a form that is no longer used');
    const repetition = repeated > 0 ? part() : null;
    const definition = defined > 0 ? part() : null;
    return { entries, repetition, definition, values: rest, encoding };
  }

  #secondVersion({ data_page_header_v2, uncompressed_page_size }: PageHeader, bytes: Uint8Array): Parts {
    const {
      num_values: entries = 0,
      encoding = 'PLAIN',
      definition_levels_byte_length: definitions = 0,
      repetition_levels_byte_length: repetitions = 0,
      is_compressed: isPacked = true,
    } = data_page_header_v2 ?? {};
    const levels = definitions + repetitions;
    if (!(definitions >= 0 && repetitions >= 0 && levels <= bytes.length && levels <= uncompressed_page_size))
      throw broken(this.#file.path, 'the levels of a page end early');
    const stored = bytes.subarray(levels);
    return {
      entries,
      repetition: this.#leaf.repeated > 0 ? bytes.subarray(0, repetitions) : null,
      definition: this.#leaf.defined > 0 ? bytes.subarray(repetitions, levels) : null,
      values: isPacked ? this.#unpack(stored, uncompressed_page_size - levels) : stored,
      encoding,
    };
  }

  #levels({ entries, repetition, definition }: Parts): { repetition: Int32Array; definition: Int32Array } {
    const { repeated, defined } = this.#leaf;
    return this.#guarded(() => ({
      repetition: readHybrid(repetition ?? new Uint8Array(), repetition ? bitsOf(repeated) : 0, entries),
      definition: definition ? readHybrid(definition, bitsOf(defined), entries) : new Int32Array(entries).fill(defined),
    }));
  }

  /** Every row has its numbers, and as many as the first. */
  #checkLevels(parts: Parts): void {
    const { defined, repeated } = this.#leaf;
    const { definition, entries } = parts;
    const full = !definition || this.#guarded(() => constantHybrid(definition, bitsOf(defined), entries)) === defined;
    if (full && repeated === 0) {
      this.#row += entries;
      return;
    }
    const levels = this.#levels(parts);
    if (full && this.#isEven(levels.repetition)) return;
    const width = this.#width ?? 1;
    for (let i = 0; i < entries; i++) {
      if (levels.repetition[i] === 0) {
        if (!this.#isFirst && this.#inRow !== width) throw this.#wrongRow(`${amount(this.#inRow, 'number')}`);
        this.#isFirst = false;
        this.#inRow = 0;
        this.#row++;
      }
      if (!full && levels.definition[i] !== defined)
        throw this.#wrongRow(repeated > 0 ? 'an empty list or value' : 'no number');
      this.#inRow++;
      if (this.#inRow > width) throw this.#wrongRow(`more than ${amount(width, 'number')}`);
    }
  }

  /** The usual page: whole rows of the right length, and nothing else. */
  #isEven(repetition: Int32Array): boolean {
    const width = this.#width ?? 1;
    const { length } = repetition;
    if (width === 0 || length % width !== 0 || (!this.#isFirst && this.#inRow !== width)) return false;
    let begun = 0;
    for (let i = 0; i < length; i++) begun += repetition[i] === 0 ? 1 : 0;
    if (begun !== length / width) return false;
    for (let i = 0; i < length; i += width) if (repetition[i] !== 0) return false;
    this.#isFirst = false;
    this.#inRow = width;
    this.#row += begun;
    return true;
  }

  /** The last row of a group must be whole, too. */
  checkEnd(): void {
    if (this.values.length !== this.at || (this.#leaf.repeated > 0 && this.#inRow !== this.#width && !this.#isFirst))
      throw this.#wrongRow(`${amount(this.#inRow, 'number')}`);
  }

  #wrongRow(what: string): AppError {
    const rest = this.#leaf.repeated > 0 ? `, but the first has ${amount(this.#width ?? 0, 'number')}` : '';
    return new AppError(
      'TABLE_VALUE',
      `${this.#column.name} of ${baseName(this.#file.path)} has ${what} in row ${count(this.#row)}${rest}.`,
      'Features need the same numbers in every row: fill or drop the rows without them.',
      { path: this.#file.path, row: this.#row },
    );
  }

  #decode({ entries, values, encoding }: Parts): Float32Array {
    return this.#decoded({ encoding, bytes: values, count: entries });
  }

  #decoded(decoding: Decoding): Float32Array {
    return this.#guarded(() => {
      const found = decodePage(this.#leaf, this.#dictionary, decoding, this.#tools.unpackDeltas, (length) =>
        this.#scratch(length),
      );
      if (found) return found;
      throw new DamagedPage(`the encoding ${decoding.encoding} is not one of its type's`);
    });
  }

  /** An array that is used again for the next page; what is left of the last one is copied before. */
  #scratch(length: number): Float32Array {
    if (this.#held.length < length) this.#held = new Float32Array(length);
    return this.#held.subarray(0, length);
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asBroken(this.#file.path, error);
    }
  }
}

/** Functions that are loaded with the first file of the format. */
export interface Tools {
  readonly decompressors: Decompressors;
  readonly readHeader: (reader: { view: DataView; offset: number }) => PageHeader;
  readonly unpackDeltas: (
    reader: { view: DataView; offset: number },
    count: number,
    output: Int32Array | BigInt64Array,
  ) => void;
}
