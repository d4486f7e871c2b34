import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { elementOf, elementType, type ElementType } from './npyTypes';
import { PickledCall, PickledGlobal, PickledList, PickledReference, type Pickled } from './pickleValues';
import { baseName } from './source';
import type { Storage, Tensor } from './torchTensor';

const REBUILD = ['torch._utils._rebuild_tensor', 'torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_tensor_v3'];
const PARAMETER = ['torch._utils._rebuild_parameter', 'torch._utils._rebuild_parameter_with_state'];
const RECONSTRUCT = ['numpy.core.multiarray._reconstruct', 'numpy._core.multiarray._reconstruct'];
const FROM_BUFFER = ['numpy.core.numeric._frombuffer', 'numpy._core.numeric._frombuffer'];
const TYPED = 'torch._tensor._rebuild_from_type_v2';
const SIZE = 'torch.Size';
const DTYPE = 'numpy.dtype';
const ENCODE = '_codecs.encode';

/** Calls that describe a tensor, an array or a part of one. Every other function is only named. */
export const TENSOR_CALLS: ReadonlySet<string> = new Set([
  ...REBUILD,
  ...PARAMETER,
  ...RECONSTRUCT,
  ...FROM_BUFFER,
  TYPED,
  SIZE,
  DTYPE,
  ENCODE,
]);

/** PyTorch's names of element types, as storages and as types. */
const TYPES: Readonly<Record<string, string>> = {
  'torch.DoubleStorage': 'f8',
  'torch.FloatStorage': 'f4',
  'torch.HalfStorage': 'f2',
  'torch.BFloat16Storage': 'bf2',
  'torch.LongStorage': 'i8',
  'torch.IntStorage': 'i4',
  'torch.ShortStorage': 'i2',
  'torch.CharStorage': 'i1',
  'torch.ByteStorage': 'u1',
  'torch.BoolStorage': 'b1',
  'torch.uint16': 'u2',
  'torch.uint32': 'u4',
  'torch.uint64': 'u8',
};
const UNTYPED = ['torch.UntypedStorage', 'torch.storage.UntypedStorage'];

/** Bytes of an element of a storage: what the sizes in a file count in. Null for a type that is not known. */
export function storageElementBytes(name: string): number | null {
  if (UNTYPED.includes(name)) return 1;
  const key = TYPES[name];
  if (key !== undefined) return Number(/\d+$/.exec(key)?.[0]);
  return { 'torch.ComplexFloatStorage': 8, 'torch.ComplexDoubleStorage': 16 }[name] ?? null;
}

/** Finds what a tensor points at; null when the file does not have it. */
export interface Storages {
  readonly bigEndian: boolean;
  find(key: string): Storage | null;
}

/** A value as the tensor it describes; null when it is something else. Throws `NPY_TYPE`, `NPY_OBJECT` or `FILE_BROKEN`. */
export function tensorOf(path: string, value: Pickled, storages: Storages): Tensor | null {
  if (!(value instanceof PickledCall)) return null;
  if (REBUILD.includes(value.name)) return torchTensor(path, value.args, storages);
  if (PARAMETER.includes(value.name)) return tensorOf(path, firstOf(value), storages);
  if (value.name === TYPED) {
    const [callee, , args] = value.args;
    if (!(callee instanceof PickledGlobal) || !REBUILD.includes(callee.name) || !(args instanceof PickledList))
      return null;
    return torchTensor(path, args.items, storages);
  }
  if (RECONSTRUCT.includes(value.name)) return numpyTensor(path, value);
  return FROM_BUFFER.includes(value.name) ? bufferTensor(path, value) : null;
}

/** The argument that a parameter wraps; not another parameter, which would let a file nest them without end. */
function firstOf(call: PickledCall): Pickled {
  const first = call.args[0] ?? null;
  return first instanceof PickledCall && PARAMETER.includes(first.name) ? null : first;
}

