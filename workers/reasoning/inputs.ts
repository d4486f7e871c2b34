import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import type { FoundInputs } from '../../src/domain/reasoning';
import { NO_TEXT, type ItemText } from '../../src/domain/reasoningText';
import type { Database } from '../../src/storage/database';
import { readDataset, readLabels } from '../../src/storage/datasets';
import { NO_INPUTS, readInputs, writeInputs, writePicture, type PictureInfo } from '../../src/storage/reasoning';
import { orInstead } from '../../src/storage/replaced';
import { digest } from '../dataset/fingerprint';
import { columnRole } from '../dataset/columnNames';
import { isClutter } from '../dataset/names';
import { open } from '../formats/recognise';
import { baseName, blobSource, readHead, spool, type ByteSource } from '../formats/source';
import { pictureType } from './pictures';

type Field = keyof ItemText | 'id' | 'picture';
const FIELDS: Readonly<Record<string, Field>> = {
  title: 'title',
  name: 'title',
  productname: 'title',
  itemname: 'title',
  brand: 'brand',
  store: 'brand',
  manufacturer: 'brand',
  categories: 'categories',
  category: 'categories',
  genres: 'categories',
  maincategory: 'categories',
  maincat: 'categories',
  description: 'description',
  desc: 'description',
  text: 'description',
  features: 'description',
  id: 'id',
  image: 'picture',
  picture: 'picture',
  file: 'picture',
  filename: 'picture',
  imagefile: 'picture',
  path: 'picture',
};

function fieldOf(header: string): Field | null {
  if (columnRole(header) === 'item') return 'id';
  return (
    FIELDS[
      header
        .trim()
        .toLowerCase()
        .replace(/:.*$/, '')
        .replace(/[^a-z]/g, '')
    ] ?? null
  );
}

/** One line of a file on items. */
type Line = Partial<Record<Field, string>>;

/** Files of other kinds in a folder of pictures and texts. */
const LEFT_OUT: readonly string[] = ['FILE_UNRECOGNISED', 'FILE_UNSUPPORTED', 'FILE_BROKEN'];

/**
 * Stores item texts (CSV, TSV, JSONL) and pictures (files, folders, zip) of a dataset beside those that are there. A line or a picture's
 * name gives an item's original id, or its index; a table with a column of file names maps pictures to items. Throws `REASONING_INPUT`
 * when nothing fits, and what the formats throw.
 */
