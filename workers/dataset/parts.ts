import { AppError } from '../../src/domain/errors';
import type { Matrix, SparseMatrix, Table } from '../formats/format';
import { baseName, type Watch } from '../formats/source';
import { amount } from '../formats/words';
import { holdsInteractions } from './choose';
import { entryName, type Entry } from './entries';
import type { Findings } from './findings';
import { readIdTable, readIdVector, sameMapping, type IdMapping } from './idList';
import { readInteractions, type InteractionPart, type RawInteractions } from './interactions';
import { readNames, type ItemNames } from './itemNames';
import { bareName } from './names';
import type { ProgressMeter } from './progress';
import { folderMatrix } from './rowOrder';
import type { FeatureFile } from './sizes';
import { textMatrix } from './textMatrix';

/** The files of a dataset, read, but for the rows of features. */
export interface RawParts {
  readonly path: string;
  readonly interactions: RawInteractions;
  readonly itemMapping: IdMapping | null;
  readonly userMapping: IdMapping | null;
  readonly features: readonly FeatureFile[];
  readonly names: ItemNames | null;
}

export type Attempt = <T>(path: string, work: () => Promise<T>) => Promise<T | null>;

/** Runs the reading of one file: what it throws becomes a line of the check, and the answer is null. */
export function attempts(findings: Findings, meter: ProgressMeter): Attempt {
  return async (path, work) => {
    meter.begin(path);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'IMPORT_CANCELLED') throw error;
      findings.unreadable(path, error);
      return null;
    }
  };
}

const LABELS = { interactions: null, train: 0, valid: 1, test: 2 } as const;

/** Reads everything but features; null when the interactions cannot be used. */
export async function readParts(
  entries: readonly Entry[],
  findings: Findings,
  attempt: Attempt,
  watch: Watch,
): Promise<RawParts | null> {
  const parts = entries.filter(holdsInteractions).flatMap((entry) => partOf(entry) ?? []);
  parts.sort((a, b) => (a.label ?? 0) - (b.label ?? 0));
  const first = parts[0];
  if (!first) return null;
  const itemMapping = await readMapping('itemIds', entries, findings, attempt, watch);
  const userMapping = await readMapping('userIds', entries, findings, attempt, watch);
  const interactions = await attempt(first.path, () => readInteractions(parts, watch));
  if (!interactions) return null;
  for (const { table, path } of parts) {
    for (const { message, hint, line } of table.remarks?.() ?? [])
      findings.warning({ rule: 'left-out', file: path, row: line, message, hint });
  }
  reportReading(first.path, interactions, findings);
  if (interactions.lines.length === 0) {
    findings.error('DATA_NO_INTERACTIONS', {
      rule: 'no-interactions',
      file: first.path,
      row: null,
      message: `${baseName(first.path)} has a header but no interactions.`,
      hint: 'Check that the file was written completely.',
    });
    return null;
  }
  const features = await readFeatureFiles(entries, attempt, watch);
  const names = await readNames(entries, findings, watch);
  return { path: first.path, interactions, itemMapping, userMapping, features, names };
}

/** What was left out, or read in an unusual way. */
function reportReading(path: string, { negatives, decimalCommas, remarks }: RawInteractions, findings: Findings): void {
  for (const message of remarks)
    findings.warning({ rule: 'reading', file: path, row: null, message, hint: 'Accept it, or change the files.' });
  if (negatives > 0) {
    findings.warning({
      rule: 'left-out',
      file: path,
      row: null,
      message: `${amount(negatives, 'row')} of ${baseName(path)} ${negatives === 1 ? 'is' : 'are'} no interaction by its outcome column and ${negatives === 1 ? 'was' : 'were'} left out.`,
      hint: 'Read the file differently to keep all rows.',
    });
  }
  if (decimalCommas) {
    findings.note({
      rule: 'reading',
      file: path,
      row: null,
      message: `Numbers of ${baseName(path)} have decimal commas: 4,5 was read as 4.5.`,
      hint: 'Nothing to do.',
    });
  }
}

function partOf(entry: Entry): InteractionPart | null {
  const { content, role, uses, header, positives, path } = entry;
  if (!(role in LABELS)) return null;
  const label = role === 'train' ? 0 : role === 'valid' ? 1 : role === 'test' ? 2 : null;
  if (content.kind === 'table') {
    const table = (entry.asLists ? content.table.lists : null) ?? content.table;
    return { path, table, uses, header: entry.asLists || header, positives, label };
  }
  if (content.kind !== 'sparse') return null;
  return { path, table: sparseTable(content.sparse), uses: SPARSE_USES, header: true, positives: null, label };
}

const SPARSE_USES = { user: 0, item: 1, rating: 2 } as const;

/** The entries of a sparse matrix of users × items, as rows. */
const sparseTable = (sparse: SparseMatrix): Table => ({
  columns: ['user', 'item', 'rating'],
  headerLine: null,
  form: 'a sparse matrix',
  async read(watch, row) {
    let number = 0;
    await sparse.read(watch, (user, item, value) => row([String(user), String(item), String(value)], ++number));
  },
});

