import { completeConfig, numberOption } from './models/catalogue';
import { modalitiesOf, type DatasetDocument } from './dataset';
import { expertsOf, routingGroups } from './routing';
import type { Experiment } from './run';

/** Vectors by entity, `[rows, columns]`. */
export interface Rows {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

export const rowsOf = (values: Float32Array, rows: number): Rows => ({ values, rows, columns: values.length / rows });

/**
 * What a run ranks with, as vectors of `rows` users or items. MAGNET's end in the router's parts, which are logits and no place in the
 * experts' space: they are left out.
 */
export function finalVectors(
  values: Float32Array,
  rows: number,
  { model, config }: Pick<Experiment, 'model' | 'config'>,
  dataset: Pick<DatasetDocument, 'features'>,
): Rows {
  const all = rowsOf(values, rows);
  if (model !== 'magnet') return all;
  const complete = completeConfig(model, config);
  const groups = routingGroups(modalitiesOf(dataset).map(({ key }) => key));
  const columns = expertsOf(complete, groups).length * numberOption(complete, 'embeddingSize');
  const kept = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    kept.set(values.subarray(row * all.columns, row * all.columns + columns), row * columns);
  return { values: kept, rows, columns };
}
