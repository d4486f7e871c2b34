import { at } from '../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { given, type GivenNumbers } from '../engine/capture/given';
import { hostRowIndex, type HostRowIndex, type RowIndex } from '../engine/rows';
import { disposeTensors, floats, integers, scalarOf } from '../engine/tensors';
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

/** A batch on the device. What its loss does not use is not made. */
export interface DeviceBatch extends Batch {
  dispose(): void;
}

/** Index tables of the batch before, by name: the next batch's may be written over them. */
export type BatchArrays = Map<string, HostRowIndex>;

/**
 * Everything a step is handed of its batch, by name; each is made when it is asked for, once. `users`, `items`: sizes of the tables that are
 * indexed. `arrays`: where index tables lie that no batch before needs any more.
 */
export function batchNumbers(
  host: HostBatch,
  users: number,
  items: number,
  arrays: BatchArrays = new Map(),
): GivenNumbers {
  const size = host.users.length;
  const ratio = host.negatives.length / size;
  const index = (name: string, ids: Int32Array, count: number, rows: number): NamedArrays => {
    const made = hostRowIndex(ids, count, rows, arrays.get(name));
    arrays.set(name, made);
    const { indices, pointers, places } = made;
    return { [name]: indices, [`${name}/pointers`]: pointers, [`${name}/places`]: places };
  };
  const distinct = (name: string, ids: Int32Array): NamedArrays => {
    const { weights, mask } = distinctRows(ids, host.count);
    return { [`${name}/weights`]: weights, [`${name}/mask`]: mask };
  };
  const distinctInBoth = (): NamedArrays => {
    const { weights, mask } = distinctRows(host.positives, host.count, host.negatives, host.count * ratio);
    return { 'distinctBoth/weights': weights, 'distinctBoth/mask': mask };
  };
  const groups: Readonly<Record<string, () => NamedArrays>> = {
    pairs: () => ({ pairs: host.pairs }),
    users: () => index('users', host.users, host.count, users),
    positives: () => index('positives', host.positives, host.count, items),
    negatives: () => index('negatives', host.negatives, host.count * ratio, items),
    weights: () => ({ weights: upTo(size, host.count, 1 / host.count) }),
    mask: () => ({ mask: upTo(size, host.count, 1) }),
    negativeMask: () => ({ negativeMask: upTo(size * ratio, host.count * ratio, 1) }),
    count: () => ({ count: Float32Array.of(host.count) }),
    distinctUsers: () => distinct('distinctUsers', host.users),
    distinctItems: () => distinct('distinctItems', host.positives),
    distinctBoth: distinctInBoth,
  };
  const made: NamedArrays = {};
  return (wanted) => {
    const name = wanted.slice(PREFIX.length);
    if (!made[name]) Object.assign(made, groups[name.split('/')[0] ?? '']?.());
    const array = made[name];
    if (!array) throw new Error(`A batch has no ${wanted}.`);
    return array;
  };
}

/** Names of a batch's numbers begin with it. */
export const PREFIX = 'batch/';

type NamedArrays = Record<string, Float32Array | Int32Array>;

const upTo = (length: number, count: number, inside: number): Float32Array =>
  new Float32Array(length).fill(inside, 0, count);

/** Puts a batch on the device. `noticed` hears what the loss takes of it as a number on the host. */
export function deviceBatch(
  host: HostBatch,
  users: number,
  items: number,
  numbers = batchNumbers(host, users, items),
  noticed: (what: string) => void = () => undefined,
): DeviceBatch {
  const made = new Map<string, tf.Tensor1D>();
  const tensor = (name: string): tf.Tensor1D => {
    const before = made.get(name);
    if (before) return before;
    const values = numbers(PREFIX + name);
    const now = tf.keep(given(values instanceof Float32Array ? floats(values) : integers(values), PREFIX + name));
    made.set(name, now);
    return now;
  };
  const indices = new Map<string, RowIndex>();
  const index = (name: string, length: number): RowIndex => {
    const before = indices.get(name);
    if (before) return before;
    const places = { rowPointers: tensor(`${name}/pointers`), columnIndices: tensor(`${name}/places`), values: null };
    const now = { length, indices: tensor(name), places };
    indices.set(name, now);
    return now;
  };
  const distinct = (name: string, count: () => number): DistinctRows => ({
    get count() {
      noticed(`${name}.count`);
      return count();
    },
    get weights() {
      return tensor(`${name}/weights`);
    },
    get mask() {
      return tensor(`${name}/mask`);
    },
  });
  const size = host.users.length;
  const ratio = host.negatives.length / size;
  const inBoth = distinct(
    'distinctBoth',
    () => distinctRows(host.positives, host.count, host.negatives, host.count * ratio).count,
  );
  return {
    size,
    get count() {
      noticed('count');
      return host.count;
    },
    get rows() {
      return scalarOf(tf.reshape(tensor('count'), []));
    },
    negativesPerPositive: ratio,
    get pairs() {
      return tensor('pairs');
    },
    get users() {
      return index('users', size);
    },
    get positives() {
      return index('positives', size);
    },
    get negatives() {
      refuseNone(ratio);
      return index('negatives', size * ratio);
    },
    get weights() {
      return tensor('weights');
    },
    get mask() {
      return tensor('mask');
    },
    get negativeMask() {
      refuseNone(ratio);
      return tensor('negativeMask');
    },
    distinctUsers: distinct('distinctUsers', () => distinctRows(host.users, host.count).count),
    distinctItems: distinct('distinctItems', () => distinctRows(host.positives, host.count).count),
    get distinctBoth() {
      refuseNone(ratio);
      return inBoth;
    },
    dispose: () => disposeTensors([...made.values()]),
  };
}

/** What belongs to negatives: a model that declares none must not ask for it. */
function refuseNone(ratio: number): void {
  if (ratio === 0) throw new Error('This model’s table says that its loss draws no negatives.');
}

/** Each entity where it stands first among the first `count` of `ids`, and then among the first `more` of `others`, which lie behind them. */
function distinctRows(
  ids: Int32Array,
  count: number,
  others: Int32Array = new Int32Array(0),
  more = 0,
): { count: number; weights: Float32Array; mask: Float32Array } {
  const seen = new Set<number>();
  const mask = new Float32Array(ids.length + others.length);
  const look = (of: Int32Array, taken: number, behind: number): void => {
    for (let row = 0; row < taken; row++) {
      const id = at(of, row);
      if (seen.has(id)) continue;
      seen.add(id);
      mask[behind + row] = 1;
    }
  };
  look(ids, count, 0);
  look(others, more, ids.length);
  return { count: seen.size, weights: mask.map((value) => value / seen.size), mask };
}
