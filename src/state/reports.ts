import { create } from 'zustand';
import { faultOf, type Fault } from '../domain/errors';
import type { Report } from '../domain/report';
import { deleteReport, readReports, writeReport } from '../storage/studies';
import { database } from './database';

interface Reports {
  /** Newest change first, as they were when they were loaded. */
  readonly reports: readonly Report[];
  /** Keys of stored reports that this version cannot read. */
  readonly unreadable: readonly string[];
  readonly loaded: boolean;
  /** Why the last change was not stored, or nothing could be read. */
  readonly fault: Fault | null;
  load(): Promise<void>;
  /** Reads again what an import has stored. */
  reload(): Promise<void>;
  add(report: Report): Promise<void>;
  change(id: string, next: (report: Report) => Partial<Pick<Report, 'title' | 'blocks'>>): Promise<void>;
  remove(id: string): Promise<void>;
}

/** The reports of this browser. A change is shown at once and stored; where it cannot be stored the page says so. */
export const useReports = create<Reports>()((set, get) => {
  let loading: Promise<void> | null = null;
  const stored = (work: Promise<unknown>): Promise<void> =>
    work.then(
      () => set({ fault: null }),
      (error: unknown) => set({ fault: faultOf(error) }),
    );
  const read = (): Promise<void> =>
    readReports(database).then(
      (found) => set({ ...found, loaded: true }),
      (error: unknown) => set({ loaded: true, fault: faultOf(error) }),
    );
  return {
    reports: [],
    unreadable: [],
    loaded: false,
    fault: null,
    load: () => (loading ??= read()),
    reload: () => (loading = read()),
    add: (report) => {
      set({ reports: [report, ...get().reports] });
      return stored(writeReport(database, report));
    },
    change: async (id, next) => {
      const before = get().reports.find((one) => one.id === id);
      if (!before) return;
      const after = { ...before, ...next(before), changedAt: new Date().toISOString() };
      set({ reports: get().reports.map((one) => (one.id === id ? after : one)) });
      await stored(writeReport(database, after));
    },
    remove: (id) => {
      set({ reports: get().reports.filter((one) => one.id !== id) });
      return stored(deleteReport(database, id));
    },
  };
});
