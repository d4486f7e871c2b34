import * as tf from '@tensorflow/tfjs-core';
import { withSharedMemory } from './sharedMemory';

/** Pages of 64 KiB: 4 GiB, what WebAssembly can address, and what the backend's module asks room for. */
const MOST_PAGES = 65_536;

/**
 * Runs `start` with WASM modules that it fetches made to share their memory; the backend takes no other memory than its module's.
 * Where there is no room for such a memory, whose addresses are all taken at once, the modules stay as they are.
 */
export async function sharingHeap<T>(start: () => Promise<T>): Promise<T> {
  if (!hasRoom()) return start();
  const { platform } = tf.env();
  const fetchAsItIs = platform.fetch.bind(platform);
  platform.fetch = async (path, init) => {
    const module = new Uint8Array(await (await fetchAsItIs(path, init)).arrayBuffer());
    return new Response(withSharedMemory(module) ?? module);
  };
  try {
    return await start();
  } finally {
    platform.fetch = fetchAsItIs;
  }
}

function hasRoom(): boolean {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true }).buffer.byteLength > 0;
  } catch {
    return false;
  }
}
