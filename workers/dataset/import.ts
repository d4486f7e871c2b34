import { grouped } from './grouped';
import {
  isPairsKey,
  type DatasetDocument,
  type DatasetLabels,
  type DatasetStatistics,
  type FeatureInfo,
  type ImportOptions,
  type Problem,
  type Taken,
} from '../../src/domain/dataset';
import { AppError, errorFromFault, faultOf } from '../../src/domain/errors';
import { NOTHING_ANSWERED, readingOf, type DatasetReading } from '../../src/domain/reading';
import type { NamedFile } from '../../src/domain/protocol';
import type { Database } from '../../src/storage/database';
import { commitDataset, deleteDataset } from '../../src/storage/datasets';
import type { Matrix } from '../formats/format';
import { throwIfCancelled, type Watch } from '../formats/source';
import type { Ask } from './ask';
import { assemble } from './assemble';
import { checkFeature } from './check';
import { decideFiles, decideIds, decideMatrices, sizeQuestions } from './decide';
import type { Entry } from './entries';
import { compareKeys } from './fingerprint';
import { renumbered, storeFeature, type StoredFeature } from './features';
import { openFiles } from './files';
import { Findings } from './findings';
import { itemLabels } from './itemNames';
import { attempts, readFeatureFiles, readParts, type Attempt, type RawParts } from './parts';
import { prepare, type Prepared } from './prepare';
import { ProgressMeter, type ImportProgress } from './progress';
import { folderMatrix, ordered } from './rowOrder';
import { orderOf, type FeatureFile } from './sizes';
import { filesTaken } from './taken';
import { reportEntries } from './unread';

export interface ImportRequest {
  readonly id: string;
  readonly files: readonly NamedFile[];
  readonly options: ImportOptions;
}

