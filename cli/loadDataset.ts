import type { DatasetDocument, ImportOptions, Problem } from '../src/domain/dataset';
import type { Database } from '../src/storage/database';
import { generateDemo } from '../workers/dataset/demo';
import { importDataset } from '../workers/dataset/import';
import { demoOf } from './arguments';
import { filesOf } from './folder';
import type { Reporter } from './reporter';

/** Imports a folder (or makes a built-in dataset) into a database. Warnings are told and accepted. Throws what the import throws. */
export async function loadDataset(
  database: Database,
  id: string,
  data: string,
  options: ImportOptions,
  report: Pick<Reporter, 'problem'>,
): Promise<DatasetDocument> {
  const demo = demoOf(data);
  if (demo) return generateDemo(database, id, demo);
  const confirm = async (problems: readonly Problem[]): Promise<boolean> => {
    problems.forEach((problem) => report.problem(problem));
    return true;
  };
  return importDataset(database, { id, files: await filesOf(data), options }, { confirm });
}
