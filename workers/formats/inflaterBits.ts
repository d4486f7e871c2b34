import { at } from '../../src/domain/at';
import { longSymbol, ROOT_MASK, type Code } from './inflaterCodes';

/** Zeros behind the last input, so that the last symbols are looked up like all others. */
const PADDING = 16;

/** Input of deflate, bit by bit from each byte's lowest on. */
export class Bits {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** The next byte to be read ahead. */
  #place = 0;
  /** Bits that were read ahead, the next one lowest, and how many. */
  #hold = 0;
  #count = 0;
  /** Where the input ends and the zeros begin; −1 while more may come. */
  #end = -1;

  feed(bytes: Uint8Array<ArrayBuffer>): void {
    const left = this.bytesLeft;
    const joined = left === 0 ? bytes : new Uint8Array(left + bytes.length);
    if (left > 0) {
      joined.set(this.#bytes.subarray(this.#place));
      joined.set(bytes, left);
    }
    this.#bytes = joined;
    this.#place = 0;
  }

  /** Says that there is no more. */
  finish(): void {
    if (this.#end >= 0) return;
    this.feed(new Uint8Array(PADDING));
    this.#end = this.#bytes.length - PADDING;
  }

  /** Bytes that were fed and not read ahead. */
  get bytesLeft(): number {
    return this.#bytes.length - this.#place;
  }

  /** Whether more was taken than there was. */
  get overrun(): boolean {
    return this.#end >= 0 && this.#place - (this.#count >> 3) > this.#end;
  }

  /** The next `count` bits as a number, at most 16. */
  take(count: number): number {
    this.#fill();
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#count -= count;
    return value;
  }

  /** The next symbol; `NO_SYMBOL` where the code has no such one. */
  symbol(code: Code): number {
    this.#fill();
    const found = at(code.root, this.#hold & ROOT_MASK) || longSymbol(code, this.#hold);
    this.#hold >>>= found & 15;
    this.#count -= found & 15;
    return found >> 4;
  }

  /** Leaves the rest of a byte out. */
  align(): void {
    this.#hold >>>= this.#count & 7;
    this.#count -= this.#count & 7;
  }

  /** At most `count` whole bytes, from the next byte on. */
  whole(count: number): Uint8Array<ArrayBuffer> {
    this.#giveBack();
    const part = this.#bytes.subarray(this.#place, Math.min(this.#limit, this.#place + count));
    this.#place += part.length;
    return part;
  }

  /** Whole bytes that nothing has taken. */
  rest(): Uint8Array<ArrayBuffer> {
    this.align();
    this.#giveBack();
    return this.#bytes.subarray(this.#place, this.#limit);
  }

  get #limit(): number {
    return this.#end < 0 ? this.#bytes.length : this.#end;
  }

  /** Bytes that were read ahead become bytes again. */
  #giveBack(): void {
    this.#place -= this.#count >> 3;
    this.#count = 0;
    this.#hold = 0;
  }

  #fill(): void {
    for (; this.#count <= 24; this.#count += 8) this.#hold |= (this.#bytes[this.#place++] ?? 0) << this.#count;
  }
}
