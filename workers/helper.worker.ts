/** A thread that shares the WASM backend's work. */
import { help, type HelperStart } from './engine/simd/team';

self.onmessage = ({ data }: MessageEvent<HelperStart>): void => {
  self.postMessage(null);
  // The answer leaves first: from then on this thread only waits and computes.
  setTimeout(() => help(data), 0);
};