function torchTensor(path: string, args: readonly Pickled[], storages: Storages): Tensor {
  const [reference, offset, size, stride, , , dtype] = args;
  const [kind, storageType, key] = reference instanceof PickledReference ? reference.id : [];
  const shape = lengths(size);
  const strides = lengths(stride);
  if (
    kind !== 'storage' ||
    !(storageType instanceof PickledGlobal) ||
    typeof key !== 'string' ||
    !shape ||
    strides?.length !== shape.length ||
    !isLength(offset)
  )
    throw broken(path, 'a tensor in it is damaged');
  const name = UNTYPED.includes(storageType.name) && dtype instanceof PickledGlobal ? dtype.name : storageType.name;
  const type = elementOf(TYPES[name] ?? '', storages.bigEndian);
  if (!type) {
    throw new AppError(
      'NPY_TYPE',
      `${baseName(path)} holds a tensor with elements of ${name}, which are not real numbers.`,
      'Save it as float32: torch.save(tensor.float(), path).',
      { path },
    );
  }
  const storage = storages.find(key);
  if (!storage) throw broken(path, `the values of a tensor (${key.slice(0, 40)}) are missing`);
  return { type, shape, strides, offset, storage };
}

/** `_reconstruct(ndarray, (0,), b'b')` whose state is (1, shape, dtype, Fortran order, bytes). */
function numpyTensor(path: string, call: PickledCall): Tensor {
  const state = call.state instanceof PickledList ? call.state.items : [];
  const [, size, dtype, fortran, data] = state;
  return numpyView(path, size, dtype, fortran === true, data);
}

/** `_frombuffer(bytes, dtype, shape, order)`. */
function bufferTensor(path: string, call: PickledCall): Tensor {
  const [data, dtype, size, order] = call.args;
  return numpyView(path, size, dtype, order === 'F', data);
}

function numpyView(
  path: string,
  size: Pickled | undefined,
  dtype: Pickled | undefined,
  fortran: boolean,
  data: Pickled | undefined,
): Tensor {
  const shape = lengths(size);
  const type = numpyType(path, dtype);
  const bytes = bytesOf(data);
  if (!shape || !bytes) throw broken(path, 'a NumPy array in it is damaged');
  const strides = new Array<number>(shape.length).fill(1);
  const order = fortran ? shape.map((_, i) => i) : shape.map((_, i) => shape.length - 1 - i);
  order.reduce((step, axis) => ((strides[axis] = step), step * entry(shape, axis)), 1);
  const blob = new Blob([bytes]);
  const storage = { blob, bytes: bytes.length, from: 0, header: 0, start: async () => 0, startWithin: () => 0 };
  return { type, shape, strides, offset: 0, storage };
}

function numpyType(path: string, dtype: Pickled | undefined): ElementType {
  const call = dtype instanceof PickledCall && dtype.name === DTYPE ? dtype : null;
  const name = call?.args[0];
  const order = call?.state instanceof PickledList ? call.state.items[1] : null;
  if (typeof name !== 'string') throw broken(path, 'a NumPy array in it is damaged');
  return elementType(baseName(path), `${order === '>' ? '>' : '<'}${name}`);
}

/** Bytes as they are, or as protocol 2 writes them: text through `_codecs.encode`. */
function bytesOf(value: Pickled | undefined): Uint8Array<ArrayBuffer> | null {
  if (value instanceof Uint8Array) return value;
  const text = value instanceof PickledCall && value.name === ENCODE ? value.args[0] : null;
  if (typeof text !== 'string') return null;
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function lengths(value: Pickled | undefined): number[] | null {
  const list = value instanceof PickledCall && value.name === SIZE ? value.args[0] : value;
  if (!(list instanceof PickledList) || list.items.length > 32) return null;
  const found = list.items.filter(isLength);
  return found.length === list.items.length ? found : null;
}

const isLength = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 45;

export const broken = (path: string, what: string): AppError =>
  new AppError(
    'FILE_BROKEN',
    `${baseName(path)} is not a readable PyTorch file: ${what}.`,
    'Copy or download the file again, or save it again with torch.save.',
    { path },
  );
