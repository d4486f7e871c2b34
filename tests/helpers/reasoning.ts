import { deflateSync } from 'node:zlib';
import { crc32 } from '../../workers/formats/crc32';
import type { ReasoningSettings } from '../../src/domain/reasoningSettings';
import { DEFAULT_SETTINGS } from '../../src/domain/reasoning';
import { join, text, type Bytes } from './dataBuilders';

/** A picture of one colour, `size × size`, as a PNG. */
export function png(red: number, green: number, blue: number, size = 8): Bytes {
  const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const part = (name: string, data: Uint8Array): Bytes => {
    const body = join(text(name), data);
    return join(Uint8Array.from(word(data.length)), body, Uint8Array.from(word(crc32(body) >>> 0)));
  };
  const row = [0, ...Array.from({ length: size }, () => [red, green, blue]).flat()];
  const pixels = Uint8Array.from(Array.from({ length: size }, () => row).flat());
  return join(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    part('IHDR', Uint8Array.from([...word(size), ...word(size), 8, 2, 0, 0, 0])),
    part('IDAT', new Uint8Array(deflateSync(pixels))),
    part('IEND', new Uint8Array()),
  );
}

/** Width and height of a baseline JPEG. */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } {
  const at = bytes.findIndex((byte, i) => byte === 0xff && (bytes[i + 1] === 0xc0 || bytes[i + 1] === 0xc2));
  const word = (place: number): number => bytes[at + place]! * 256 + bytes[at + place + 1]!;
  return { width: word(7), height: word(5) };
}

/** A picture that no other item has. */
export const itemPicture = (item: number): Bytes =>
  png((item * 37) % 256, (item * 91) % 256, item % 256, 8 + (item >> 8));

/** Settings for the loopback server. */
export const loopbackSettings = (url: string, changes: Partial<ReasoningSettings> = {}): ReasoningSettings => ({
  ...DEFAULT_SETTINGS,
  server: { kind: 'ollama', url },
  models: { describe: 'seer', profile: 'writer', encode: 'encoder' },
  concurrency: 3,
  ...changes,
});
