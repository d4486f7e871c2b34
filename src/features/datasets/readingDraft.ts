import {
  USES_OF,
  type ColumnUse,
  type DatasetReading,
  type FileReading,
  type FileRole,
  type FileTaken,
  type ReadingQuestions,
} from '../../domain/reading';

/** The answers as they stand in the form. */
export interface ReadingDraft {
  readonly files: Readonly<Record<string, FileReading>>;
  readonly ids: NonNullable<DatasetReading['ids']>;
  readonly validation: 'draw' | null;
}

/** Every question prefilled with the likeliest answer. */
export function draftOf({ files, ids, validation }: ReadingQuestions): ReadingDraft {
  return {
    files: Object.fromEntries(files.map(({ path, reading }) => [path, reading])),
    ids: { ...(ids.user ? { user: ids.user.suggested } : {}), ...(ids.item ? { item: ids.item.suggested } : {}) },
    validation: validation?.suggested ?? null,
  };
}

export function withFile(draft: ReadingDraft, path: string, reading: FileReading): ReadingDraft {
  return { ...draft, files: { ...draft.files, [path]: reading } };
}

/** Another role keeps the columns that it has a use for. */
export function withRole(reading: FileReading, role: FileRole, path: string): FileReading {
  const allowed: readonly string[] = USES_OF[role];
  const columns = Object.fromEntries(Object.entries(reading.columns ?? {}).filter(([use]) => allowed.includes(use)));
  const stem =
    path
      .split('/')
      .at(-1)
      ?.replace(/\.\w+$/, '')
      .toLowerCase() ?? 'features';
  return {
    role,
    columns,
    ...(reading.header === undefined ? {} : { header: reading.header }),
    ...(reading.positives && 'positive' in columns ? { positives: reading.positives } : {}),
    ...(role === 'features' ? { feature: reading.feature ?? { key: stem, scope: 'item' } } : {}),
  };
}

/** The name by which a reading calls a column. */
export function columnName(file: FileTaken, reading: FileReading, column: number): string {
  const name = file.preview?.columns[column]?.trim() ?? '';
  const same = file.preview?.columns.filter((other) => other.trim() === name).length ?? 0;
  return reading.header !== false && name !== '' && same === 1 ? name : `#${column + 1}`;
}

/** What a column is used for; `''` for nothing. */
export function columnUse(file: FileTaken, reading: FileReading, column: number): ColumnUse | '' {
  const names = [columnName(file, reading, column), `#${column + 1}`];
  const found = USES_OF[reading.role].find((use) => names.includes(reading.columns?.[use] ?? ''));
  return found ?? '';
}

/** Gives a column a use; the column that had it loses it. */
export function withUse(file: FileTaken, reading: FileReading, column: number, use: ColumnUse | ''): FileReading {
  const before = columnUse(file, reading, column);
  const columns = Object.fromEntries(Object.entries(reading.columns ?? {}).filter(([other]) => other !== before));
  if (use !== '') columns[use] = columnName(file, reading, column);
  const positives = use === 'positive' ? (file.preview?.values[column] ?? []) : reading.positives;
  const { positives: _, ...rest } = reading;
  return { ...rest, columns, ...(positives && 'positive' in columns ? { positives } : {}) };
}

/** The first line becomes a header, or data; columns keep their uses. */
export function withHeader(file: FileTaken, reading: FileReading, header: boolean): FileReading {
  const next = { ...reading, header };
  const columns: Partial<Record<ColumnUse, string>> = {};
  for (const column of file.preview?.columns.keys() ?? []) {
    const use = columnUse(file, reading, column);
    if (use !== '') columns[use] = columnName(file, next, column);
  }
  return { ...next, columns };
}

const PARTS: readonly FileRole[] = ['train', 'valid', 'test'];

/** What keeps the answers from being used, as sentences; empty when nothing does. */
export function draftProblems(files: readonly FileTaken[], draft: ReadingDraft, all: boolean): string[] {
  const readings = files.map((file) => ({ file, reading: draft.files[file.path] ?? file.reading }));
  const problems = readings.flatMap(({ file, reading }) => {
    const holds = reading.role === 'interactions' || PARTS.includes(reading.role);
    if (!holds || !file.preview) return [];
    const missing = (['user', 'item'] as const).filter((use) => reading.columns?.[use] === undefined);
    return missing.map((use) => `Choose the ${use} column of ${file.path.split('/').at(-1) ?? ''}.`);
  });
  const whole = readings.filter(({ reading }) => reading.role === 'interactions').length;
  const parts = PARTS.map((role) => readings.filter(({ reading }) => reading.role === role).length);
  if (whole > 0 && parts.some((number) => number > 0))
    problems.push('Choose either one file of interactions, or files for training, validation and test.');
  if (parts.some((number) => number > 1)) problems.push('Choose one file for each split.');
  if (all && whole === 0 && parts[0] === 0) problems.push('Choose the file that holds the interactions.');
  return problems;
}

/** The reading to send. */
export function answersOf({ files, ids, validation }: ReadingDraft): DatasetReading {
  return { files, ids, ...(validation ? { validation } : {}) };
}
