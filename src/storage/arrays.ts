import { AppError } from '../domain/errors';
import type { Table } from './database';

/** Longest array of one stored value: browsers refuse arrays over 127 MiB. */
const PART_LENGTH = 16 * 2 ** 20;
/** In bytes. */
export const longestPart = 4 * PART_LENGTH;

/** A long array in parts under `key/0`, `key/1`, … */
export interface StoredArray {
  readonly key: string;
  readonly length: number;
}

export type Entry = readonly [string, unknown];

/**
 * Appends the parts of `values` to `entries`, to be written in one transaction with what names them. An array that is one part is
 * not copied, so it must not be written to until it is stored.
 */
export function splitArray(key: string, values: Float32Array, entries: Entry[]): StoredArray {
  if (values.length > 0 && values.length <= PART_LENGTH && values.byteLength === values.buffer.byteLength) {
    entries.push([`${key}/0`, values]);
    return { key, length: values.length };
  }
  for (let start = 0, part = 0; start < values.length; start += PART_LENGTH, part++) {
    entries.push([`${key}/${part}`, values.slice(start, start + PART_LENGTH)]);
  }
  return { key, length: values.length };
}

/** Throws `STORE_DAMAGED` where a part is missing, is of another kind or has another length. */
export async function joinArray(table: Table, { key, length }: StoredArray): Promise<Float32Array> {
  const values = new Float32Array(length);
  for (let start = 0, part = 0; start < length; start += PART_LENGTH, part++) {
    const stored = await table.get(`${key}/${part}`);
    if (!(stored instanceof Float32Array) || stored.length !== Math.min(PART_LENGTH, length - start))
      throw new AppError(
        'STORE_DAMAGED',
        `The stored part ${key}/${part} is missing or damaged.`,
        'Curves and results of the run can still be read. Run the experiment again to have its weights.',
      );
    values.set(stored, start);
  }
  return values;
}

export async function joinArrays(
  table: Table,
  stored: Readonly<Record<string, StoredArray>>,
): Promise<Record<string, Float32Array>> {
  const result: Record<string, Float32Array> = {};
  for (const [name, array] of Object.entries(stored)) result[name] = await joinArray(table, array);
  return result;
}

export function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
