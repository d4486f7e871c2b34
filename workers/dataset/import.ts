import type {
  DatasetDocument,
  DatasetLabels,
  DatasetStatistics,
  FeatureInfo,
  ImportOptions,
  Problem,
} from '../../src/domain/dataset';
import { AppError, errorFromFault, faultOf } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import type { Database } from '../../src/storage/database';
import { commitDataset, deleteDataset } from '../../src/storage/datasets';
import { throwIfCancelled, type Watch } from '../formats/source';
import { assemble } from './assemble';
import { checkFeature } from './check';
import { compareKeys } from './fingerprint';
import { storeFeature, type StoredFeature } from './features';
import { openFiles } from './files';
import { Findings } from './findings';
import { prepare, type Prepared } from './prepare';
import { ProgressMeter, type ImportProgress } from './progress';
import { readParts, sortParts } from './parts';

export interface ImportRequest {
  readonly id: string;
  readonly files: readonly NamedFile[];
  readonly options: ImportOptions;
}

export interface ImportHooks {
  readonly progress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
  /**
   * Told everything that was found. With an error among the problems nothing is kept and the answer is not looked at (`statistics` is
   * null when it did not come that far); otherwise true, or a name for the dataset, makes it exist.
   */
  readonly confirm: (
    problems: readonly Problem[],
    statistics: DatasetStatistics | null,
    features: readonly FeatureInfo[],
  ) => Promise<boolean | { readonly name: string }>;
}

/**
 * Reads, checks and stores a dataset. Throws the first error of the check, `DATA_REJECTED` when it was not confirmed,
 * `IMPORT_CANCELLED`, or what the storage throws; in all these cases nothing of it remains.
 */
export async function importDataset(
  database: Database,
  request: ImportRequest,
  hooks: ImportHooks,
): Promise<DatasetDocument> {
  if ((await database.datasets.get(request.id)) !== undefined) {
    throw new AppError('DATA_REJECTED', `A dataset ${request.id} is already stored.`, 'Import it under another id.', {
      id: request.id,
    });
  }
  try {
    return await checkAndStore(database, request, hooks);
  } catch (error) {
    // What made the import fail is what is told, even when cleaning up fails too: the sweep at the next start removes the rest.
    await deleteDataset(database, request.id).catch(() => undefined);
    throw error instanceof AppError ? error : errorFromFault(faultOf(error));
  }
}

async function checkAndStore(database: Database, request: ImportRequest, hooks: ImportHooks): Promise<DatasetDocument> {
  const { id, files, options } = request;
  const findings = new Findings();
  const opening: Watch = { signal: hooks.signal };
  const parts = sortParts(await openFiles(files, findings, opening), findings);
  const total = parts.tableBytes + parts.features.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const meter = new ProgressMeter(total, hooks.progress ?? (() => undefined));
  const watch: Watch = { signal: hooks.signal, onBytes: meter.onBytes };

  const raw = await readParts(parts, findings, meter, watch);
  const prepared = raw ? prepare(raw, options, findings) : null;
  const stored: StoredFeature[] = [];
  if (prepared && !findings.failure) {
    for (const feature of [...parts.features].sort(compareKeys)) {
      meter.begin(feature.path);
      const kept = feature.scope === 'item' ? prepared.keptItems : prepared.keptUsers;
      try {
        const result = await storeFeature(database, id, { ...feature, file: feature.path }, kept, watch);
        checkFeature(result, findings);
        stored.push(result);
      } catch (error) {
        if (!(error instanceof AppError) || error.code.startsWith('STORE_') || error.code === 'IMPORT_CANCELLED')
          throw error;
        findings.unreadable(feature.path, error);
      }
    }
  }
  meter.finish();
  const { failure, problems } = findings;
  const infos = stored.map(({ info }) => info);
  if (failure || !prepared) {
    await deleteDataset(database, id);
    await hooks.confirm(problems, prepared?.statistics ?? null, infos);
    throw (
      failure ??
      new AppError('DATA_NO_INTERACTIONS', 'There is nothing to import.', 'Drop a folder with an interaction file.')
    );
  }
  const document = await assemble(database, draftOf(request, prepared, stored, problems));
  const answer = await hooks.confirm(problems, prepared.statistics, infos);
  throwIfCancelled(hooks.signal);
  if (answer === false) {
    throw new AppError(
      'DATA_REJECTED',
      'The dataset was not accepted.',
      'Nothing was stored. Correct the files and drop them again.',
    );
  }
  const final = typeof answer === 'object' ? { ...document, name: answer.name } : document;
  await commitDataset(database, final);
  return final;
}

function draftOf(
  { id, files, options }: ImportRequest,
  prepared: Prepared,
  features: readonly StoredFeature[],
  problems: readonly Problem[],
): Parameters<typeof assemble>[1] {
  const labels: DatasetLabels = {
    items: null,
    users: null,
    itemCategories: null,
    originalUsers: prepared.originalUsers,
    originalItems: prepared.originalItems,
  };
  return {
    id,
    name: options.name ?? prepared.name,
    users: prepared.users,
    items: prepared.items,
    interactions: prepared.interactions,
    labels,
    features,
    split: prepared.split,
    source: { kind: 'files', files: files.map(({ path }) => path) },
    statistics: prepared.statistics,
    problems,
  };
}
