/**
 * Reads that cannot miss. A default in place of a missing number would hide a defect, so these throw instead.
 * There are two, because an engine keeps a read fast for up to four kinds of array: numbers in typed arrays, and lists.
 */
type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The number at `index`. Throws a `RangeError` outside `[0, values.length)`. */
export function at(values: Numbers, index: number): number {
  const value = values[index];
  if (value === undefined) throw outside(index, values.length);
  return value;
}

/** The entry at `index`. Throws a `RangeError` outside `[0, list.length)`. */
export function entry<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index];
  if (value === undefined) throw outside(index, list.length);
  return value;
}

/** A value that is there. Throws a `TypeError` if it is not. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('A value is missing.');
  return value;
}

const outside = (index: number, length: number): RangeError => new RangeError(`No entry ${index} among ${length}.`);
