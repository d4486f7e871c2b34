/** Bytes of a stream by number, held no longer than needed. */
export class ByteReader {
  readonly #chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
  #chunk: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>) {
    this.#chunks = chunks;
  }

  /** At least one byte and at most `most`; null at the end. */
  async some(most: number): Promise<Uint8Array<ArrayBuffer> | null> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return null;
      this.#chunk = next.value;
    }
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  /** `length` bytes; null when fewer are left. */
  async exactly(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const part = await this.some(length - filled);
      if (!part) return null;
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  /** Passes over `length` bytes; returns how many there were. */
  async skip(length: number): Promise<number> {
    let left = length;
    while (left > 0) {
      const part = await this.some(left);
      if (!part) break;
      left -= part.length;
    }
    return length - left;
  }

  /** Gives bytes back that were read last. */
  unread(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#chunk.length === 0) {
      this.#chunk = bytes;
      return;
    }
    const joined = new Uint8Array(bytes.length + this.#chunk.length);
    joined.set(bytes);
    joined.set(this.#chunk, bytes.length);
    this.#chunk = joined;
  }

  close(): Promise<unknown> {
    return this.#chunks.return();
  }
}
