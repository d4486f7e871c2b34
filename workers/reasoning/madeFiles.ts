import type { Scope } from '../../src/domain/entityNames';
import type { Rows } from '../../src/domain/vectors';
import { idTable, idTableName } from '../../src/sharing/idTable';
import { npyFile } from '../../src/sharing/npy';
import { zippedFiles } from '../../src/sharing/zipped';
import type { ReasoningStudy } from './study';

/** Matrices of items or users as `.npy`, with what their rows mean. */
export function matrixArchive(
  { dataset, labels }: ReasoningStudy,
  scope: Scope,
  matrices: readonly { readonly name: string; readonly vectors: Rows }[],
): Promise<Blob> {
  const { items, users } = dataset.statistics;
  return zippedFiles(
    [
      ...matrices.map(({ name, vectors }) => ({ name, input: npyFile(vectors) })),
      { name: idTableName(scope), input: idTable(scope, scope === 'item' ? items : users, labels) },
    ],
    new Date(dataset.createdAt),
  );
}

export const jsonLines = (lines: readonly string[]): Blob =>
  new Blob([lines.map((line) => `${line}\n`).join('')], { type: 'application/x-ndjson' });
