import { report as reportSchema, studyBook } from '../documents/studies';
import type { Report } from '../domain/report';
import { NO_STUDIES, type StudyBook } from '../domain/study';
import type { Database } from './database';

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
