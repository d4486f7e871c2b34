import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import type { Interactions } from '../../src/domain/interactions';
import { byKey, METRIC_KEYS, type MetricKey } from '../../src/domain/metrics';
import { newRanker } from '../../workers/engine/ranking';
import { matrix } from '../../workers/engine/tensors';
import { interactionMatrix } from '../../workers/graphs/behaviour';
import { evaluate, heldOut } from '../../workers/training/evaluator';
import { MAX_CUTOFF, meanMetrics, rankingMetrics } from '../../workers/training/metrics';
import { describeOn } from '../helpers/device';

type Values = Record<MetricKey, number>;

interface Golden {
  lists: { name: string; users: { ranked: number[]; heldOut: number[]; metrics: Values }[]; mean: Values }[];
  scores: {
    name: string;
    users: number;
    items: number;
    scores: number[];
    train: number[][];
    heldOut: number[][];
    evaluated: { user: number; ranked: number[]; heldOut: number[]; metrics: Values }[];
    mean: Values;
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../fixtures/metrics.json', import.meta.url), 'utf8')) as Golden;

function expectClose(got: Values, expected: Values, relative: number): void {
  for (const key of METRIC_KEYS) {
    expect(Math.abs(got[key] - expected[key]), `${key}: ${got[key]}, not ${expected[key]}`).toBeLessThanOrEqual(
      relative * Math.abs(expected[key]),
    );
  }
}

describe('metrics of ranked lists', () => {
  for (const { name, users, mean } of golden.lists) {
    it(`are those of exact fractions: ${name}`, () => {
      const all = users.map(({ ranked, heldOut: relevant, metrics }) => {
        // The reference has nine digits.
        expectClose(rankingMetrics(ranked, new Set(relevant)), metrics, 6e-9);
        // A list that ends is a list that goes on with −1.
        const filled = Int32Array.from({ length: MAX_CUTOFF }, (_, rank) => ranked[rank] ?? -1);
        expect(rankingMetrics(filled, new Set(relevant))).toEqual(rankingMetrics(ranked, new Set(relevant)));
        return rankingMetrics(ranked, new Set(relevant));
      });
      const perUser = {
        users: Int32Array.from(all.keys()),
        values: byKey((key) => Float32Array.from(all, (one) => one[key])),
      };
      // Users' values are kept in float32.
      expectClose(meanMetrics(perUser), mean, 1e-7);
    });
  }

  it('of nobody are zero', () => {
    expect(Object.values(meanMetrics({ users: new Int32Array(0), values: byKey(() => new Float32Array(0)) }))).toEqual(
      METRIC_KEYS.map(() => 0),
    );
  });
});

/** Training rows, then held-out rows under `label`. */
function interactionsOf(train: number[][], held: number[][], label: 1 | 2): Interactions {
  const rows = [
    ...train.flatMap((items, user) => items.map((item) => [user, item, 0] as const)),
    ...held.flatMap((items, user) => items.map((item) => [user, item, label] as const)),
  ];
  return {
    users: Int32Array.from(rows, ([user]) => user),
    items: Int32Array.from(rows, ([, item]) => item),
    ratings: null,
    timestamps: null,
    split: Uint8Array.from(rows, ([, , split]) => split),
  };
}

for (const backend of ['cpu', 'wasm'] as const) {
  describeOn(backend, 'the evaluator', (test) => {
    for (const { name, users, items, scores, train, heldOut: held, evaluated, mean } of golden.scores) {
      for (const label of [1, 2] as const) {
        test(`ranks, masks and breaks ties as the reference: ${name}, split ${label}`, async () => {
          const interactions = interactionsOf(train, held, label);
          const rows = [...interactions.split.keys()].filter((row) => interactions.split[row] === 0);
          const trained = interactionMatrix(
            {
              users: Int32Array.from(rows, (row) => interactions.users[row]!),
              items: Int32Array.from(rows, (row) => interactions.items[row]!),
            },
            users,
            items,
          );
          const target = heldOut(interactions, label, trained, null);
          expect([...target.users]).toEqual(evaluated.map(({ user }) => user));
          expect(target.relevant.map((set) => [...set].sort((a, b) => a - b))).toEqual(
            evaluated.map(({ heldOut: relevant }) => relevant),
          );
          expect(heldOut(interactions, label === 1 ? 2 : 1, trained, null).users).toHaveLength(0);

          // Users' rows are the scores themselves and items' rows the identity: the products are exact.
          const identity = Float32Array.from({ length: items * items }, (_, i) => (i % (items + 1) === 0 ? 1 : 0));
          const representation = {
            users: matrix(Float32Array.from(scores), users, items),
            items: matrix(identity, items, items),
          };
          const ranker = newRanker(trained, MAX_CUTOFF);
          // Tiles of two users, so that more than one is needed and the last may be short.
          const small = { ...ranker, tileRows: 2 };
          // A stop is answered within a tile.
          expect(await evaluate(small, representation, target, async () => false)).toBeNull();
          let tiles = 0;
          for (const used of [ranker, small]) {
            tiles = 0;
            const evaluation = await evaluate(used, representation, target, async () => (tiles += 1) > 0);
            if (!evaluation) throw new Error('Nobody stopped this evaluation.');
            const { metrics, perUser, topItems, topScores } = evaluation;
            evaluated.forEach(({ user, ranked, metrics: expected }, row) => {
              const top = [...topItems.subarray(row * MAX_CUTOFF, (row + 1) * MAX_CUTOFF)];
              expect(top).toEqual([...ranked, ...new Array<number>(MAX_CUTOFF - ranked.length).fill(-1)]);
              ranked.forEach((item, rank) =>
                expect(topScores[row * MAX_CUTOFF + rank]).toBeCloseTo(scores[user * items + item]!, 6),
              );
              expectClose(
                byKey((key) => perUser.values[key][row]!),
                expected,
                1e-7,
              );
            });
            expectClose(metrics, mean, 1e-7);
          }
          expect(tiles).toBe(Math.ceil(evaluated.length / 2));
          ranker.dispose();
          tf.dispose([representation.users, representation.items]);
        });
      }
    }
  });
}
