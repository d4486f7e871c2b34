import type { CompressionCodec, PageHeader } from 'hyparquet';
import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { inflatedLimit } from './inflate';
import { readSlice, type Watch } from './source';
import { asBroken, broken, chunkRange, type ParquetFile } from './parquetFile';

/** What a page's header may take; statistics of texts make it long. */
const HEADER_BYTES = 64 * 1024;
const LONGEST_HEADER = 8 * 2 ** 20;

export interface Page {
  readonly header: PageHeader;
  /** As they are stored. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

type ReadHeader = (reader: { view: DataView; offset: number }) => PageHeader;

/** Reads the header of one page at `at`; null when the bytes end before the header does. Throws `FILE_BROKEN`. */
export function pageHeader(
  path: string,
  readHeader: ReadHeader,
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  values: number,
): { header: PageHeader; end: number } | null {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at };
  let header: PageHeader;
  try {
    header = readHeader(reader);
  } catch {
    return null;
  }
  const { compressed_page_size: stored, uncompressed_page_size: size } = header;
  const numbers =
    header.data_page_header?.num_values ??
    header.data_page_header_v2?.num_values ??
    header.dictionary_page_header?.num_values ??
    0;
  const isDictionary = header.type === 'DICTIONARY_PAGE';
  if (
    !(stored >= 0 && size >= 0 && numbers >= 0 && size <= inflatedLimit(stored)) ||
    numbers > (isDictionary ? 8 * size : values)
  )
    throw broken(path, 'a page of it has an impossible size');
  return { header, end: reader.offset };
}

/** The pages of a column in one row group, one after the other; a few of them are held at once. What is read again is reported once. */
export class PageReader {
  readonly #file: ParquetFile;
  readonly #watch: Watch;
  readonly #readBytes: number;
  readonly #values: number;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array();
  #at = 0;
  #next: number;
  /** Up to here bytes have been reported. */
  #reported: number;
  readonly #end: number;

  constructor(file: ParquetFile, group: number, index: number, readBytes: number, watch: Watch) {
    const chunk = entry(entry(file.metadata.row_groups, group).columns, index);
    const { start, end, values } = chunkRange(file.path, chunk, file.blob.size);
    this.#file = file;
    this.#watch = watch;
    this.#readBytes = readBytes;
    this.#values = values;
    this.#next = start;
    this.#reported = start;
    this.#end = end;
  }

  /** Where in the file the next page begins. */
  get position(): number {
    return this.#next - (this.#buffer.length - this.#at);
  }

  /** Goes to the page that begins at `position`, and holds nothing. */
  seek(position: number): void {
    this.#next = position;
    this.#buffer = new Uint8Array();
    this.#at = 0;
  }

  /** Null at the end of the column. Throws `FILE_BROKEN`. */
  async next(readHeader: ReadHeader): Promise<Page | null> {
    const { path } = this.#file;
    const left = this.#end - this.#next + this.#buffer.length - this.#at;
    if (left === 0) return null;
    let found = null;
    for (let length = HEADER_BYTES; !found; length = LONGEST_HEADER) {
      await this.#hold(Math.min(length, left));
      found = pageHeader(path, readHeader, this.#buffer, this.#at, this.#values);
      if (!found && (length >= left || length >= LONGEST_HEADER)) throw broken(path, 'the header of a page is damaged');
    }
    const { header, end } = found;
    const size = end - this.#at + header.compressed_page_size;
    if (size > left) throw broken(path, 'a page ends outside its column');
    const headerBytes = end - this.#at;
    await this.#hold(size);
    const bytes = this.#buffer.subarray(this.#at + headerBytes, this.#at + size);
    this.#at += size;
    return { header, bytes };
  }

  /** Has at least `length` bytes in the buffer. */
  async #hold(length: number): Promise<void> {
    const held = this.#buffer.length - this.#at;
    if (held >= length) return;
    const wanted = Math.min(Math.max(length - held, this.#readBytes), this.#end - this.#next);
    const { signal, onBytes } = this.#watch;
    const more = await readSlice(this.#file.path, this.#file.blob, this.#next, this.#next + wanted, { signal });
    this.#next += wanted;
    onBytes?.(Math.max(0, this.#next - this.#reported));
    this.#reported = Math.max(this.#reported, this.#next);
    if (held === 0) this.#buffer = more;
    else {
      const joined = new Uint8Array(held + more.length);
      joined.set(this.#buffer.subarray(this.#at));
      joined.set(more, held);
      this.#buffer = joined;
    }
    this.#at = 0;
  }
}

type Decompress = (input: Uint8Array, length: number) => Uint8Array;
export type Decompressors = Readonly<Partial<Record<CompressionCodec, Decompress>>>;

/** The compressions that the file uses; their code is loaded only for those. */
export async function decompressorsFor({ metadata }: ParquetFile): Promise<Decompressors> {
  const codecs = new Set(
    metadata.row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec)),
  );
  codecs.delete('UNCOMPRESSED');
  if (codecs.size === 0) return {};
  const { compressors, decompressZstd } = await import('hyparquet-compressors');
  return { ...compressors, ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)) };
}

/** A page's bytes, unpacked. Throws `FILE_BROKEN` or `FILE_UNSUPPORTED`. */
export function unpacked(
  path: string,
  codec: CompressionCodec,
  decompressors: Decompressors,
  bytes: Uint8Array,
  length: number,
): Uint8Array {
  if (codec === 'UNCOMPRESSED') return bytes;
  const decompress = decompressors[codec];
  if (!decompress) {
    throw new AppError(
      'FILE_UNSUPPORTED',
      `A column of a Parquet file is packed with ${codec}, which is not read.`,
      'Write it again with another compression: pandas.read_parquet(path).to_parquet("table.parquet", compression="snappy").',
      { path },
    );
  }
  if (length === 0) return new Uint8Array();
  let content: Uint8Array;
  try {
    content = decompress(bytes, length);
  } catch (error) {
    throw asBroken(path, error);
  }
  if (content.length !== length) throw broken(path, 'a page unpacks to another length than it says');
  return content;
}
