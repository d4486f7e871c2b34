import { AppError, errorFromFault } from '../domain/errors';
import type { Config, ModelId } from '../domain/models/table';
import type { MemoryEstimate } from '../domain/run';
import { openTrainingWorker, type OpenTrainingWorker } from './trainingWorker';

export interface EstimateRequest {
  readonly datasetId: string;
  readonly model: ModelId;
  readonly config: Config;
}

/** The memory that a run would take, asked of a worker that lives for this question. Aborting ends the worker. */
export function estimateMemory(
  request: EstimateRequest,
  signal: AbortSignal,
  open: OpenTrainingWorker = openTrainingWorker,
): Promise<MemoryEstimate> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      port.terminate();
      signal.removeEventListener('abort', aborted);
      settle();
    };
    const aborted = (): void => end(() => reject(new DOMException('The estimate is no longer needed.', 'AbortError')));
    const port = open({
      onEvent: (event) => {
        if (event.type === 'estimated') end(() => resolve(event.estimate));
        else if (event.type === 'fault') end(() => reject(errorFromFault(event.fault)));
      },
      onDeath: (reason) =>
        end(() =>
          reject(
            new AppError(
              'WORKER_FAILED',
              `The worker that estimates memory failed: ${reason}.`,
              'You can start a run without the estimate.',
            ),
          ),
        ),
    });
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
    else port.send({ type: 'estimate', ...request });
  });
}
