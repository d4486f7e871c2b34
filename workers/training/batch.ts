import { disposeRowIndex, hostRowIndex, rowIndex } from '../engine/rows';
import { disposeTensors, floats, matrix } from '../engine/tensors';
import type { Batch } from '../models/model';

/** One step's rows as the sampler draws them; entries from `count` (`count · ρ` for negatives) on are padding. */
export interface HostBatch {
  readonly count: number;
  readonly users: Int32Array;
  readonly positives: Int32Array;
  readonly negatives: Int32Array;
}

const PADDING_LOGIT = -1e9;

/** Uploads a batch. `users` and `items` are the sizes of the tables that are indexed. */
export function deviceBatch(host: HostBatch, users: number, items: number): Batch {
  const size = host.users.length;
  const ratio = host.negatives.length / size;
  const upTo = (length: number, count: number, inside: number, outside: number): Float32Array =>
    new Float32Array(length).fill(outside).fill(inside, 0, count);
  return {
    size,
    count: host.count,
    negativesPerPositive: ratio,
    users: rowIndex(hostRowIndex(host.users, host.count, users)),
    positives: rowIndex(hostRowIndex(host.positives, host.count, items)),
    negatives: rowIndex(hostRowIndex(host.negatives, host.count * ratio, items)),
    weights: floats(upTo(size, host.count, 1 / host.count, 0)),
    mask: floats(upTo(size, host.count, 1, 0)),
    negativeMask: floats(upTo(size * ratio, host.count * ratio, 1, 0)),
    columnMask: matrix(upTo(size, host.count, 0, PADDING_LOGIT), 1, size),
  };
}

export function disposeBatch(batch: Batch): void {
  [batch.users, batch.positives, batch.negatives].forEach(disposeRowIndex);
  disposeTensors([batch.weights, batch.mask, batch.negativeMask, batch.columnMask]);
}
