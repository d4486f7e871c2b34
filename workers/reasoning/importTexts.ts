import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import type { FoundTexts, ImportStep } from '../../src/domain/reasoning';
import type { Database } from '../../src/storage/database';
import { readDataset, readLabels } from '../../src/storage/datasets';
import { readImported, writeImported } from '../../src/storage/reasoning';
import { orInstead } from '../../src/storage/replaced';
import { columnRole } from '../dataset/columnNames';
import { open } from '../formats/recognise';
import { baseName, blobSource, readHead, spool, type ByteSource } from '../formats/source';
import { indexFinder } from './inputs';

/** Where the text of a line stands, the first of these that it has. */
const TEXT_FIELDS: Readonly<Record<ImportStep, readonly string[]>> = {
  descriptions: ['paragraph', 'description', 'text'],
  documents: ['text', 'document', 'description'],
  profiles: ['text', 'profile', 'preferences', 'description'],
};

type Take = (id: string, text: string) => void;

/**
 * Stores texts that somebody has already in the place of answers, beside those that are there: JSONL with an id and a text a line, as our
 * own files have them; JSON of ids and texts, of such objects, or of texts in the order of the indices; CSV and TSV with a column of ids
 * and one of texts. Throws `REASONING_INPUT` when nothing fits, and then nothing has changed.
 */
export async function importTexts(
  database: Database,
  datasetId: string,
  step: ImportStep,
  files: readonly NamedFile[],
  progress: (text: string, fraction: number | null) => void,
): Promise<FoundTexts> {
  const { statistics } = await readDataset(database, datasetId);
  const labels = await readLabels(database, datasetId);
  const ofUsers = step === 'profiles';
  const size = ofUsers ? statistics.users : statistics.items;
  const indexOf = indexFinder(ofUsers ? labels?.originalUsers : labels?.originalItems, size);
  const before = await orInstead(readImported(database, datasetId, step), null);
  const texts = Array.from({ length: size }, (_, index) => before?.texts[index] ?? null);
  const given = new Set<number>();
  let strangers = 0;
  let empty = 0;
  const take = (index: number | null, text: string): void => {
    if (index === null || index >= size) return void strangers++;
    if (text.trim() === '') return void empty++;
    texts[index] = text.trim();
    given.add(index);
  };
  for (const { path, file } of files) {
    progress(`reading ${baseName(path)}`, null);
    await readTexts(blobSource(path, file), step, (id, text) => take(indexOf(id), text), take);
  }
  const who = ofUsers ? 'user' : 'item';
  if (given.size === 0) {
    const nothing = empty > 0 ? `All ${empty} texts in these files are empty.` : 'There are no texts in these files.';
    const why =
      strangers > 0
        ? `None of the ${strangers} texts belongs to ${ofUsers ? 'a user' : 'an item'} of this dataset.`
        : nothing;
    throw new AppError(
      'REASONING_INPUT',
      why,
      `Write one JSON object per line, or a table, with the ${who}’s id and the text (${TEXT_FIELDS[step].join(', ')}).`,
      { strangers, empty },
    );
  }
  await writeImported(database, datasetId, step, { file: files.map(({ path }) => baseName(path)).join(', '), texts });
  return { texts: given.size, strangers, empty };
}

async function readTexts(
  source: ByteSource,
  step: ImportStep,
  take: Take,
  takeAt: (index: number, text: string) => void,
): Promise<void> {
  const head = new TextDecoder().decode(await readHead(source, 64, {})).trimStart();
  if (head.startsWith('{') || head.startsWith('[')) return readJson(source, step, take, takeAt);
  const opened = await open(source, {});
  if (opened.kind !== 'table')
    throw new AppError(
      'REASONING_INPUT',
      `${baseName(source.path)} is not a text file in a known format.`,
      'Use JSONL, JSON, CSV or TSV with ids and texts.',
      { path: source.path },
    );
  const { columns } = opened.table;
  const id = columns.findIndex((name) => isId(name, step));
  const named = TEXT_FIELDS[step]
    .map((field) => columns.findIndex((name) => name.trim().toLowerCase() === field))
    .find((place) => place >= 0);
  // With two columns, the one that is not the id is the text, whatever its name.
  const text = named ?? (columns.length === 2 && id >= 0 ? 1 - id : -1);
  if (id < 0 || text < 0) throw noFields(source, step, columns.join(', '));
  await opened.table.read({}, (cells) => take(entry(cells, id), entry(cells, text)));
}

async function readJson(
  source: ByteSource,
  step: ImportStep,
  take: Take,
  takeAt: (index: number, text: string) => void,
): Promise<void> {
  const content = await (await spool(source, {})).text();
  const whole = parsed(content);
  const takeLine = (line: unknown, place: number): void => {
    const found = isObject(line) ? lineOf(line, step) : null;
    if (!found) throw noFields(source, step, isObject(line) ? Object.keys(line).join(', ') : `line ${place + 1}`);
    take(found.id, found.text);
  };
  if (Array.isArray(whole))
    return whole.forEach((one: unknown, place) =>
      typeof one === 'string' ? takeAt(place, one) : takeLine(one, place),
    );
  if (isObject(whole) && !lineOf(whole, step)) {
    return Object.entries(whole).forEach(([id, text]) => {
      if (typeof text !== 'string') throw noFields(source, step, id);
      take(id, text);
    });
  }
  content.split(/\r?\n/).forEach((row, place) => row.trim() !== '' && takeLine(parsed(row), place));
}

/** The id and text of an object; a text that is null, as our own files write a missing one, is empty. */
function lineOf(
  line: Record<string, unknown>,
  step: ImportStep,
): { readonly id: string; readonly text: string } | null {
  const names = Object.keys(line);
  const name = names.includes('id') ? 'id' : names.find((one) => isId(one, step));
  const id = name === undefined ? undefined : line[name];
  const field = TEXT_FIELDS[step].find((one) => typeof line[one] === 'string' || line[one] === null);
  if ((typeof id !== 'string' && typeof id !== 'number') || field === undefined) return null;
  const text = line[field];
  return { id: String(id), text: typeof text === 'string' ? text : '' };
}

const isId = (name: string, step: ImportStep): boolean =>
  name.trim().toLowerCase() === 'id' || columnRole(name) === (step === 'profiles' ? 'user' : 'item');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const noFields = (source: ByteSource, step: ImportStep, has: string): AppError =>
  new AppError(
    'REASONING_INPUT',
    `${baseName(source.path)} has no fields with an id and a text: ${has.slice(0, 120)}.`,
    `Name the fields id and ${TEXT_FIELDS[step].join(' or ')}.`,
    { path: source.path },
  );
