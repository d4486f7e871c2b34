import { expect } from '@playwright/test';
import { readFileSync } from 'node:fs';

/** The files of a zip archive whose entries are stored as they are. */
export function entriesOf(path: string): Map<string, Buffer> {
  const bytes = readFileSync(path);
  const entries = new Map<string, Buffer>();
  const end = bytes.lastIndexOf(Buffer.of(0x50, 0x4b, 5, 6));
  for (
    let at = bytes.readUInt32LE(end + 16);
    bytes.readUInt32LE(at) === 0x02014b50;
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30)
  ) {
    expect(bytes.readUInt16LE(at + 10), 'method').toBe(0);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    entries.set(
      bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28)),
      bytes.subarray(start, start + bytes.readUInt32LE(at + 24)),
    );
  }
  return entries;
}
