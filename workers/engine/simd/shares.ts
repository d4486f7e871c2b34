import { at, entry } from '../../../src/domain/at';
import type { SimdKernels } from './kernels';
import type { Team } from './team';

const BYTES = 4;

/** Less than this takes about as long as waking a thread: multiplications, numbers of a sparse product, numbers passed over, numbers added up. */
const LEAST_PRODUCT = 2 ** 22;
const LEAST_SPARSE = 2 ** 20;
const LEAST_NUMBERS = 2 ** 17;
const LEAST_SUM = 2 ** 20;

/** `0 … total` in at most `parts` ranges of nearly the same length, each a multiple of `unit` but the last. */
function ranges(total: number, parts: number, unit: number): (readonly [first: number, last: number])[] {
  const length = Math.ceil(total / parts / unit) * unit;
  return Array.from({ length: Math.ceil(total / length) }, (_, part) => [
    part * length,
    Math.min(total, (part + 1) * length),
  ]);
}

/**
 * The kernels, with what is long enough shared between threads by rows of the result. Every number is made by one thread, in
 * the order that one thread alone has: the results are the same to the bit.
 */
export function sharedKernels(own: SimdKernels, team: Team, memory: WebAssembly.Memory): SimdKernels {
  const { size } = team;
  const numberByNumber =
    (kernel: 'exponential' | 'hyperbolicTangent') =>
    (x: number, result: number, length: number): void => {
      if (length < LEAST_NUMBERS) return own[kernel](x, result, length);
      team.run(
        kernel,
        ranges(length, size, 4).map(([first, last]) => [x + BYTES * first, result + BYTES * first, last - first]),
      );
    };
  /** Runs a kernel on rows of `columns` numbers, shared by rows: `given` are its arguments for rows `first` to `last`. */
  const byRows = (
    kernel: 'divergences' | 'divergenceSlope' | 'expSums' | 'plusShares' | 'labelledSlope',
    rows: number,
    columns: number,
    given: (first: number, last: number) => readonly number[],
  ): boolean => {
    if (rows * columns < LEAST_NUMBERS) return false;
    team.run(
      kernel,
      ranges(rows, size, 1).map(([first, last]) => given(first, last)),
    );
    return true;
  };
  const neighbourRows = (count: number, from: number, to: number): (readonly [first: number, last: number])[] =>
    ranges(to - from, count * (to - from) < LEAST_NUMBERS ? 1 : size, 1).map(([first, last]) => [
      from + first,
      from + last,
    ]);
  const divergence =
    (kernel: 'divergences' | 'divergenceSlope', across: (columns: number) => number): SimdKernels['divergences'] =>
    (a, b, rowWeights, columnWeights, result, rows, columns) => {
      const shared = byRows(kernel, rows, columns, (first, last) => [
        a + BYTES * first * columns,
        b + BYTES * first * columns,
        rowWeights + BYTES * first,
        columnWeights,
        result + BYTES * first * across(columns),
        last - first,
        columns,
      ]);
      if (!shared) own[kernel](a, b, rowWeights, columnWeights, result, rows, columns);
    };
  return {
    ...own,
    threads: size,
    divergences: divergence('divergences', () => 1),
    divergenceSlope: divergence('divergenceSlope', (columns) => columns),
    expSums: (x, result, rows, columns, scale, shift) => {
      const shared = byRows('expSums', rows, columns, (first, last) => [
        x + BYTES * first * columns,
        result + BYTES * first,
        last - first,
        columns,
        scale,
        shift,
      ]);
      if (!shared) own.expSums(x, result, rows, columns, scale, shift);
    },
    plusShares: (x, sums, base, result, rows, columns) => {
      const shared = byRows('plusShares', rows, columns, (first, last) => [
        x + BYTES * first * columns,
        sums + BYTES * first,
        base && base + BYTES * first * columns,
        result + BYTES * first * columns,
        last - first,
        columns,
      ]);
      if (!shared) own.plusShares(x, sums, base, result, rows, columns);
    },
    labelledSlope: (x, slopes, weights, near, labels, result, rows, columns, nearWidth, ownWidth, ...powers) => {
      const shared = byRows('labelledSlope', rows, columns, (first, last) => [
        x + BYTES * first * columns,
        slopes + BYTES * 3 * first,
        weights + BYTES * first,
        near + BYTES * first * nearWidth,
        labels + BYTES * first * ownWidth,
        result + BYTES * first * columns,
        last - first,
        columns,
        nearWidth,
        ownWidth,
        ...powers,
      ]);
      if (!shared)
        own.labelledSlope(x, slopes, weights, near, labels, result, rows, columns, nearWidth, ownWidth, ...powers);
    },
    matMul: (a, b, packed, result, m, k, n, turnedA, turnedB, first, last) => {
      if ((last - first) * k * n < LEAST_PRODUCT)
        return own.matMul(a, b, packed, result, m, k, n, turnedA, turnedB, first, last);
      const scratch = BYTES * own.packedNumbers(k, n);
      // A strip, or four numbers of a vector: the rest of either is rounded in another way.
      team.run(
        'matMul',
        ranges(last - first, size, n === 1 ? 4 : 5).map(([from, to], thread) => [
          a,
          b,
          packed + thread * scratch,
          result,
          m,
          k,
          n,
          Number(turnedA),
          Number(turnedB),
          first + from,
          first + to,
        ]),
      );
    },
    csrProduct: (pointers, columns, values, x, addend, result, rows, width, scale) => {
      const places = new Int32Array(memory.buffer, pointers, rows + 1);
      if (at(places, rows) * width < LEAST_SPARSE)
        return own.csrProduct(pointers, columns, values, x, addend, result, rows, width, scale);
      team.run(
        'csrProduct',
        evenRows(places, size).map(([first, last]) => [
          pointers + BYTES * first,
          columns,
          values,
          x,
          addend && addend + BYTES * first * width,
          result + BYTES * first * width,
          last - first,
          width,
          scale,
        ]),
      );
    },
    adam: (theta, result, first, second, gradient, length, ...settings) => {
      if (length < LEAST_NUMBERS) return own.adam(theta, result, first, second, gradient, length, ...settings);
      team.run(
        'adam',
        ranges(length, size, 4).map(([from, to]) => [
          ...[theta, result, first, second, gradient].map((address) => address + BYTES * from),
          to - from,
          ...settings,
        ]),
      );
    },
    exponential: numberByNumber('exponential'),
    hyperbolicTangent: numberByNumber('hyperbolicTangent'),
    sums: (x, result, outer, depth, inner) => {
      if (outer * depth * inner < LEAST_SUM) return own.sums(x, result, outer, depth, inner);
      team.run(
        'sums',
        ranges(outer, size, 1).map(([first, last]) => [
          x + BYTES * first * depth * inner,
          result + BYTES * first * inner,
          last - first,
          depth,
          inner,
        ]),
      );
    },
    neighbourShares: (x, items, mask, places, weights, found, result, count, known, most, scale, from, to) =>
      team.run(
        'neighbourShares',
        neighbourRows(count, from, to).map(([first, last], thread) => [
          ...[x, items, mask, places, weights, found + thread * BYTES * known, result],
          ...[count, known, most, scale, first, last],
        ]),
      ),
    neighbourSharesSlope: (x, items, mask, places, weights, sums, dy, found, result, count, known, most, ...rest) => {
      const [scale, from, to] = rest;
      team.run(
        'neighbourSharesSlope',
        neighbourRows(count, from, to).map(([first, last], thread) => [
          ...[x, items, mask, places, weights, sums, dy, found + thread * BYTES * known, result],
          ...[count, known, most, scale, first, last],
        ]),
      );
    },
    maskedTopK: (scores, ids, pointers, masked, result, rows, columns, k) => {
      if (rows * columns < LEAST_NUMBERS)
        return own.maskedTopK(scores, ids, pointers, masked, result, rows, columns, k);
      team.run(
        'maskedTopK',
        ranges(rows, size, 1).map(([first, last]) => [
          scores + BYTES * first * columns,
          ids + BYTES * first,
          pointers,
          masked,
          result + BYTES * 2 * k * first,
          last - first,
          columns,
          k,
        ]),
      );
    },
    expertScores: (
      users,
      items,
      output,
      hiddenWeights,
      hiddenBias,
      result,
      scratch,
      rows,
      columns,
      first,
      last,
      experts,
      width,
      top,
      mlp,
      hidden,
    ) => {
      if (rows * (last - first) * width < LEAST_NUMBERS)
        return own.expertScores(
          users,
          items,
          output,
          hiddenWeights,
          hiddenBias,
          result,
          scratch,
          rows,
          columns,
          first,
          last,
          experts,
          width,
          top,
          mlp,
          hidden,
        );
      team.run(
        'expertScores',
        ranges(last - first, size, 1).map(([from, to], thread) => [
          users,
          items,
          output,
          hiddenWeights,
          hiddenBias,
          result,
          scratch + thread * BYTES * (experts + hidden),
          rows,
          columns,
          first + from,
          first + to,
          experts,
          width,
          top,
          mlp,
          hidden,
        ]),
      );
    },
  };
}

/** Rows of a sparse matrix in ranges of about as many entries each: `pointers [rows + 1]`. */
function evenRows(pointers: Int32Array, parts: number): (readonly [first: number, last: number])[] {
  const rows = pointers.length - 1;
  const entries = at(pointers, rows);
  const bounds = Array.from({ length: parts + 1 }, (_, part) =>
    part === parts ? rows : firstFrom(pointers, (part * entries) / parts),
  );
  return bounds
    .slice(1)
    .map((last, part) => [entry(bounds, part), last] as const)
    .filter(([first, last]) => last > first);
}

/** The first place of an ascending list whose value is at least `value`. */
function firstFrom(list: Int32Array, value: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(list, middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
