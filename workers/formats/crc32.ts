import { at } from '../../src/domain/at';

/** What a byte adds to the checksum, with none, one, two and three bytes behind it. */
const TABLES = tables();

function tables(): Int32Array {
  const values = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    values[byte] = value;
  }
  for (let i = 256; i < values.length; i++)
    values[i] = (at(values, i - 256) >>> 8) ^ at(values, at(values, i - 256) & 255);
  return values;
}

/** Continues a CRC-32 (as in zip and gzip) over more bytes; the first call starts from 0. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    crc ^= at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24);
    crc =
      at(TABLES, 768 + (crc & 255)) ^
      at(TABLES, 512 + ((crc >>> 8) & 255)) ^
      at(TABLES, 256 + ((crc >>> 16) & 255)) ^
      at(TABLES, crc >>> 24);
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ at(TABLES, (crc ^ at(bytes, i)) & 255);
  return ~crc >>> 0;
}
