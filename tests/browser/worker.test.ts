import { expect, it } from 'vitest';
import type { TrainingEvent } from '../../src/domain/protocol';

it('a training worker that is asked for a second thing says that it is busy', async () => {
  const worker = new Worker(new URL('../../workers/training.worker.ts', import.meta.url), { type: 'module' });
  try {
    const fault = new Promise<string>((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }: MessageEvent<TrainingEvent>) => {
        if (data.type === 'fault') resolve(data.fault.code);
      };
    });
    for (let i = 0; i < 2; i++) worker.postMessage({ type: 'probe', backend: 'wasm', allowSoftware: false });
    expect(await fault).toBe('RUN_BUSY');
  } finally {
    worker.terminate();
  }
});
