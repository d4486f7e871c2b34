import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetDocument, DatasetStatistics, ImportOptions, Problem } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { importDataset, type ImportHooks } from '../../workers/dataset/import';

/** Real data, where this checkout has it beside it. */
export const REAL_DATA = join(import.meta.dirname, '../../../shared/data');
export const hasRealData = existsSync(join(REAL_DATA, 'tiktok/tiktok.inter'));

export function realFile(path: string): NamedFile {
  return { path, file: new Blob([readFileSync(join(REAL_DATA, path))]) };
}

export function named(path: string, content: string | Uint8Array<ArrayBuffer>): NamedFile {
  return { path, file: new Blob([content]) };
}

export interface Outcome {
  readonly document: DatasetDocument | null;
  readonly error: AppError | null;
  readonly problems: readonly Problem[];
  readonly statistics: DatasetStatistics | null;
  readonly database: Database;
}

/** Imports as dataset `d`, accepting warnings, and returns whatever happened. */
export async function tryImport(
  files: readonly NamedFile[],
  options: ImportOptions = {},
  database: Database = memoryDatabase(),
  hooks: Partial<ImportHooks> = {},
): Promise<Outcome> {
  let problems: readonly Problem[] = [];
  let statistics: DatasetStatistics | null = null;
  try {
    const document = await importDataset(
      database,
      { id: 'd', files, options },
      {
        confirm: async (found, counted) => {
          problems = found;
          statistics = counted;
          return true;
        },
        ...hooks,
      },
    );
    return { document, error: null, problems, statistics, database };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { document: null, error, problems, statistics, database };
  }
}

/** Imports and insists that it worked. */
export async function mustImport(
  ...args: Parameters<typeof tryImport>
): Promise<Outcome & { readonly document: DatasetDocument }> {
  const outcome = await tryImport(...args);
  if (!outcome.document) throw outcome.error ?? new Error('nothing was stored');
  return { ...outcome, document: outcome.document };
}
