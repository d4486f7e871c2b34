import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nearestRows } from '../../workers/engine/nearest';
import { heldRows } from '../../workers/engine/rowSource';
import { behaviourGraph, interactionMatrix, userFromItem } from '../../workers/graphs/behaviour';
import { csrFromEntries, transpose, type Csr } from '../../workers/graphs/csr';
import { cosineGraph } from '../../workers/graphs/neighbours';
import { describeOn, worst } from '../helpers/device';

interface GoldenCsr {
  rows: number;
  columns: number;
  rowPtr: number[];
  colIdx: number[];
  values: number[];
}

interface Golden {
  epsilon: number;
  knn: {
    name: string;
    rows: number;
    columns: number;
    K: number;
    features: number[];
    neighbours: number[][];
    cosines: number[][];
    normalised: GoldenCsr;
  }[];
  bipartite: {
    name: string;
    users: number;
    items: number;
    train: [number, number][];
    sym: GoldenCsr;
    symPlusEpsilon: GoldenCsr;
    userFromItem: GoldenCsr;
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../fixtures/graphs.json', import.meta.url), 'utf8')) as Golden;

/** What “equal” means for graphs: edge for edge, values to 1e-5 relative. */
const VALUE = 1e-5;

function expectEqual(got: Csr, expected: GoldenCsr): void {
  expect([got.rows, got.columns]).toEqual([expected.rows, expected.columns]);
  expect([...got.pointers]).toEqual(expected.rowPtr);
  expect([...got.indices]).toEqual(expected.colIdx);
  expect(
    Math.max(...expected.values.map((value, k) => Math.abs(got.values[k]! - value) / Math.abs(value))),
  ).toBeLessThanOrEqual(VALUE);
}

for (const backend of ['cpu', 'wasm'] as const) {
  describeOn(backend, 'nearest rows', (test) => {
    for (const { name, rows, columns, K, features, neighbours, cosines, normalised } of golden.knn) {
      const values = Float32Array.from(features);

      test(`are those of NumPy, ties to the lower index: ${name}`, async () => {
        const fractions: number[] = [];
        const lists = await nearestRows(heldRows(values, rows, columns), K, true, (fraction) => {
          fractions.push(fraction);
        });
        expect(Array.from({ length: rows }, (_, row) => [...lists.indices.subarray(row * K, (row + 1) * K)])).toEqual(
          neighbours,
        );
        // Cosines near zero are differences of larger products: one float32 rounding of a unit is allowed.
        expect(worst(lists.values, cosines.flat())).toBeLessThanOrEqual(1e-6);
        expectEqual(cosineGraph(lists), normalised);
        expect(fractions.at(-1)).toBe(1);
      });

      test(`without the row itself are the same lists, one longer: ${name}`, async () => {
        const lists = await nearestRows(heldRows(values, rows, columns), K - 1, false, () => undefined);
        expect(
          Array.from({ length: rows }, (_, row) => [...lists.indices.subarray(row * (K - 1), (row + 1) * (K - 1))]),
        ).toEqual(neighbours.map((list) => list.slice(1)));
      });
    }

    test('are the row alone for K = 1, and −1 beyond the last row', async () => {
      const three = heldRows(Float32Array.of(1, 0, 0, 1, 1, 1), 3, 2);
      expect([...(await nearestRows(three, 1, true, () => undefined)).indices]).toEqual([0, 1, 2]);
      const lists = await nearestRows(three, 5, true, () => undefined);
      expect([...lists.indices]).toEqual([0, 2, 1, -1, -1, 1, 2, 0, -1, -1, 2, 0, 1, -1, -1]);
      // What is missing is no edge, and a cosine of 0 is none either.
      expect([...cosineGraph(lists).indices]).toEqual([0, 2, 1, 2, 0, 1, 2]);
    });
  });
}

describe('graphs of training pairs', () => {
  for (const { name, users, items, train, sym, symPlusEpsilon, userFromItem: expected } of golden.bipartite) {
    // Given in reverse: the order of the pairs must not matter.
    const pairs = {
      users: Int32Array.from(train, ([u]) => u).reverse(),
      items: Int32Array.from(train, ([, i]) => i).reverse(),
    };

    it(`are those of SciPy: ${name}`, () => {
      expectEqual(behaviourGraph(pairs, users, items, 0), sym);
      expectEqual(userFromItem(pairs, users, items), expected);
    });

    it(`with 1e-7 added to degrees: ${name}`, () => {
      const graph = behaviourGraph(pairs, users, items, golden.epsilon);
      expectEqual(graph, symPlusEpsilon);
      // 1e-7 is at the limit of float32, so that it was added is seen where it is not: with a hundredth.
      const coarse = behaviourGraph(pairs, users, items, 0.01);
      expect(Math.max(...coarse.values)).toBeLessThan(Math.max(...graph.values));
    });

    it(`are symmetric, and hold every pair once: ${name}`, () => {
      const graph = behaviourGraph(pairs, users, items, 0);
      expect(transpose(graph)).toEqual(graph);
      const matrix = interactionMatrix(pairs, users, items);
      const entries = Array.from({ length: users }, (_, u) =>
        [...matrix.indices.subarray(matrix.pointers[u], matrix.pointers[u + 1])].map((i) => [u, i]),
      ).flat();
      expect(entries).toEqual([...train].sort(([a, b], [c, d]) => a - c || b - d));
    });
  }

  it('refuse a pair that occurs twice', () => {
    expect(() =>
      csrFromEntries(2, 2, Int32Array.of(1, 0, 1), Int32Array.of(1, 0, 1), Float32Array.of(1, 2, 3)),
    ).toThrow('Row 1 has column 1 twice');
  });
});
