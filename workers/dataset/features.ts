import type { FeatureInfo } from '../../src/domain/dataset';
import type { Database } from '../../src/storage/database';
import { readFeatureChunks, writeFeatureChunk } from '../../src/storage/datasets';
import type { Matrix } from '../formats/format';
import type { Watch } from '../formats/source';
import { FeatureObserver } from './featureStatistics';
import { chunkRowsFor, digest } from './fingerprint';
import { nearestNeighbours } from './nearest';

export interface StoredFeature {
  readonly info: FeatureInfo;
  /** SHA-256 of each chunk. */
  readonly digests: readonly string[];
  readonly observer: FeatureObserver;
}

/**
 * Streams a matrix into the database chunk by chunk, keeping the rows listed in `kept` (null: all), and says what it saw.
 * Memory: a block of the reader and the chunk being filled.
 */
export async function storeFeature(
  database: Database,
  id: string,
  feature: { readonly key: string; readonly scope: 'item' | 'user'; readonly file: string; readonly matrix: Matrix },
  kept: Int32Array | null,
  watch: Watch,
): Promise<StoredFeature> {
  const { matrix, key } = feature;
  const { columns } = matrix;
  const rows = kept?.length ?? matrix.rows;
  const chunkRows = chunkRowsFor(columns);
  const observer = new FeatureObserver();
  const digests: string[] = [];
  let chunk = new Float32Array(Math.min(rows, chunkRows) * columns);
  let words = new Int32Array(chunk.buffer);
  let filled = 0;
  let written = 0;
  let fileRow = 0;

  for await (const block of matrix.blocks(chunkRows, watch)) {
    for (let at = 0; at < block.length; at += columns, fileRow++) {
      if (written === rows || (kept && kept[written] !== fileRow)) continue;
      chunk.set(block.subarray(at, at + columns), filled);
      observer.row(fileRow, chunk.subarray(filled, filled + columns), words.subarray(filled, filled + columns));
      filled += columns;
      written++;
      if (filled < chunk.length) continue;
      await writeFeatureChunk(database, id, key, digests.length, chunk);
      digests.push(await digest(chunk));
      chunk = new Float32Array(Math.min(rows - written, chunkRows) * columns);
      words = new Int32Array(chunk.buffer);
      filled = 0;
    }
  }
  const info: FeatureInfo = {
    key,
    scope: feature.scope,
    file: feature.file,
    rows,
    columns,
    sourceType: matrix.sourceType,
    chunkRows,
    statistics: observer.statistics(null),
  };
  const finite = info.statistics.nonFinite === 0;
  const nearest = finite
    ? await nearestNeighbours(rows, columns, () => readFeatureChunks(database, id, info), watch)
    : null;
  return { info: { ...info, statistics: observer.statistics(nearest) }, digests, observer };
}

/** Numbers of items as they are once only those of `kept` are left (null: all); −1 for items that are gone. Other numbers stay. */
export function renumbered(matrix: Matrix, kept: Int32Array | null): Matrix {
  if (!kept) return matrix;
  const places = new Map(Array.from(kept, (old, place) => [old, place] as const));
  return {
    ...matrix,
    async *blocks(rowsPerBlock, watch) {
      for await (const block of matrix.blocks(rowsPerBlock, watch))
        yield block.map((value) => (value < 0 ? value : (places.get(value) ?? -1)));
    },
  };
}

/** Values in memory as a matrix to be stored. */
export function matrixOf(values: Float32Array<ArrayBuffer>, columns: number): Matrix {
  return {
    rows: values.length / columns,
    columns,
    sourceType: 'float32',
    async *blocks(rowsPerBlock) {
      const step = rowsPerBlock * columns;
      for (let start = 0; start < values.length; start += step) yield values.subarray(start, start + step);
    },
  };
}
