import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { leakageVerdict } from '../../src/domain/leakage';
import { probeLeakage } from '../../workers/analysis/leakage';
import { stream } from '../../workers/numbers/rng';

interface Golden {
  rows: [number, number, number][];
  items: number[];
  profiles: number[];
  users: number;
  columns: number;
  pairs: number;
  difference: number;
  controlDeviation: number;
  effect: number;
  interval: [number, number];
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/leakage.json', import.meta.url), 'utf8')) as Golden;
const { rows, columns } = golden;
const interactions = {
  users: Int32Array.from(rows, ([user]) => user),
  items: Int32Array.from(rows, ([, item]) => item),
  split: Uint8Array.from(rows, ([, , split]) => split),
  ratings: null,
  timestamps: null,
};
const items = { values: Float32Array.from(golden.items), rows: golden.items.length / columns, columns };
const users = { values: Float32Array.from(golden.profiles), rows: golden.users, columns };

it('the probe agrees with NumPy', async () => {
  const got = await probeLeakage(interactions, items, users, stream(1, 'leakage'));
  expect([got.users, got.pairs, got.controls]).toEqual([golden.users, golden.pairs, 10]);
  // Unit vectors are float32 here and float64 there.
  for (const key of ['difference', 'controlDeviation', 'effect'] as const)
    expect(Math.abs(got[key] - golden[key])).toBeLessThan(2e-6);
  // The ends of a resampled interval scatter.
  got.interval.forEach((end, side) =>
    expect(Math.abs(end - golden.interval[side]!)).toBeLessThan(0.05 * (golden.interval[1] - golden.interval[0])),
  );
  expect(leakageVerdict(got)).toBe('flagged');
});

it('says what it is sure of', () => {
  expect(leakageVerdict({ effect: 0.5, interval: [0.1, 0.9] })).toBe('unclear');
  expect(leakageVerdict({ effect: 0.1, interval: [0.05, 0.3] })).toBe('clear');
});

it('refuses a handful of users', async () => {
  const few = { ...users, values: users.values.map((value, i) => (i < 5 * columns ? value : 0)) };
  const error: unknown = await probeLeakage(interactions, items, few, stream(1, 'leakage')).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'REASONING_INPUT', message: expect.stringContaining('Only 5 users') as string });
});
