import * as tf from '@tensorflow/tfjs-core';
import { withSharedMemory } from './sharedMemory';

/** Runs `start` with WASM modules that it fetches made to share their memory; the backend takes no other memory than its module's. */
export async function sharingHeap<T>(start: () => Promise<T>): Promise<T> {
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
