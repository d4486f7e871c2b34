import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A serialisable stream of random numbers. */
export interface Random {
  /** A uint32. */
  next(): number;
  /** In [0, 1), a multiple of 2⁻³². Stored as float32 the largest values round to 1. */
  uniform(): number;
  /** In [0, n), without bias; `n` an integer in [1, 2³²]. */
  integer(n: number): number;
  /** Standard normal (Marsaglia's polar method). */
  normal(): number;
  /** What `restoreStream` needs to continue from here; plain numbers that survive JSON. */
  state(): number[];
}

const RANGE = 2 ** 32;

/**
 * The stream `name` of the seed. Streams of different names or seeds start at unrelated points of a generator with
 * period 2¹²⁸ − 1, so drawing more from one never changes another.
 */
export function stream(seed: number, name: string): Random {
  return resume(hash128(`${seed >>> 0}/${name}`), null);
}

/** Continues a stream where `state()` was taken. */
export function restoreStream(state: readonly number[]): Random {
  return resume(state.slice(0, 4), state[4] ?? null);
}

/** `generatorState`: four words; `waiting`: the second normal of a pair, not handed out yet. */
function resume(generatorState: readonly number[], waiting: number | null): Random {
  const generator = xoroshiro128plusFromState(generatorState);
  let spare = waiting;
  // As the last integer was drawn: most are drawn from one range.
  let [buckets, bucket] = [1, RANGE];
  const next = (): number => generator.next() >>> 0;
  const uniform = (): number => (generator.next() >>> 0) / RANGE;

  return {
    next,
    uniform,
    integer(n) {
      // Equal buckets of the range, taken by the high bits: the low ones of this generator are weaker.
      if (n !== buckets) [buckets, bucket] = [n, Math.floor(RANGE / n)];
      for (;;) {
        const value = Math.floor((generator.next() >>> 0) / bucket);
        if (value < n) return value;
      }
    },
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      for (;;) {
        const x = 2 * uniform() - 1;
        const y = 2 * uniform() - 1;
        const square = x * x + y * y;
        if (square >= 1 || square === 0) continue;
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * scale;
        return x * scale;
      }
    },
    state: () => (spare === null ? [...generator.getState()] : [...generator.getState(), spare]),
  };
}

/** Four well-mixed words of a text: four FNV-1a passes from different offsets, each through Murmur3's finaliser. */
function hash128(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [0x811c9dc5, 0x9e3779b9, 0x7f4a7c15, 0x85ebca6b].map((offset, word) => {
    let hash = offset;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) ^ (hash >>> 15);
    hash = Math.imul(hash ^ (hash >>> 16) ^ word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) | 0;
  });
}
