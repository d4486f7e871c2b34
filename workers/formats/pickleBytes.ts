/** A text longer than this is no id. */
const LONGEST_TEXT = 2 ** 20;

/** Why a pickle is not read. `short`: it goes on after the bytes that were given. */
export class PickleRefusal extends Error {
  readonly short: boolean;
  constructor(what: string, short = false) {
    super(what);
    this.short = short;
  }
}

const latin1Decoder = new TextDecoder('latin1');
const utf8Decoder = new TextDecoder();
export const latin1 = (bytes: Uint8Array): string => latin1Decoder.decode(bytes);
export const utf8 = (bytes: Uint8Array): string => utf8Decoder.decode(bytes);

/** The bytes of a pickle, one argument after the other. Reading past the end throws a `PickleRefusal` that is `short`. */
export class PickleBytes {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array<ArrayBuffer>, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
  }

  get at(): number {
    return this.#at;
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new PickleRefusal('it ends early', true);
    this.#at += length;
    return start;
  }

  take(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(length: number): Uint8Array<ArrayBuffer> {
    if (length > LONGEST_TEXT) throw new PickleRefusal('it holds a text of more than a million characters');
    return this.take(length);
  }

  unsigned(bytes: 1 | 2 | 4 | 8): number {
    const at = this.#skip(bytes);
    if (bytes === 1) return this.#view.getUint8(at);
    if (bytes === 2) return this.#view.getUint16(at, true);
    return bytes === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  /** A whole number of up to 16 bytes, in two's complement. */
  long(length: number): number | bigint {
    const bytes = this.take(length);
    if (length > 16) throw new PickleRefusal('it holds a number of more than 16 bytes');
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[i] ?? 0);
    const signed = BigInt.asIntN(8 * Math.max(1, length), value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw new PickleRefusal('it ends early', true);
    const text = utf8(this.text(end - this.#at));
    this.#at = end + 1;
    return text;
  }
}
