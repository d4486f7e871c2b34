import { readPickle, type ReadPickle } from './pickle';
import { PickleRefusal } from './pickleBytes';
import { TENSOR_CALLS, broken } from './torchValues';

/** A pickle of `torch.save` that starts at `start`. Throws `FILE_BROKEN`. */
export function readTorchPickle(path: string, bytes: Uint8Array<ArrayBuffer>, start: number): ReadPickle {
  try {
    return readPickle(bytes, start, TENSOR_CALLS);
  } catch (error) {
    if (error instanceof PickleRefusal) throw broken(path, error.message);
    throw error;
  }
}
