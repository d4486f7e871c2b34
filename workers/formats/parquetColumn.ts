import type { PageHeader } from 'hyparquet';
import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { baseName, type Watch } from './source';
import { asBroken, broken, chunkOf, type Column, type Leaf, type ParquetFile } from './parquetFile';
import { DamagedPage, bitsOf, constantHybrid, readHybrid } from './parquetLevels';
import { firstVersion, secondVersion, type Parts } from './parquetParts';
import { PageReader, unpacked, type Decompressors, type Page } from './parquetPages';
import { decodePage, type Decoding } from './parquetValues';
import { amount, count } from './words';

/** What it takes to read a page again. */
interface Mark {
  readonly page: number;
  readonly row: number;
  readonly inRow: number;
  readonly isFirst: boolean;
  /** Values of the row that the pages before began. */
  readonly begun: Float32Array;
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
  /** Where the dictionary lies, once it has been read. */
  #dictionaryAt: number | null = null;
  #mark: Mark | null = null;
  /** Values of the marked page that are taken, while it is not held. */
  #taken: number | null = null;
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
    let taken = this.#goBack();
    while (this.rows === 0) {
      const parts = await this.#nextPage();
      if (!parts && this.#leaf.repeated > 0 && this.#inRow !== this.#width)
        throw this.#wrongRow(`${amount(this.#inRow, 'number')}`);
      if (!parts) throw broken(this.#file.path, `${this.#column.name} ends before its rows do`);
      const left = this.values.slice(this.at);
      this.#mark = { page: parts.page, row: this.#row, inRow: this.#inRow, isFirst: this.#isFirst, begun: left };
      if (/DICTIONARY/.test(parts.encoding)) await this.#findDictionary();
      this.#checkLevels(parts);
      const found = this.#decode(parts);
      if (left.length === 0) this.values = found;
      else {
        const joined = new Float32Array(left.length + found.length);
        joined.set(left);
        joined.set(found, left.length);
        this.values = joined;
      }
      this.at = taken;
      taken = 0;
    }
  }

  /** Lets go of all that takes more than `most` bytes, the dictionary and the values each; what is missing is read again when it is needed. */
  suspend(most: number): void {
    if (this.#dictionaryAt !== null && this.#dictionary && this.#dictionary.byteLength > most) this.#dictionary = null;
    const left = this.values.length - this.at;
    this.#pages.seek(this.#pages.position);
    if (4 * left <= most) this.values = this.values.slice(this.at);
    else {
      this.#taken = this.at;
      this.values = new Float32Array();
    }
    this.#held = new Float32Array();
    this.at = 0;
  }

  /** Takes the marked page up again after it was let go of; returns how many of its values are taken. */
  #goBack(): number {
    const taken = this.#taken;
    if (taken === null || !this.#mark) return 0;
    const { page, row, inRow, isFirst, begun } = this.#mark;
    this.#pages.seek(page);
    this.#row = row;
    this.#inRow = inRow;
    this.#isFirst = isFirst;
    this.values = begun;
    this.#taken = null;
    return taken;
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

  async #nextPage(): Promise<(Parts & { readonly page: number }) | null> {
    for (;;) {
      const place = this.#pages.position;
      const page = await this.#pages.next(this.#tools.readHeader);
      if (!page) return null;
      const { header, bytes } = page;
      if (header.type === 'DICTIONARY_PAGE') {
        this.#dictionary = this.#entries(page);
        this.#dictionaryAt = place;
      } else if (header.data_page_header)
        return { ...firstVersion(this.#file.path, this.#leaf, this.#unpack, header, bytes), page: place };
      else if (header.data_page_header_v2)
        return { ...secondVersion(this.#file.path, this.#leaf, this.#unpack, header, bytes), page: place };
    }
  }

  /** Reads the dictionary again where it was let go of. */
  async #findDictionary(): Promise<void> {
    if (this.#dictionary || this.#dictionaryAt === null) return;
    const next = this.#pages.position;
    this.#pages.seek(this.#dictionaryAt);
    const page = await this.#pages.next(this.#tools.readHeader);
    this.#pages.seek(next);
    if (page) this.#dictionary = this.#entries(page);
  }

  #entries({ header, bytes }: Page): Float32Array {
    const numbers = header.dictionary_page_header?.num_values ?? 0;
    const content = this.#unpack(bytes, header.uncompressed_page_size);
    return this.#decoded({ encoding: 'PLAIN', bytes: content, count: numbers });
  }

  readonly #unpack = (bytes: Uint8Array, length: number): Uint8Array =>
    unpacked(this.#file.path, this.#codec, this.#tools.decompressors, bytes, length);

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
