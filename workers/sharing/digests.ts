import type { StudyRun } from '../../src/sharing/studyFile';
import { digest } from '../dataset/fingerprint';

/** Bytes of a file that are hashed at once. */
const PART_BYTES = 16 * 2 ** 20;

/** SHA-256, hex, of each 16 MiB of a file: of a smaller one its SHA-256. */
export async function partDigests(file: Blob): Promise<string[]> {
  const parts: string[] = [];
  for (let at = 0; at === 0 || at < file.size; at += PART_BYTES)
    parts.push(await digest(new Uint8Array(await file.slice(at, at + PART_BYTES).arrayBuffer())));
  return parts;
}

/** One digest of a value's content: the order of keys, and keys without a value, play no part in it. */
export async function contentDigest(value: unknown): Promise<string> {
  const views: ArrayBufferView[] = [];
  const text = JSON.stringify(value, (_key, one: unknown) => {
    if (ArrayBuffer.isView(one)) return `${one.constructor.name} ${views.push(one)}`;
    if (typeof one === 'number') return Number.isFinite(one) ? one : String(one);
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  const lines = [text];
  for (const view of views) lines.push(await digest(view));
  return digest(new TextEncoder().encode(lines.join('\n')));
}

/** A run with what its users got. What somebody else's link or file said of it is written in a shorter form, and left out here. */
export const runDigest = ({ run, details }: StudyRun): Promise<string> => {
  const { theirs: _theirs, origin: _origin, ...own } = run;
  return contentDigest({ run: own, details });
};