export async function importInputs(
  database: Database,
  datasetId: string,
  files: readonly NamedFile[],
  progress: (text: string, fraction: number | null) => void,
): Promise<FoundInputs> {
  const { statistics } = await readDataset(database, datasetId);
  const itemOf = indexFinder((await readLabels(database, datasetId))?.originalItems, statistics.items);
  const before = await orInstead(readInputs(database, datasetId), NO_INPUTS);
  const texts: (ItemText | null)[] = Array.from(
    { length: statistics.items },
    (_, item) => before.texts?.[item] ?? null,
  );
  const pictures = new Map<number, PictureInfo>(before.pictures);
  const byFile = new Map<string, string>();
  const waiting: ByteSource[] = [];
  const leftOut: string[] = [];
  let found = 0;
  let strangers = 0;

  const takeLine = (line: Line): void => {
    const { id, picture, ...rest } = line;
    if (id === undefined) return;
    if (picture !== undefined) byFile.set(baseName(picture).toLowerCase(), id);
    const text = { ...NO_TEXT, ...rest };
    if (Object.values(text).every((value) => value.trim() === '')) return;
    const item = itemOf(id);
    if (item === null) return void strangers++;
    texts[item] = text;
    found++;
  };

  const queue = files.map(({ path, file }) => blobSource(path, file)).filter(({ path }) => !isClutter(path));
  queue.reverse();
  for (let source = queue.pop(); source; source = queue.pop()) {
    progress(`reading ${baseName(source.path)}`, null);
    const head = await readHead(source, 64, {});
    if (pictureType(head)) waiting.push(source);
    else if (startsLikeJson(head)) await readJsonLines(source, takeLine);
    else {
      const opened = await open(source, {}).catch((error: unknown) => {
        if (error instanceof AppError && LEFT_OUT.includes(error.code)) return null;
        throw error;
      });
      // One by one: an archive may hold more than a call takes arguments.
      if (opened?.kind === 'archive') {
        for (const entry of [...opened.entries].reverse()) if (!isClutter(entry.path)) queue.push(entry);
      } else if (opened?.kind === 'table' && opened.table.columns.some((header) => fieldOf(header) === 'id')) {
        const fields = opened.table.columns.map(fieldOf);
        await opened.table.read({}, (cells) => takeLine(lineOf(fields, cells)));
      } else leftOut.push(source.path);
    }
  }
  let stored = 0;
  for (const [place, source] of waiting.entries()) {
    if (place % 50 === 0) progress('storing pictures', place / waiting.length);
    const name = baseName(source.path);
    const item = itemOf(byFile.get(name.toLowerCase()) ?? name.replace(/\.[^.]*$/, ''));
    if (item === null) {
      strangers++;
      continue;
    }
    const bytes = new Uint8Array(await (await spool(source, {})).arrayBuffer());
    await writePicture(database, datasetId, item, bytes);
    pictures.set(item, {
      file: name,
      type: pictureType(bytes) ?? 'image/jpeg',
      bytes: bytes.length,
      hash: await digest(bytes),
    });
    stored++;
  }
  if (found === 0 && stored === 0) {
    const why =
      strangers > 0
        ? `None of the ${strangers} texts and pictures matches an item of this dataset.`
        : 'There are no item texts or pictures in these files.';
    throw new AppError(
      'REASONING_INPUT',
      why,
      'Texts need a column with the item’s id (id, itemID, asin). Name pictures by the id, or add a table with the columns id and file.',
      { strangers },
    );
  }
  await writeInputs(database, datasetId, { texts: before.texts || found > 0 ? texts : null, pictures, strangers });
  return { texts: found, pictures: stored, strangers, leftOut };
}

/** An item or user by the id it had in its files; where there are no such ids, by its index. */
export function indexFinder(ids: readonly string[] | null | undefined, size: number): (id: string) => number | null {
  const known = new Map(ids?.map((id, index) => [id, index]) ?? []);
  return (id) => {
    const trimmed = id.trim();
    const index = known.get(trimmed);
    if (index !== undefined) return index;
    if (known.size > 0 || !/^\d{1,9}$/.test(trimmed)) return null;
    return Number(trimmed) < size ? Number(trimmed) : null;
  };
}

function lineOf(fields: readonly (Field | null)[], cells: readonly string[]): Line {
  const line: Line = {};
  fields.forEach((field, place) => field !== null && (line[field] ??= cells[place]?.trim() ?? ''));
  return line;
}

/** Whether a file holds JSON objects. */
const startsLikeJson = (head: Uint8Array): boolean => /^\s*\{\s*["}]/.test(new TextDecoder().decode(head));

async function readJsonLines(source: ByteSource, take: (line: Line) => void): Promise<void> {
  const text = await (await spool(source, {})).text();
  for (const [place, row] of text.split(/\r?\n/).entries()) {
    if (row.trim() === '') continue;
    const value = objectOf(row);
    if (!value)
      throw new AppError(
        'REASONING_INPUT',
        `Line ${place + 1} of ${baseName(source.path)} is not a JSON object.`,
        'Write one object per line, with an id and texts.',
        { path: source.path, row: place + 1 },
      );
    const line: Line = {};
    for (const [name, content] of Object.entries(value)) {
      const field = fieldOf(name);
      if (field) line[field] ??= wordsOf(content);
      // Our own files have an index beside it.
      if (name === 'id') line.id = wordsOf(content);
    }
    take(line);
  }
}

function objectOf(row: string): object | null {
  try {
    const value: unknown = JSON.parse(row);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** Lists, also of lists, become words between commas. */
function wordsOf(content: unknown): string {
  if (Array.isArray(content))
    return [...new Set(content.flat(Infinity).map(wordsOf))].filter((part) => part !== '').join(', ');
  return typeof content === 'string' || typeof content === 'number' ? String(content).trim() : '';
}
