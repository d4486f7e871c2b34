import { at } from '../../src/domain/at';
import type { SplitRule } from '../../src/domain/dataset';
import { stream, type Random } from '../numbers/rng';
import { rowsByUser } from './reduce';

export type DrawnSplit = Exclude<SplitRule, 'provided'>;

/** MMRec's default seed. */
export const DEFAULT_SPLIT_SEED = 999;

/**
 * Labels 0, 1, 2 (train, validation, test) per interaction.
 * - `perUserRandom`, `perUserTemporal`: of a user's n interactions, in random order or by time, the last ones are held out: none below 3;
 *   one for validation and one for test below 10; else ⌊0.2 n⌋, the smaller half of them for validation (MMRec's rule).
 * - `leaveOneOut`: the last one for test and the one before for validation, by time where there are timestamps, else at random; none below 3.
 * - `globalRandom`, `globalTemporal`: of all interactions the last tenth for test and the tenth before for validation.
 * Equal times keep the order of the file.
 */
export function drawSplit(
  rule: DrawnSplit,
  seed: number,
  columns: { readonly users: Int32Array; readonly timestamps: Float64Array | null },
  users: number,
): Uint8Array<ArrayBuffer> {
  const random = stream(seed, 'split');
  const labels = new Uint8Array(columns.users.length);
  const times = columns.timestamps;
  const byTime = (a: number, b: number): number => (times?.[a] ?? 0) - (times?.[b] ?? 0) || a - b;
  const inOrder = (rows: Int32Array, temporal: boolean): Int32Array =>
    temporal ? rows.sort(byTime) : shuffle(rows, random);
  const hold = (rows: Int32Array, valid: number, test: number): void => {
    const end = rows.length;
    for (const row of rows.subarray(end - test)) labels[row] = 2;
    for (const row of rows.subarray(end - test - valid, end - test)) labels[row] = 1;
  };

  if (rule === 'globalRandom' || rule === 'globalTemporal') {
    const tenth = Math.floor(labels.length / 10);
    hold(inOrder(Int32Array.from(labels.keys()), rule === 'globalTemporal'), tenth, tenth);
    return labels;
  }
  const temporal = rule === 'perUserTemporal' || (rule === 'leaveOneOut' && times !== null);
  const { starts, order } = rowsByUser(columns.users, users);
  for (let user = 0; user < users; user++) {
    const rows = inOrder(order.subarray(starts[user], starts[user + 1]), temporal);
    const held = rows.length < 3 ? 0 : rows.length < 10 || rule === 'leaveOneOut' ? 2 : Math.floor(0.2 * rows.length);
    const valid = Math.floor(held / 2);
    hold(rows, valid, held - valid);
  }
  return labels;
}

/**
 * The labels with a validation split drawn from training: of a user's n ≥ 3 training rows ⌊n ÷ 10⌋, at least one, in random order from
 * the stream `validation` of the seed.
 */
export function drawValidation(
  labels: Uint8Array,
  seed: number,
  column: Int32Array,
  users: number,
): Uint8Array<ArrayBuffer> {
  const random = stream(seed, 'validation');
  const drawn = Uint8Array.from(labels);
  const { starts, order } = rowsByUser(column, users);
  for (let user = 0; user < users; user++) {
    const rows = order.subarray(starts[user], starts[user + 1]).filter((row) => labels[row] === 0);
    if (rows.length < 3) continue;
    for (const row of shuffle(rows, random).subarray(0, Math.max(1, Math.floor(rows.length / 10)))) drawn[row] = 1;
  }
  return drawn;
}

/** Fisher–Yates, in place. */
function shuffle(rows: Int32Array, random: Random): Int32Array {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const value = at(rows, i);
    rows[i] = at(rows, j);
    rows[j] = value;
  }
  return rows;
}
