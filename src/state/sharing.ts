import { create } from 'zustand';
import { AppError, faultOf, type Fault } from '../domain/errors';
import type { BackupReport, ImportReport, NamedFile, SharingCommand, SharingEvent } from '../domain/protocol';
import type { DeviceProof } from '../domain/proof';
import type { SharedStudy } from '../domain/shared';
import { useDatasets } from './datasets';
import { useKept } from './keptHere';
import { useRemoval } from './removal';
import { useOwnPresets } from './ownPresets';
import { useReports } from './reports';
import { useRuns } from './runs';
import { useStudies } from './studies';
import { askOnce, WorkerThread, type AskOptions, type Phase } from './workerThread';

const newThread = (): WorkerThread<SharingCommand, SharingEvent> =>
  new WorkerThread(
    () => new Worker(new URL('../../workers/sharing.worker.ts', import.meta.url), { type: 'module', name: 'sharing' }),
  );

type Made = Exclude<SharingCommand, { type: 'import' | 'backup' | 'link' | 'proof' }>;

/** A file of what is stored. Throws the worker's fault. */
export const makeFile = (command: Made, options: AskOptions = {}): Promise<Blob> =>
  askOnce(newThread(), command, (event) => (event.type === 'made' ? event.file : undefined), options);

/** A backup that has been read back; `file` is null where a folder took it. Throws the worker's fault. */
export const makeBackup = (
  command: Extract<SharingCommand, { type: 'backup' }>,
  options: AskOptions = {},
): Promise<{ readonly file: Blob | null; readonly report: BackupReport }> =>
  askOnce(newThread(), command, (event) => (event.type === 'backedUp' ? event : undefined), options);

/** What a link holds, from its `x=` on; read and checked in the worker, whatever it holds. Throws the worker's fault. */
export const readLink = (text: string, options: AskOptions = {}): Promise<SharedStudy> =>
  askOnce(newThread(), { type: 'link', text }, (event) => (event.type === 'linked' ? event.study : undefined), options);

/** The text of a link to a study that comes with the app, read like any other. Throws as `readLink`, and where this copy has none. */
export async function readExample(name: string, options: AskOptions = {}): Promise<SharedStudy> {
  const answer = await fetch(new URL(`examples/${name}.txt`, document.baseURI)).catch(() => null);
  if (!answer?.ok)
    throw new AppError(
      'FILE_UNREADABLE',
      'This example did not come with the page.',
      'Ask who hosts it for the folder “examples”, or make a run of your own.',
    );
  return readLink(await answer.text(), options);
}

/** The proof of a device in a link, from its `p=` on, or in a file; read and checked in the worker. Throws the worker's fault. */
export const readProof = (from: string | Blob, options: AskOptions = {}): Promise<DeviceProof> =>
  askOnce(newThread(), { type: 'proof', from }, (event) => (event.type === 'proof' ? event.proof : undefined), options);

/** The files of somebody's runs that are being stored, or were. */
interface ImportState {
  readonly phase: Phase | null;
  readonly report: ImportReport | null;
  readonly fault: Fault | null;
  importFiles(files: readonly NamedFile[]): Promise<void>;
  dismiss(): void;
}

let last: Promise<unknown> = Promise.resolve();

/** Stores what files hold beside what is here, one import after another: so that a run of two of them is stored once. Throws the worker's fault. */
export function importNamed(files: readonly NamedFile[], options: AskOptions = {}): Promise<ImportReport> {
  const report = last.catch(() => undefined).then(() => taken(files, options));
  last = report;
  return report;
}

async function taken(files: readonly NamedFile[], options: AskOptions): Promise<ImportReport> {
  try {
    return await askOnce(
      newThread(),
      { type: 'import', files },
      (event) => (event.type === 'imported' ? event.report : undefined),
      options,
    );
  } finally {
    // Some of it may be stored where it ended early.
    await useDatasets.getState().reload();
    await useRuns.getState().reload();
    await Promise.all([useStudies, useReports, useOwnPresets].map((store) => store.getState().reload()));
  }
}

export const useImport = create<ImportState>()((set, get) => ({
  phase: null,
  report: null,
  fault: null,
  importFiles: async (files) => {
    if (get().phase || files.length === 0) return;
    set({ phase: { text: 'reading', fraction: null }, report: null, fault: null });
    // Runs that were deleted a moment ago may be in the files.
    await useRemoval.getState().carryOut();
    try {
      const report = await importNamed(files, { onPhase: (phase) => set({ phase }) });
      set({ report });
      if (report.runs.length > 0 || report.datasets.length > 0) await restoredFrom(files, report);
    } catch (error) {
      set({ fault: faultOf(error) });
    }
    set({ phase: null });
  },
  dismiss: () => set({ report: null, fault: null }),
}));

/** Runs of a backup are in it; those of studies come from somebody else. */
async function restoredFrom(files: readonly NamedFile[], { runs }: ImportReport): Promise<void> {
  if (!files.some(({ path }) => /\.zip$/i.test(path))) return;
  await useKept
    .getState()
    .restored(runs.map(({ id }) => id))
    .catch(() => undefined);
}
