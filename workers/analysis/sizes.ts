import { at } from '../../src/domain/at';

/** Users by how much of the training data is theirs, in parts of equal size. */
export const ACTIVITY_NAMES = ['most active', 'middle', 'least active'] as const;

/** Training interactions per user or item. */
export function countsOf(ids: Int32Array, split: Uint8Array, size: number): Int32Array {
  const counts = new Int32Array(size);
  ids.forEach((id, row) => split[row] === 0 && (counts[id] = at(counts, id) + 1));
  return counts;
}

/** Which of `parts` equal parts each entity falls into, the most frequent first (ties: the lower index). */
export function partsBySize(counts: Int32Array, parts: number): Uint8Array {
  const part = new Uint8Array(counts.length);
  Array.from(counts.keys())
    .sort((a, b) => at(counts, b) - at(counts, a) || a - b)
    .forEach((id, place) => (part[id] = Math.floor((place * parts) / counts.length)));
  return part;
}
