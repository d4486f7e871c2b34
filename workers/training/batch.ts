import { at } from '../../src/domain/at';
import { disposeRowIndex, hostRowIndex, rowIndex } from '../engine/rows';
import { disposeTensors, floats, integers } from '../engine/tensors';
import type { Batch, DistinctRows } from '../models/model';

/** One step's rows as the sampler draws them; entries from `count` (`count · ρ` for negatives) on are padding. */
export interface HostBatch {
  readonly count: number;
  /** Which training interaction each row is. */
  readonly pairs: Int32Array;
  readonly users: Int32Array;
  readonly positives: Int32Array;
  readonly negatives: Int32Array;
}

/** Uploads a batch. `users` and `items` are the sizes of the tables that are indexed. */
export function deviceBatch(host: HostBatch, users: number, items: number): Batch {
  const size = host.users.length;
  const ratio = host.negatives.length / size;
  const upTo = (length: number, count: number, inside: number, outside: number): Float32Array =>
    new Float32Array(length).fill(outside).fill(inside, 0, count);
  const negatives = ratio > 0 ? rowIndex(hostRowIndex(host.negatives, host.count * ratio, items)) : null;
  const negativeMask = ratio > 0 ? floats(upTo(size * ratio, host.count * ratio, 1, 0)) : null;
  return {
    size,
    count: host.count,
    negativesPerPositive: ratio,
    pairs: integers(host.pairs),
    users: rowIndex(hostRowIndex(host.users, host.count, users)),
    positives: rowIndex(hostRowIndex(host.positives, host.count, items)),
    get negatives() {
      return drawn(negatives);
    },
    weights: floats(upTo(size, host.count, 1 / host.count, 0)),
    mask: floats(upTo(size, host.count, 1, 0)),
    get negativeMask() {
      return drawn(negativeMask);
    },
    distinctUsers: distinctRows(host.users, host.count),
    distinctItems: distinctRows(host.positives, host.count),
  };
}

/** What belongs to negatives; a model that declares none must not ask for it. */
function drawn<T>(value: T | null): T {
  if (value === null) throw new Error('This model’s table says that its loss draws no negatives.');
  return value;
}

function distinctRows(ids: Int32Array, count: number): DistinctRows {
  const seen = new Set<number>();
  const mask = new Float32Array(ids.length);
  for (let row = 0; row < count; row++) {
    const id = at(ids, row);
    if (seen.has(id)) continue;
    seen.add(id);
    mask[row] = 1;
  }
  const weights = mask.map((value) => value / seen.size);
  return { count: seen.size, weights: floats(weights), mask: floats(mask) };
}

export function disposeBatch(batch: Batch): void {
  [batch.users, batch.positives].forEach(disposeRowIndex);
  disposeTensors([batch.pairs, batch.weights, batch.mask]);
  if (batch.negativesPerPositive > 0) {
    disposeRowIndex(batch.negatives);
    disposeTensors([batch.negativeMask]);
  }
  for (const rows of [batch.distinctUsers, batch.distinctItems]) disposeTensors([rows.weights, rows.mask]);
}
