import { describe, expect, it } from 'vitest';
import {
  bothWays,
  flooredSymmetric,
  interestCounts,
  positiveEntries,
  secondOrder,
  unionOfLists,
} from '../../workers/graphs/interests';
import type { NeighbourLists } from '../../workers/graphs/neighbours';
import { mirroredPlaces } from '../../workers/models/layers/diffusion';
import { csrOf, dense } from '../helpers/matrices';

/** Two users, four items; the second user has no history, the third all but one. */
const TRAINED = csrOf([
  [1, 1, 0, 0],
  [0, 0, 0, 0],
  [1, 1, 1, 0],
]);

const listsOf = (k: number, rows: readonly (readonly [item: number, value: number])[][]): NeighbourLists => ({
  rows: rows.length,
  k,
  indices: Int32Array.from(rows.flatMap((row) => Array.from({ length: k }, (_, place) => row[place]?.[0] ?? -1))),
  values: Float32Array.from(rows.flatMap((row) => Array.from({ length: k }, (_, place) => row[place]?.[1] ?? 0))),
});

/** Items 0 and 1 resemble each other most. */
const LISTS = listsOf(3, [
  [
    [1, 0.75],
    [3, 0.5],
    [2, 0.25],
  ],
  [
    [0, 0.75],
    [2, 0.5],
    [3, -0.5],
  ],
  [
    [1, 0.5],
    [0, 0.25],
  ],
  [[0, 0.5]],
]);
const OWN = Float32Array.of(1, 1, 1, 0);

describe('second-order items of a history', () => {
  it('are its own items and the most similar others, pairs within the history included', () => {
    const found = secondOrder(TRAINED, LISTS, OWN, { count: 3, outside: false });
    // Both ways of the pair (0, 1), then of the two of .5 the one from the lower item.
    expect(dense(found)).toEqual([
      [1.75, 1.75, 0, 0.5],
      [0, 0, 0, 0],
      [1.75, 1.75, 1, 0.5],
    ]);
  });

  it('may lie outside of it alone, and are never chosen where nothing is similar', () => {
    const found = secondOrder(TRAINED, LISTS, OWN, { count: 2, outside: true });
    expect(dense(found)).toEqual([
      [1, 1, 0.5, 0.5],
      [0, 0, 0, 0],
      [1, 1, 1, 0.5],
    ]);
  });
});

describe('interests', () => {
  it('are counted over the users that link two items, or once', () => {
    const lists = [listsOf(1, [[[3, 1]], [[0, 1]], [[3, 1]]]), listsOf(1, [[[0, 1]], [[1, 1]], [[3, 1]]])];
    const interests = unionOfLists(TRAINED, lists);
    expect(dense(interests)).toEqual([
      [1, 0, 0, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 1],
    ]);
    expect(dense(interestCounts(TRAINED, interests, false))).toEqual([
      [1, 0, 0, 2],
      [1, 0, 0, 2],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
    ]);
    expect(interestCounts(TRAINED, interests, true).values.every((value) => value === 1)).toBe(true);
  });
});

describe('graphs', () => {
  it('keep an entry whose degree is 0, at the floor', () => {
    const graph = flooredSymmetric(
      csrOf([
        [4, 2],
        [0, 0],
      ]),
      1e-7,
    );
    expect([...graph.indices]).toEqual([0, 1]);
    expect(graph.values[0]).toBeCloseTo(4 / 6, 6);
    expect(graph.values[1]).toBeCloseTo(1e-7, 12);
  });

  it('of a rectangle go both ways', () => {
    expect(dense(bothWays(csrOf([[2, 0, 3]])))).toEqual([
      [0, 2, 0, 3],
      [2, 0, 0, 0],
      [0, 0, 0, 0],
      [3, 0, 0, 0],
    ]);
  });

  it('lose what is not positive', () => {
    const kept = positiveEntries({
      ...csrOf([
        [1, 2],
        [3, 4],
      ]),
      values: Float32Array.of(1, -2, 0, 4),
    });
    expect(dense(kept)).toEqual([
      [1, 0],
      [0, 4],
    ]);
    expect(kept.indices).toHaveLength(2);
  });

  it('that are symmetric have a mirrored place for each entry', () => {
    const graph = csrOf([
      [1, 2, 0],
      [2, 0, 3],
      [0, 3, 4],
    ]);
    const places = mirroredPlaces(graph);
    expect(Array.from(places, (place) => graph.values[place])).toEqual([...graph.values]);
    expect([...places]).toEqual([0, 2, 1, 4, 3, 5]);
  });
});
