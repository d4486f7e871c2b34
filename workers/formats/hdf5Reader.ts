import { AppError } from '../../src/domain/errors';
import { baseName, readSlice, type Watch } from './source';

/** What describes the arrays is read in pieces of this many bytes, of which the last few are kept. */
const PIECE_BYTES = 64 * 1024;
const MOST_PIECES = 64;
/** Nothing that describes an array is longer. */
const LONGEST_RECORD = 64 * 2 ** 20;
/** Addresses of nothing have all bits set. */
export const NOWHERE = -1;

/** Numbers of a record, one after the other, least significant byte first. Reading past its end throws `FILE_BROKEN`. */
export class Fields {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #file: Hdf5File;
  readonly #view: DataView;
  at: number;

  constructor(file: Hdf5File, bytes: Uint8Array<ArrayBuffer>, at = 0) {
    this.#file = file;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  skip(length: number): number {
    const start = this.at;
    if (!(length >= 0 && length <= this.left)) throw this.#file.broken('a record ends early');
    this.at += length;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** A whole number of 1 to 8 bytes. */
  unsigned(length: number): number {
    const start = this.skip(length);
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + this.#view.getUint8(start + i);
    return value;
  }

  /** Where something lies in the file, or `NOWHERE`. */
  address(): number {
    const value = this.unsigned(this.#file.addressBytes);
    return value >= 2 ** 53 || value === 2 ** (8 * this.#file.addressBytes) - 1 ? NOWHERE : value;
  }

  length(): number {
    return this.unsigned(this.#file.lengthBytes);
  }

  take(length: number): Uint8Array<ArrayBuffer> {
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  /** Throws `FILE_BROKEN` unless these four letters come next. */
  signature(letters: string): void {
    const found = this.take(4);
    for (let i = 0; i < 4; i++)
      if (found[i] !== letters.charCodeAt(i)) throw this.#file.broken(`a record ${letters} is not where it should be`);
  }
}

/** A file whose records can be read at any place. */
export class Hdf5File {
  readonly path: string;
  readonly blob: Blob;
  readonly #watch: Watch;
  readonly #pieces = new Map<number, Uint8Array<ArrayBuffer>>();
  /** Bytes of an address and of a length. */
  addressBytes = 8;
  lengthBytes = 8;

  constructor(path: string, blob: Blob, watch: Watch) {
    this.path = path;
    this.blob = blob;
    this.#watch = { signal: watch.signal };
  }

  /** `length` bytes at `address`, or as many as the file has there. Throws `FILE_BROKEN` when the place is outside the file. */
  async fields(address: number, length: number): Promise<Fields> {
    const end = Math.min(address + length, this.blob.size);
    if (!(address >= 0 && address < this.blob.size && length <= LONGEST_RECORD))
      throw this.broken('a record lies outside the file');
    const bytes = new Uint8Array(end - address);
    for (let at = address; at < end;) {
      const number = Math.floor(at / PIECE_BYTES);
      const piece = await this.#piece(number);
      const part = piece.subarray(at - number * PIECE_BYTES, end - number * PIECE_BYTES);
      bytes.set(part, at - address);
      at += part.length;
    }
    return new Fields(this, bytes);
  }

  async #piece(number: number): Promise<Uint8Array<ArrayBuffer>> {
    const kept = this.#pieces.get(number);
    const start = number * PIECE_BYTES;
    const piece =
      kept ??
      (await readSlice(this.path, this.blob, start, Math.min(this.blob.size, start + PIECE_BYTES), this.#watch));
    this.#pieces.delete(number);
    this.#pieces.set(number, piece);
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= MOST_PIECES) break;
      this.#pieces.delete(oldest);
    }
    return piece;
  }

  broken(what: string): AppError {
    return new AppError(
      'FILE_BROKEN',
      `${baseName(this.path)} is not a readable HDF5 file: ${what}.`,
      'Copy or download the file again, or write it again with h5py.',
      { path: this.path },
    );
  }

  unsupported(what: string): AppError {
    return new AppError(
      'FILE_UNSUPPORTED',
      `${baseName(this.path)} ${what}, which is not read.`,
      'Write the array again without it: file.create_dataset("features", data=features, compression="gzip").',
      { path: this.path },
    );
  }
}
