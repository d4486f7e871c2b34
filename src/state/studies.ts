import { create } from 'zustand';
import { faultOf, type Fault } from '../domain/errors';
import { NO_STUDIES, type KeptComparison, type StudyBook, type StudyWords } from '../domain/study';
import { changeStudyBook, readStudyBook } from '../storage/studies';
import { database } from './database';

interface Studies extends StudyBook {
  readonly loaded: boolean;
  /** Why the last change was not stored, or nothing could be read. */
  readonly fault: Fault | null;
  load(): Promise<void>;
  /** Reads again what an import has stored. */
  reload(): Promise<void>;
  /** Names a set or a comparison, and notes what there is to note. */
  write(id: string, words: StudyWords): Promise<void>;
  keep(comparison: KeptComparison): Promise<void>;
  /** Forgets a comparison; its runs stay. */
  forget(id: string): Promise<void>;
}

const UNREADABLE: Fault = {
  code: 'STORE_DAMAGED',
  message: 'The names and notes of studies cannot be read by this version.',
  hint: 'They stay as they are stored. Reload the page; if a newer version wrote them, it will show them.',
  context: {},
};

/** Names, notes and comparisons that a person keeps. */
export const useStudies = create<Studies>()((set) => {
  let loading: Promise<void> | null = null;
  const take = (book: StudyBook | null): void =>
    set(book ? { ...book, loaded: true, fault: null } : { loaded: true, fault: UNREADABLE });
  const fail = (error: unknown): void => set({ loaded: true, fault: faultOf(error) });
  const change = (next: (book: StudyBook) => StudyBook): Promise<void> =>
    changeStudyBook(database, next).then(take, fail);
  return {
    ...NO_STUDIES,
    loaded: false,
    fault: null,
    load: () => (loading ??= readStudyBook(database).then(take, fail)),
    reload: () => (loading = readStudyBook(database).then(take, fail)),
    write: (id, words) =>
      change((book) => {
        const comparisons = book.comparisons.map((one) => (one.id === id ? { ...one, ...words } : one));
        return book.comparisons.some((one) => one.id === id)
          ? { ...book, comparisons }
          : { ...book, words: { ...book.words, [id]: words } };
      }),
    keep: (comparison) => change((book) => ({ ...book, comparisons: [...book.comparisons, comparison] })),
    forget: (id) => change((book) => ({ ...book, comparisons: book.comparisons.filter((one) => one.id !== id) })),
  };
});
