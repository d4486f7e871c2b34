import { at, entry } from '../../src/domain/at';
import type { FeatureStatistics, Histogram } from '../../src/domain/dataset';

/** Gathers what is said of a feature matrix while its rows pass by. */
export class FeatureObserver {
  /** 0-based rows of the file. */
  firstNotFinite: number | null = null;
  firstZero: number | null = null;
  firstDuplicate: number | null = null;
  private nonFinite = 0;
  private zeroRows = 0;
  private duplicateRows = 0;
  private readonly norms: number[] = [];
  private readonly hashes = new Set<number>();

  /** One row, `[columns]`; `words` are the same bytes. */
  row(fileRow: number, values: Float32Array, words: Int32Array): void {
    let square = 0;
    for (let i = 0; i < values.length; i++) {
      const value = at(values, i);
      square += value * value;
    }
    if (!Number.isFinite(square)) {
      // Squares of float32 cannot overflow float64: an entry itself is not finite.
      this.nonFinite += values.reduce((sum, value) => (Number.isFinite(value) ? sum : sum + 1), 0);
      this.firstNotFinite ??= fileRow;
    } else {
      this.norms.push(Math.sqrt(square));
    }
    if (square === 0) {
      this.zeroRows++;
      this.firstZero ??= fileRow;
    }
    const hash = rowHash(words);
    if (this.hashes.has(hash)) {
      this.duplicateRows++;
      this.firstDuplicate ??= fileRow;
    } else {
      this.hashes.add(hash);
    }
  }

  statistics(nearestNeighbour: Histogram | null): FeatureStatistics {
    let [min, max, sum] = [Infinity, -Infinity, 0];
    for (const norm of this.norms) {
      min = Math.min(min, norm);
      max = Math.max(max, norm);
      sum += norm;
    }
    const any = this.norms.length > 0;
    return {
      normMin: any ? min : 0,
      normMean: any ? sum / this.norms.length : 0,
      normMax: any ? max : 0,
      zeroRows: this.zeroRows,
      duplicateRows: this.duplicateRows,
      nonFinite: this.nonFinite,
      norms: histogram(this.norms, any ? min : 0, any ? max : 0, 24),
      nearestNeighbour,
    };
  }
}

/** 53 bits of a row's bytes, −0 counted as 0. Two different rows of 60,000 share one with probability 2e-7. */
function rowHash(words: Int32Array): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] === -0x80000000 ? 0 : at(words, i);
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul((b << 7) ^ (b >>> 25) ^ word, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}

/** Equal bins from `low` to `high`; one bin when they are equal. */
export function histogram(values: readonly number[], low: number, high: number, bins: number): Histogram {
  if (!(high > low)) return { edges: [low, low + Math.max(1e-6, Math.abs(low) * 1e-6)], counts: [values.length] };
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * bins)));
    counts[bin] = entry(counts, bin) + 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins), counts };
}
