import type { FeatureInfo } from '../../src/domain/dataset';
import type { Database } from '../../src/storage/database';
import { readFeatureChunk } from '../../src/storage/datasets';
import type { FeatureMatrix } from '../models/model';

/**
 * A feature matrix that stays in storage: rows are read when they are asked for, and one stored chunk of them is held. Says that it
 * is being read when its first row is. Throws `DATA_NOT_FOUND` and `STORE_DAMAGED` as it is read.
 */
export function storedFeature(
  database: Database,
  id: string,
  feature: FeatureInfo,
  progress: (text: string, fraction: number | null) => Promise<void>,
): FeatureMatrix {
  const { key, rows, columns, chunkRows } = feature;
  let last: { readonly chunk: number; readonly values: Float32Array } | null = null;
  const chunkOf = async (chunk: number): Promise<Float32Array> => {
    if (last?.chunk !== chunk) last = { chunk, values: await readFeatureChunk(database, id, feature, chunk) };
    return last.values;
  };
  return {
    key,
    rows,
    columns,
    read: async (first, count) => {
      if (first === 0) await progress(`reading ${key} features`, null);
      const start = Math.floor(first / chunkRows);
      const inChunk = first - start * chunkRows;
      if (inChunk + count <= chunkRows)
        return (await chunkOf(start)).subarray(inChunk * columns, (inChunk + count) * columns);
      const values = new Float32Array(count * columns);
      for (let row = first; row < first + count;) {
        const chunk = Math.floor(row / chunkRows);
        const end = Math.min(first + count, (chunk + 1) * chunkRows);
        const part = await chunkOf(chunk);
        values.set(
          part.subarray((row - chunk * chunkRows) * columns, (end - chunk * chunkRows) * columns),
          (row - first) * columns,
        );
        row = end;
      }
      return values;
    },
  };
}
