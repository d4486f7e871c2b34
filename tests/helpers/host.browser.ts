import { browserHost } from '../../workers/engine/browserHost';
import type { DeviceHost } from '../../workers/engine/device';

/** `threads`: of the WASM backend, where the page may share memory; by default as many as a run takes. */
export const testHost = async (withGpu: boolean, threads?: number): Promise<DeviceHost> => {
  const host = browserHost();
  const helpers =
    threads === undefined || !host.helpers
      ? host.helpers
      : threads > 1
        ? { ...host.helpers, count: threads - 1 }
        : null;
  return { ...host, gpu: withGpu ? navigator.gpu : null, helpers };
};
