import * as tf from '@tensorflow/tfjs-core';

/** Hears of every buffer that tfjs makes and frees; a reshaped or cloned tensor shares the buffer it was made from. */
export interface BufferWatcher {
  made(buffer: object, shape: readonly number[], bytes: number): void;
  freed(buffer: object): void;
  /** What a layer knows of a buffer that it cuts to the device's limits. */
  noted?(buffer: object, note: BufferNote): void;
}

/**
 * `mostBytes`: however long the table, no more than this is held of it at once. `cut`: it comes in as many slices as the
 * device's bindings need, so that its size refuses no run.
 */
export interface BufferNote {
  readonly mostBytes?: number;
  readonly cut?: true;
}

const watchers = new Set<BufferWatcher>();
let hooked = false;

/** Watches until the function that is returned is called. */
export function watchBuffers(watcher: BufferWatcher): () => void {
  if (!hooked) hook();
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export function noteBuffer(tensor: tf.TensorInfo, note: BufferNote): void {
  for (const watcher of watchers) watcher.noted?.(tensor.dataId, note);
}

function hook(): void {
  hooked = true;
  const engine = tf.engine();
  const track = engine.trackTensor.bind(engine);
  const remove = engine.removeDataId.bind(engine);
  engine.trackTensor = (tensor, backend) => {
    const shared = engine.state.tensorInfo.has(tensor.dataId);
    track(tensor, backend);
    if (shared || tensor.dtype === 'string') return;
    const bytes = tensor.size * tf.util.bytesPerElement(tensor.dtype);
    for (const watcher of watchers) watcher.made(tensor.dataId, tensor.shape, bytes);
  };
  engine.removeDataId = (buffer, backend) => {
    remove(buffer, backend);
    for (const watcher of watchers) watcher.freed(buffer);
  };
}