export interface ImportHooks {
  readonly progress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
  /** Asked where two readings are possible; without it a question is an error, `DATA_QUESTION`. */
  readonly ask?: Ask;
  /**
   * Told everything that was found. With an error among the problems nothing is kept and the answer is not looked at (`statistics` is
   * null when it did not come that far); otherwise true, or a name for the dataset, makes it exist.
   */
  readonly confirm: (
    problems: readonly Problem[],
    statistics: DatasetStatistics | null,
    features: readonly FeatureInfo[],
    taken: Taken,
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
  let asked = options.reading !== undefined && Object.keys(options.reading.files).length > 0;
  const ask: Ask | null = hooks.ask
    ? (questions) => {
        asked = true;
        return hooks.ask?.(questions) ?? Promise.resolve(NOTHING_ANSWERED);
      }
    : null;
  const findings = new Findings();
  const opened = await openFiles(files, { signal: hooks.signal });
  const first = await decideFiles(opened, options.reading ?? NOTHING_ANSWERED, findings, ask);
  const { entries } = first;
  const meter = new ProgressMeter(bytesOf(entries), hooks.progress ?? (() => undefined));
  const watch: Watch = { signal: hooks.signal, onBytes: meter.onBytes };
  const attempt = attempts(findings, meter);

  const found = await readParts(entries, findings, attempt, watch);
  // With an error there is nothing to ask any more, but what else is wrong is still said.
  const certain = found && { raw: found, answers: first.answers };
  const read =
    found && !findings.failure ? await decideRest(found, entries, first.answers, ask, attempt, watch) : certain;
  throwIfCancelled(hooks.signal);
  reportEntries(entries, findings);
  const prepared = read ? prepare(read.raw, options, read.answers, findings) : null;
  const stored: StoredFeature[] = [];
  if (prepared && read && !findings.failure) {
    for (const feature of [...read.raw.features].sort(compareKeys)) {
      const result = await attempt(feature.path, () => storeRows(database, id, feature, prepared, findings, watch));
      if (result) stored.push(result);
    }
  }
  meter.finish();
  const taken: Taken = { files: filesTaken(entries), split: prepared?.split ?? null };
  const { failure, problems } = findings;
  const infos = stored.map(({ info }) => info);
  if (failure || !prepared || !read) {
    await deleteDataset(database, id);
    await hooks.confirm(problems, prepared?.statistics ?? null, infos, taken);
    throw (
      failure ??
      new AppError('DATA_NO_INTERACTIONS', 'There is nothing to import.', 'Drop a folder with an interaction file.')
    );
  }
  const { ids, filters } = prepared;
  const reading = { ...readingOf(taken.files, read.answers), ids, ...(filters && { filters }) };
  const document = await assemble(database, draftOf(request, prepared, read.raw, { reading, asked }, stored, problems));
  const answer = await hooks.confirm(problems, prepared.statistics, infos, taken);
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

const bytesOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + (entry.role === 'unused' ? 0 : entry.file.source.storedBytes * entry.files), 0);

/** What can only be asked once the interactions are read: matrices without a name, and whose rows the ids are. */
async function decideRest(
  found: RawParts,
  entries: readonly Entry[],
  given: DatasetReading,
  ask: Ask | null,
  attempt: Attempt,
  watch: Watch,
): Promise<{ readonly raw: RawParts; readonly answers: DatasetReading }> {
  sizeQuestions(entries, found);
  const asked = await decideMatrices(entries, given, ask);
  const raw = asked.some ? { ...found, features: await readFeatureFiles(entries, attempt, watch) } : found;
  const zero = new Set<FeatureFile>();
  for (const feature of raw.features) if (await startsWithZeros(feature.matrix, watch)) zero.add(feature);
  const answers = await decideIds(raw, asked.answers, ask, (feature) => zero.has(feature));
  return { raw, answers };
}

async function startsWithZeros(matrix: Matrix, { signal }: Watch): Promise<boolean> {
  try {
    for await (const block of matrix.blocks(1, { signal })) return block.every((value) => value === 0);
  } catch (error) {
    // What is wrong with the file is said when its rows are read.
    if (!(error instanceof AppError) || error.code === 'IMPORT_CANCELLED') throw error;
  }
  return false;
}

/** Rows in the order of the items (users), as far as filters kept them. */
async function storeRows(
  database: Database,
  id: string,
  feature: FeatureFile,
  prepared: Prepared,
  findings: Findings,
  watch: Watch,
): Promise<StoredFeature> {
  const isItem = feature.scope === 'item';
  const kept = isItem ? prepared.keptItems : prepared.keptUsers;
  const placed = { ...feature, file: feature.path };
  let result: StoredFeature;
  if (feature.rowIds === null) {
    const matrix = isPairsKey(feature.key) ? renumbered(feature.matrix, prepared.keptItems) : feature.matrix;
    result = await storeFeature(database, id, { ...placed, matrix }, kept, watch);
  } else {
    const size = isItem ? prepared.itemCount : prepared.userCount;
    const originals = isItem ? prepared.itemOriginals : prepared.userOriginals;
    const order = orderOf(feature, feature.rowIds, size, originals, kept, findings);
    const matrix = feature.folder
      ? folderMatrix(feature.folder.files, feature.folder.columns, order)
      : ordered(feature.matrix, order);
    result = await storeFeature(database, id, { ...placed, matrix }, null, watch);
  }
  checkFeature(result, findings);
  return result;
}

function draftOf(
  { id, files, options }: ImportRequest,
  prepared: Prepared,
  { names }: RawParts,
  origin: { readonly reading: DatasetReading; readonly asked: boolean },
  features: readonly StoredFeature[],
  problems: readonly Problem[],
): Parameters<typeof assemble>[1] {
  const labels: DatasetLabels = {
    ...itemLabels(names, prepared.originalItems, prepared.items),
    users: null,
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
    source: { kind: 'files', files: sourceFiles(files.map(({ path }) => path)), ...origin },
    statistics: prepared.statistics,
    problems,
  };
}

/** The dropped paths; of many in one folder the first ones and how many more. */
function sourceFiles(paths: readonly string[]): string[] {
  const byFolder = grouped(paths, (path) => path.slice(0, path.lastIndexOf('/') + 1));
  return [...byFolder.entries()].flatMap(([folder, files]) =>
    files.length <= MOST_LISTED ? files : [...files.slice(0, 3), `${folder}… and ${files.length - 3} more`],
  );
}

const MOST_LISTED = 100;
