import { heldRows, readAll, type RowSource } from '../../workers/engine/rowSource';

/** The same rows, all of them the mean of a matrix. */
export async function constantRows(source: RowSource): Promise<RowSource> {
  const { rows, columns } = source;
  const values = await readAll(source);
  const mean = new Float64Array(columns);
  values.forEach((value, place) => (mean[place % columns] = mean[place % columns]! + value / rows));
  return heldRows(
    Float32Array.from({ length: rows * columns }, (_, place) => mean[place % columns]!),
    rows,
    columns,
  );
}
