/**
 * What the lengths in a run depend on. A dry run gives each quantity two small values whose ratio no other quantity has,
 * so that a length which was seen in both runs tells what it is a multiple of.
 */
export interface Quantity {
  readonly small: readonly [number, number];
  /** In the run that is estimated. */
  readonly actual: number;
  /** Users, items or both: what graphs have rows of. */
  readonly nodes?: true;
}

/** A length in the two small runs, and the dimension of the tensor that has it. */
export interface SeenLength {
  readonly seen: readonly [number, number];
  /** Lists may be as long as a graph has entries, which depends on the data. */
  readonly list: boolean;
  /** Whether it is the length of a table of one column, which may be a list too. */
  readonly column?: boolean;
}

/**
 * A length in the estimated run: the same where both small runs agree; a multiple of a quantity, with a remainder (row
 * pointers are one longer than the rows), or half of one (packed numbers), or one more (frequencies of a real row); the product of two. What a list's length
 * depends on is the quantity (beside all training pairs once or twice) that explains both runs best.
 * Throws for a length that nothing explains.
 */
export function actualLength(
  { seen, list, column = false }: SeenLength,
  quantities: readonly Quantity[],
  trainPairs: Quantity,
): number {
  const [a, b] = seen;
  if (a === b) return a;
  // A list is never as long as a product: a small graph may have all entries there can be, a large one has not.
  const found = multiple(a, b, quantities) ?? half(a, b, 0, quantities) ?? (list ? null : product(a, b, quantities));
  if (found !== null) return found;
  if (list) return entries(a, b, quantities, trainPairs);
  const shifted = remainder(a, b, quantities) ?? half(a, b, 1, quantities);
  if (shifted !== null) return shifted;
  if (column) return entries(a, b, quantities, trainPairs);
  throw new Error(`A dry run cannot tell what a length of ${a} and ${b} depends on.`);
}

function multiple(a: number, b: number, quantities: readonly Quantity[]): number | null {
  for (const rest of [0, 1]) {
    for (const { small, actual } of quantities) {
      const times = (a - rest) / small[0];
      if (Number.isInteger(times) && times > 0 && (b - rest) / small[1] === times) return times * actual + rest;
    }
  }
  return null;
}

function half(a: number, b: number, rest: number, quantities: readonly Quantity[]): number | null {
  const of = (length: number): number => Math.ceil(length / 2) + rest;
  const found = quantities.find(({ small }) => of(small[0]) === a && of(small[1]) === b);
  return found ? of(found.actual) : null;
}

function product(a: number, b: number, quantities: readonly Quantity[]): number | null {
  for (const one of quantities) {
    for (const other of quantities) {
      const times = a / (one.small[0] * other.small[0]);
      if (Number.isInteger(times) && b / (one.small[1] * other.small[1]) === times)
        return times * one.actual * other.actual;
    }
  }
  return null;
}

/** `k · q + r` with a remainder that is none of the quantities: experts' vectors with a router's logits behind them. */
function remainder(a: number, b: number, quantities: readonly Quantity[]): number | null {
  for (const { small, actual } of quantities) {
    const times = (b - a) / (small[1] - small[0]);
    const rest = a - times * small[0];
    if (Number.isInteger(times) && times > 0 && rest >= 0) return times * actual + rest;
  }
  return null;
}

function entries(a: number, b: number, quantities: readonly Quantity[], trainPairs: Quantity): number {
  let best = { apart: Infinity, length: 0 };
  for (const times of [0, 1, 2]) {
    const left = [a - times * trainPairs.small[0], b - times * trainPairs.small[1]] as const;
    if (left[0] < 0 || left[1] < 0) continue;
    // How many entries a graph has in a row depends on nothing else.
    for (const { small, actual, nodes } of quantities) {
      if (!nodes) continue;
      const [first, second] = [left[0] / small[0], left[1] / small[1]];
      const apart = Math.abs(first - second) / Math.max(first, second, Number.MIN_VALUE);
      if (apart < best.apart) best = { apart, length: Math.round(times * trainPairs.actual + second * actual) };
    }
  }
  return best.length;
}
