import { latin1, utf8, type PickleBytes } from './pickleBytes';
import type { Pickled } from './pickleValues';

/** The constant, number, text or bytes that an opcode stands for; undefined for an opcode of another kind. */
export const literal = (code: number, bytes: PickleBytes): Pickled | undefined =>
  constant(code) ?? (code === 0x4e ? null : (number(code, bytes) ?? text(code, bytes)));

function constant(code: number): boolean | undefined {
  return code === 0x88 ? true : code === 0x89 ? false : undefined;
}

function number(code: number, bytes: PickleBytes): number | bigint | undefined {
  switch (code) {
    case 0x4b: // BININT1
      return bytes.unsigned(1);
    case 0x4d: // BININT2
      return bytes.unsigned(2);
    case 0x4a: // BININT
      return bytes.int32();
    case 0x47: // BINFLOAT
      return bytes.float64();
    case 0x8a: // LONG1
      return bytes.long(bytes.unsigned(1));
    default:
      return undefined;
  }
}

function text(code: number, bytes: PickleBytes): string | Uint8Array<ArrayBuffer> | undefined {
  switch (code) {
    case 0x8c: // SHORT_BINUNICODE
      return utf8(bytes.text(bytes.unsigned(1)));
    case 0x58: // BINUNICODE
      return utf8(bytes.text(bytes.unsigned(4)));
    case 0x55: // SHORT_BINSTRING
      return latin1(bytes.text(bytes.unsigned(1)));
    case 0x54: // BINSTRING
      return latin1(bytes.text(bytes.unsigned(4)));
    case 0x43: // SHORT_BINBYTES
      return bytes.take(bytes.unsigned(1));
    case 0x42: // BINBYTES
      return bytes.take(bytes.unsigned(4));
    case 0x8e: // BINBYTES8
    case 0x96: // BYTEARRAY8
      return bytes.take(bytes.unsigned(8));
    default:
      return undefined;
  }
}
