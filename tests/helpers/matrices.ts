import { expect } from 'vitest';
import type { Random } from '../../workers/numbers/rng';
import type { Pairs } from '../../workers/graphs/behaviour';
import { csrFromEntries, type Csr } from '../../workers/graphs/csr';

/** A plain matrix by rows. */
export type Matrix = readonly (readonly number[])[];
export type PairList = readonly (readonly [number, number])[];

export function dense(matrix: Csr): number[][] {
  const rows = Array.from({ length: matrix.rows }, () => new Array<number>(matrix.columns).fill(0));
  for (let r = 0; r < matrix.rows; r++) {
    for (let k = matrix.pointers[r]!; k < matrix.pointers[r + 1]!; k++)
      rows[r]![matrix.indices[k]!] = matrix.values[k]!;
  }
  return rows;
}

export function csrOf(values: Matrix): Csr {
  const entries = values.flatMap((row, r) => row.flatMap((value, c) => (value === 0 ? [] : [{ r, c, value }])));
  return csrFromEntries(
    values.length,
    values[0]?.length ?? 0,
    Int32Array.from(entries, ({ r }) => r),
    Int32Array.from(entries, ({ c }) => c),
    Float32Array.from(entries, ({ value }) => value),
  );
}

/** Entry for entry, to the rounding of float32. */
export function expectMatrix(got: Csr, expected: Matrix): void {
  const values = dense(got);
  expect(values.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  values.forEach((row, r) =>
    row.forEach((value, c) => {
      const wanted = expected[r]![c]!;
      expect(value !== 0, `entry ${r}, ${c}: ${value}, not ${wanted}`).toBe(wanted !== 0);
      expect(Math.abs(value - wanted), `entry ${r}, ${c}: ${value}, not ${wanted}`).toBeLessThanOrEqual(
        2e-7 * Math.abs(wanted),
      );
    }),
  );
}

/** Distinct pairs in random order, each with the given chance; every item may be without one, and every user. */
export function randomPairs(random: Random, users: number, items: number, chance: number): PairList {
  const all = Array.from({ length: users * items }, (_, place) => [Math.floor(place / items), place % items] as const);
  return all
    .filter(() => random.uniform() < chance)
    .map((pair) => ({ pair, key: random.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ pair }) => pair);
}

export const pairsOf = (list: PairList): Pairs => ({
  users: Int32Array.from(list, ([u]) => u),
  items: Int32Array.from(list, ([, i]) => i),
});
