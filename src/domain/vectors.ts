import { modalitiesOf, type DatasetDocument } from './dataset';
import { completeConfig, modelTable } from './models/catalogue';
import type { Experiment } from './run';

/** Vectors by entity, `[rows, columns]`. */
export interface Rows {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

export const rowsOf = (values: Float32Array, rows: number): Rows => ({ values, rows, columns: values.length / rows });

/** What a run ranks with, as vectors of `rows` users or items: the columns that are places in one space. */
export function finalVectors(
  values: Float32Array,
  rows: number,
  { model, config }: Pick<Experiment, 'model' | 'config'>,
  dataset: Pick<DatasetDocument, 'features'>,
): Rows {
  const all = rowsOf(values, rows);
  const modalities = modalitiesOf(dataset).map(({ key }) => key);
  const columns = modelTable(model).vectorColumns?.(completeConfig(model, config), modalities) ?? all.columns;
  if (columns === all.columns) return all;
  const kept = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    kept.set(values.subarray(row * all.columns, row * all.columns + columns), row * columns);
  return { values: kept, rows, columns };
}