async function readMapping(
  role: 'itemIds' | 'userIds',
  entries: readonly Entry[],
  findings: Findings,
  attempt: Attempt,
  watch: Watch,
): Promise<IdMapping | null> {
  let mapping: IdMapping | null = null;
  for (const entry of entries) {
    if (entry.role !== role || ordersItsFile(entry, entries)) continue;
    const found = await attempt(entry.path, () => readIds(entry, watch));
    if (!found) continue;
    const contradiction: string | null = mapping ? sameMapping(mapping, found) : null;
    if (contradiction !== null) {
      findings.error('DATA_ID_RANGE', {
        rule: 'id-range',
        file: entry.path,
        row: null,
        message: `Two mappings contradict each other: ${contradiction}.`,
        hint: 'Drop only the one that belongs to the features.',
      });
    }
    for (const message of found.remarks)
      findings.warning({
        rule: 'remapped-ids',
        file: entry.path,
        row: null,
        message,
        hint: 'Check that this is right.',
      });
    mapping ??= found;
  }
  return mapping;
}

async function readIds({ content, path, uses, header }: Entry, watch: Watch): Promise<IdMapping> {
  if (content.kind === 'table') return readIdTable(path, content.table, uses, header, watch);
  if (content.kind === 'vector' && content.ids) return readIdVector(path, content.ids, watch);
  throw new AppError('FILE_UNRECOGNISED', `${baseName(path)} lists no ids.`, 'Leave it out.', { path });
}

/** Ids in the file of a matrix of as many rows say whose rows those are, and nothing of other files. */
const ordersItsFile = (ids: Entry, entries: readonly Entry[]): boolean =>
  entries.some((entry) => ordersEntry(ids, entry));

function ordersEntry(ids: Entry, entry: Entry): boolean {
  if (ids.content.kind !== 'vector' || entry.content.kind !== 'matrix' || entry.role !== 'features') return false;
  const scope = ids.role === 'userIds' ? 'user' : 'item';
  return (
    ids.file.source === entry.file.source &&
    ids.content.ids?.length === entry.content.matrix.rows &&
    (entry.feature?.scope === scope || ids.role === 'itemIds')
  );
}

/** Opens the features; the rows are read when they are stored. */
export async function readFeatureFiles(
  entries: readonly Entry[],
  attempt: Attempt,
  watch: Watch,
): Promise<FeatureFile[]> {
  const features: FeatureFile[] = [];
  for (const entry of entries) {
    if (entry.role !== 'features' || !entry.feature) continue;
    const opened = await attempt(entry.path, () => openFeature(entry, entries, watch));
    if (opened)
      features.push({
        ...entry.feature,
        ...opened,
        path: entry.path,
        name: entryName(entry),
        storedBytes: entry.file.source.storedBytes * entry.files,
      });
  }
  return features;
}

type Opened = Pick<FeatureFile, 'matrix' | 'rowIds' | 'folder'>;

async function openFeature(entry: Entry, entries: readonly Entry[], watch: Watch): Promise<Opened> {
  const { content, path, uses, header } = entry;
  switch (content.kind) {
    case 'matrix': {
      const ids = entries.find((other) => other !== entry && ordersEntry(other, entry));
      const rowIds = ids ? (await readIds(ids, watch)).originals : null;
      return { matrix: content.matrix, rowIds, folder: null };
    }
    case 'folder': {
      const rowIds = content.files.map((file) => bareName(file.path));
      const all = Int32Array.from(rowIds.keys());
      return { matrix: folderMatrix(content.files, content.columns, all), rowIds, folder: content };
    }
    case 'sparse':
      return { matrix: dense(content.sparse), rowIds: null, folder: null };
    case 'table': {
      const { table } = content;
      const column = uses.item ?? uses.user ?? null;
      if (!table.matrix) {
        const { matrix, ids } = await textMatrix(path, content, header, column, watch);
        return { matrix, rowIds: ids, folder: null };
      }
      const numbers = table.columns.flatMap((_, at) =>
        at !== column && (table.widths?.[at] ?? null) !== null ? [at] : [],
      );
      const vectors = numbers.filter((at) => (content.vectors[at] ?? null) !== null);
      return {
        matrix: await table.matrix(vectors.length > 0 ? vectors : numbers),
        rowIds: column === null ? null : await columnTexts(table, column, watch),
        folder: null,
      };
    }
    case 'vector':
    case 'unread':
      throw new AppError('FILE_UNRECOGNISED', `${baseName(path)} is not a matrix.`, 'Leave it out.', { path });
  }
}

async function columnTexts(table: Table, column: number, watch: Watch): Promise<string[]> {
  const texts: string[] = [];
  await table.read({ signal: watch.signal }, (cells) => texts.push(cells[column]?.trim() ?? ''));
  return texts;
}

/** A sparse matrix of features, row by row. */
function dense(sparse: SparseMatrix): Matrix {
  const { rows, columns } = sparse;
  return {
    rows,
    columns,
    sourceType: 'sparse',
    async *blocks(rowsPerBlock, watch) {
      const byRow = new Map<number, [column: number, value: number][]>();
      await sparse.read(watch, (row, column, value) => {
        const found = byRow.get(row);
        if (found) found.push([column, value]);
        else byRow.set(row, [[column, value]]);
      });
      for (let first = 0; first < rows; first += rowsPerBlock) {
        const height = Math.min(rowsPerBlock, rows - first);
        const block = new Float32Array(height * columns);
        for (let row = 0; row < height; row++)
          for (const [column, value] of byRow.get(first + row) ?? []) block[row * columns + column] = value;
        yield block;
      }
    },
  };
}
