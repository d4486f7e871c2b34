import { report as reportSchema, studyBook } from '../documents/studies';
import type { Report } from '../domain/report';
import { NO_STUDIES, type StudyBook } from '../domain/study';
import type { OwnPreset } from '../domain/ownPresets';
import type { Database } from './database';
import { changeOwnPresets, readOwnPresets } from './ownPresets';

/** What a person keeps of studies and the reports, in the table `settings`: `studies`, and `report/<id>`. */

const BOOK = 'studies';
const REPORT = 'report/';

/** As it is stored; null where it is there and cannot be read. */
const bookOf = (stored: unknown): StudyBook | null =>
  stored === undefined ? NO_STUDIES : (studyBook.safeParse(stored).data ?? null);

/** Null where it cannot be read: it is left as it is then. */
export const readStudyBook = async ({ settings }: Database): Promise<StudyBook | null> =>
  bookOf(await settings.get(BOOK));

/** Changes what is stored, whatever another page has written meanwhile; what cannot be read stays as it is. Returns what is stored then. */
export async function changeStudyBook(
  { settings }: Database,
  change: (book: StudyBook) => StudyBook,
): Promise<StudyBook | null> {
  let after: StudyBook | null = null;
  await settings.change([BOOK], ([stored]) => {
    const book = bookOf(stored);
    after = book && change(book);
    return after && [[BOOK, after]];
  });
  return after;
}

export interface StoredReports {
  /** Newest change first. */
  readonly reports: readonly Report[];
  /** Keys of those that this version cannot read. */
  readonly unreadable: readonly string[];
}

export async function readReports({ settings }: Database): Promise<StoredReports> {
  const keys = await settings.keys(REPORT);
  const read = await Promise.all(keys.map(async (key) => reportSchema.safeParse(await settings.get(key)).data ?? key));
  return {
    reports: read
      .flatMap((one) => (typeof one === 'string' ? [] : [one]))
      .sort((a, b) => b.changedAt.localeCompare(a.changedAt)),
    unreadable: read.flatMap((one) => (typeof one === 'string' ? [one] : [])),
  };
}

export const writeReport = ({ settings }: Database, report: Report): Promise<void> =>
  settings.set(`${REPORT}${report.id}`, report);

export const deleteReport = ({ settings }: Database, id: string): Promise<void> => settings.delete([`${REPORT}${id}`]);

/** All that a person wrote beside runs and datasets. */
export interface Written {
  readonly version: 1;
  readonly studies: StudyBook;
  readonly reports: readonly Report[];
  readonly presets: readonly OwnPreset[];
}

/** What this version can read of it. */
export async function readWritten(database: Database): Promise<Written> {
  const { reports } = await readReports(database);
  const studies = (await readStudyBook(database)) ?? NO_STUDIES;
  return { version: 1, studies, reports, presets: await readOwnPresets(database) };
}

/** Stores what is not here yet, and returns how many things that were; what is here under the same name or id stays as it is. */
export async function addWritten(database: Database, { studies, reports, presets }: Written): Promise<number> {
  let added = 0;
  const absent = <T>(all: readonly T[], here: (one: T) => boolean): T[] => {
    const fresh = all.filter((one) => !here(one));
    added += fresh.length;
    return fresh;
  };
  await changeStudyBook(database, ({ words, comparisons }) => ({
    words: {
      ...words,
      ...Object.fromEntries(absent(Object.entries(studies.words), ([id]) => Object.hasOwn(words, id))),
    },
    comparisons: [...comparisons, ...absent(studies.comparisons, ({ id }) => comparisons.some((one) => one.id === id))],
  }));
  const here = await database.settings.keys(REPORT);
  for (const report of absent(reports, ({ id }) => here.includes(`${REPORT}${id}`)))
    await writeReport(database, report);
  await changeOwnPresets(database, (own) => [
    ...own,
    ...absent(presets, ({ model, name }) => own.some((one) => one.model === model && one.name === name)),
  ]);
  return added;
}
