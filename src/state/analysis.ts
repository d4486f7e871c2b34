import type { SettingComparison } from '../domain/comparison';
import { AppError, errorFromFault } from '../domain/errors';
import type { AnalysisCommand, AnalysisEvent } from '../domain/protocol';

/** Asks a worker that lives for this question. Aborting ends the worker. */
export function compareSettings(command: AnalysisCommand, signal: AbortSignal): Promise<readonly SettingComparison[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('../../workers/analysis.worker.ts', import.meta.url), { type: 'module', name: 'analysis' });
    const end = (settle: () => void): void => {
      worker.terminate();
      signal.removeEventListener('abort', aborted);
      settle();
    };
    const aborted = (): void => end(() => reject(new DOMException('The comparison is no longer wanted.', 'AbortError')));
    worker.onmessage = ({ data }: MessageEvent<AnalysisEvent>) =>
      end(() => (data.type === 'compared' ? resolve(data.comparisons) : reject(errorFromFault(data.fault))));
    worker.onerror = (event) => {
      event.preventDefault();
      end(() => reject(new AppError('WORKER_FAILED', `The comparison's thread failed: ${event.message || 'its code did not load'}.`, 'Reload the page and open the comparison again; nothing was changed.')));
    };
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
    else worker.postMessage(command);
  });
}
