import { at } from '../../../src/domain/at';
import { unitRows } from '../../engine/nearest';
import { blocksOf, changedRows, type RowSource } from '../../engine/rowSource';

/** Columns with mean 0 and population standard deviation 1; a constant column becomes 0. Reads the source twice for it. */
export async function standardisedColumns(source: RowSource): Promise<RowSource> {
  const { rows, columns } = source;
  const mean = new Float64Array(columns);
  const square = new Float64Array(columns);
  const add = (sums: Float64Array, c: number, value: number): void => void (sums[c] = at(sums, c) + value / rows);
  for await (const { values } of blocksOf(source)) values.forEach((value, place) => add(mean, place % columns, value));
  for await (const { values } of blocksOf(source))
    values.forEach((value, place) => add(square, place % columns, (value - at(mean, place % columns)) ** 2));
  // Rounding leaves a constant column a trace of deviation.
  const scales = square.map((sum, c) => (sum > 1e-14 * at(mean, c) ** 2 ? 1 / Math.sqrt(sum) : 0));
  return changedRows(source, (values) =>
    values.map((value, place) => (value - at(mean, place % columns)) * at(scales, place % columns)),
  );
}

/** Standardised columns, then rows of unit length. */
export const standardisedUnitRows = async (source: RowSource): Promise<RowSource> =>
  unitRows(await standardisedColumns(source));
