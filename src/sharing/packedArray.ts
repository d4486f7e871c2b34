import { AppError } from '../domain/errors';
import { deflated, inflated } from './deflate';
import { z } from '../documents/schemas';

/** A typed array in JSON: its type, its length, and its little-endian bytes deflated and in base64. */
export const packedArray = z.strictObject({
  t: z.enum(['f32', 'i32']),
  n: z
    .number()
    .int()
    .min(0)
    .max(2 ** 27),
  z: z.base64(),
});
export type PackedArray = z.infer<typeof packedArray>;

export async function packArray(values: Float32Array | Int32Array): Promise<PackedArray> {
  const bytes = new Uint8Array(values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return { t: values instanceof Float32Array ? 'f32' : 'i32', n: values.length, z: toBase64(await deflated(bytes)) };
}

/** Throws `STUDY_UNREADABLE` where the bytes are not those of `n` numbers. */
async function unpackBytes({ n, z: text }: PackedArray): Promise<ArrayBuffer> {
  const wrong = (): AppError =>
    new AppError(
      'STUDY_UNREADABLE',
      'A number column in the file is damaged.',
      'Ask for the file again. Nothing of it was stored.',
    );
  const bytes = await inflated(fromBase64(text), 4 * n, wrong, wrong);
  if (bytes.length !== 4 * n) throw wrong();
  return bytes.buffer;
}

export const unpackFloats = async (packed: PackedArray): Promise<Float32Array> =>
  new Float32Array(await unpackBytes(packed));
export const unpackIntegers = async (packed: PackedArray): Promise<Int32Array> =>
  new Int32Array(await unpackBytes(packed));

/** Characters are made of so many bytes at a time: a call takes only so many arguments. */
const PIECE = 0x6000;

/** Bytes in base64. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE)
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE))));
  return pieces.join('');
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
