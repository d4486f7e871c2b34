import type { ArchiveCommand, ArchiveEvent } from '../domain/protocol';
import { askOnce, WorkerThread, type AskOptions } from './workerThread';

/** Packs a stored dataset in a thread of its own. Throws the worker's fault, or `AbortError`. */
export const packDataset = (datasetId: string, options: AskOptions): Promise<{ readonly name: string; readonly blob: Blob }> =>
  askOnce(
    new WorkerThread<ArchiveCommand, ArchiveEvent>(() => new Worker(new URL('../../workers/archive.worker.ts', import.meta.url), { type: 'module', name: 'archive' })),
    { datasetId },
    (event) => (event.type === 'packed' ? event : undefined),
    options,
  );
