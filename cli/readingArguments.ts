import { readFileSync } from 'node:fs';
import { AppError } from '../src/domain/errors';
import {
  COLUMN_USES,
  FILE_ROLES,
  ID_READINGS,
  mergeReadings,
  NOTHING_ANSWERED,
  type DatasetReading,
  type FileAnswer,
  type IdReading,
} from '../src/domain/reading';
import { parseReading } from '../src/documents/reading';

/** What the command line says of a dataset's files. */
export interface ReadingArguments {
  readonly reading?: string | undefined;
  readonly file?: readonly string[] | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly positives?: readonly string[] | undefined;
  readonly 'no-header'?: readonly string[] | undefined;
  readonly 'split-files'?: string | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly validation?: string | undefined;
}

export const READING_USAGE = `  --file name=role        what a file is: ${FILE_ROLES.join(', ')};
                          features:image:item also says the modality and whose rows they are (repeatable)
  --columns name:use=column,…   which column is what: ${COLUMN_USES.slice(0, 6).join(', ')};
                          by its header, or #1 for the first (repeatable)
  --positives name:value,…      values of the column “positive” whose rows are interactions (repeatable)
  --no-header name        the first line of this file is data (repeatable)
  --split-files train=name,valid=name,test=name
  --ids side=reading      whose rows the ids of a side (user, item) are: ${ID_READINGS.join(', ')} (repeatable)
  --validation draw       draw a validation split from training
  --reading file          all of these as JSON, as reading.json of an earlier run has them`;

/** These options, as `parseArgs` takes them. */
export const READING_OPTIONS = {
  reading: { type: 'string' },
  file: { type: 'string', multiple: true },
  columns: { type: 'string', multiple: true },
  positives: { type: 'string', multiple: true },
  'no-header': { type: 'string', multiple: true },
  'split-files': { type: 'string' },
  ids: { type: 'string', multiple: true },
  validation: { type: 'string' },
} as const;

/** Answers to what the import may ask. Throws `COMMAND_LINE`. */
export function readingOfArguments(given: ReadingArguments): DatasetReading {
  const files = new Map<string, FileAnswer>();
  const change = (name: string, reading: FileAnswer): void => {
    files.set(name, { ...files.get(name), ...reading });
  };
  for (const text of given.file ?? []) {
    const [name, what] = parted(text, '=', '--file');
    const [role = '', key, scope] = what.split(':');
    change(name, {
      role: oneOf(role, FILE_ROLES, '--file'),
      ...(key === undefined ? {} : { feature: { key, scope: scope === 'user' ? 'user' : 'item' } }),
    });
  }
  if (given['split-files'] !== undefined) {
    for (const text of given['split-files'].split(',')) {
      const [split, name] = parted(text, '=', '--split-files');
      change(name, { role: oneOf(split, ['train', 'valid', 'test'], '--split-files') });
    }
  }
  for (const text of given.columns ?? []) {
    const [name, list] = parted(text, ':', '--columns');
    const columns = list.split(',').map((pair) => {
      const [use, column] = parted(pair, '=', '--columns');
      return [oneOf(use, COLUMN_USES, '--columns'), column];
    });
    change(name, { columns: Object.fromEntries(columns) });
  }
  for (const text of given.positives ?? []) {
    const [name, list] = parted(text, ':', '--positives');
    change(name, { positives: list.split(',') });
  }
  for (const name of given['no-header'] ?? []) change(name, { header: false });
  const ids = Object.fromEntries(
    (given.ids ?? []).map((text): [string, IdReading] => {
      const [side, reading] = parted(text, '=', '--ids');
      return [oneOf(side, ['user', 'item'], '--ids'), oneOf(reading, ID_READINGS, '--ids')];
    }),
  );
  const typed: DatasetReading = {
    files: Object.fromEntries(files),
    ids,
    ...(given.validation === undefined ? {} : { validation: oneOf(given.validation, ['draw'], '--validation') }),
  };
  return mergeReadings(given.reading === undefined ? NOTHING_ANSWERED : readingFile(given.reading), typed);
}

function readingFile(path: string): DatasetReading {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return wrong(`--reading ${path} could not be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return parseReading(value) ?? wrong(`--reading ${path} does not say how files are read.`);
}

function parted(text: string, sign: string, option: string): [string, string] {
  const at = text.indexOf(sign);
  if (at <= 0 || at === text.length - 1) return wrong(`${option} needs name${sign}value, not “${text}”.`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function oneOf<T extends string>(text: string, choices: readonly T[], option: string): T {
  return choices.find((choice) => choice === text) ?? wrong(`${option} knows ${choices.join(', ')}, not “${text}”.`);
}

function wrong(message: string): never {
  throw new AppError('COMMAND_LINE', message, 'npm run lodestone -- --help lists the options.');
}
