import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { WIDEST_ROW } from './dense';
import type { NamedArray } from './format';
import { refused } from './npz';
import {
  PickledCall,
  PickledDict,
  PickledGlobal,
  PickledList,
  PickledObject,
  PickledReference,
  type Pickled,
} from './pickleValues';
import { baseName, type Watch } from './source';
import { checkExtent, rowsMatrix, tensorArray, type Tensor } from './torchTensor';
import { tensorOf, type Storages } from './torchValues';
import { count } from './words';

const MOST_ARRAYS = 4096;
const DEEPEST = 4;
/** A list may be in itself, or in many others. */
const MOST_VISITS = 20_000_000;

/** What a file of `torch.save` holds, as arrays: tensors by their names, one matrix where rows have names, and ids. */
export async function torchArrays(
  path: string,
  value: Pickled,
  storages: Storages,
  watch: Watch,
): Promise<NamedArray[]> {
  const arrays = await new Collector(path, storages, watch).collect(value);
  const [only] = arrays;
  if (only?.kind === 'refused' && only.name === '') throw only.error;
  if (only) return arrays;
  throw unusable(path, 'no tensor');
}

class Collector {
  readonly #path: string;
  readonly #storages: Storages;
  readonly #watch: Watch;
  readonly #arrays: NamedArray[] = [];
  #visits = 0;

  constructor(path: string, storages: Storages, watch: Watch) {
    this.#path = path;
    this.#storages = storages;
    this.#watch = watch;
  }

  async collect(value: Pickled): Promise<NamedArray[]> {
    await this.#visit('', value, 0);
    return this.#arrays;
  }

  async #visit(name: string, value: Pickled, depth: number): Promise<void> {
    this.#count(1);
    if (value instanceof PickledDict) return this.#dict(name, value, depth);
    if (value instanceof PickledList) return this.#list(name, value.items, depth);
    if (value instanceof PickledCall) {
      await this.#add(name, async () => {
        const tensor = tensorOf(this.#path, value, this.#storages);
        if (!tensor) throw unusable(this.#path, `an object of \`${value.name}\``);
        // A number beside the tensors: a temperature, a count.
        return tensor.shape.length === 0 && name !== '' ? null : tensorArray(this.#path, name, tensor, this.#watch);
      });
    } else if (value instanceof PickledObject || value instanceof PickledGlobal || value instanceof PickledReference) {
      const what = value instanceof PickledReference ? 'a storage without a tensor' : `an object of \`${value.name}\``;
      await this.#add(name, async () => ({ name, kind: 'refused', error: unusable(this.#path, what) }));
    }
  }

  async #add(name: string, open: () => Promise<NamedArray | null>): Promise<void> {
    const array = await refused(name, open);
    if (array) this.#arrays.push(array);
    if (this.#arrays.length > MOST_ARRAYS) throw unusable(this.#path, `more than ${count(MOST_ARRAYS)} arrays`);
  }

  async #dict(name: string, { entries }: PickledDict, depth: number): Promise<void> {
    this.#count(entries.length);
    const keys = entries.map(([key]) => key);
    const ids = vectorOf(child(name, 'ids'), keys);
    const rows = ids && this.#rows(entries.map(([, value]) => value));
    if (rows) {
      await this.#addRows(name, rows);
      this.#arrays.push(ids);
      return;
    }
    if (depth >= DEEPEST) return;
    for (const [key, value] of entries) {
      const text = typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint' ? String(key) : '?';
      await this.#visit(child(name, text.slice(0, 200)), value, depth + 1);
    }
  }

  async #list(name: string, items: readonly Pickled[], depth: number): Promise<void> {
    this.#count(items.length);
    const vector = vectorOf(name, items);
    if (vector) {
      this.#arrays.push(vector);
      return;
    }
    const rows = this.#rows(items);
    if (rows) return this.#addRows(name, rows);
    if (depth >= DEEPEST) return;
    for (const [i, item] of items.entries()) await this.#visit(child(name, String(i)), item, depth + 1);
  }

  /** Two or more vectors of one length and type: the rows of a matrix. */
  #rows(values: readonly Pickled[]): readonly Tensor[] | null {
    if (values.length < 2 || !(values[0] instanceof PickledCall)) return null;
    const tensors: Tensor[] = [];
    for (const value of values) {
      const tensor = this.#tensor(value);
      const first = tensors[0] ?? tensor;
      if (!tensor || !first || !isRow(tensor) || (tensor.type !== first.type && tensor.type.label !== first.type.label))
        return null;
      if (columnsOf(tensor) !== columnsOf(first)) return null;
      tensors.push(tensor);
    }
    return tensors;
  }

  #tensor(value: Pickled): Tensor | null {
    try {
      return tensorOf(this.#path, value, this.#storages);
    } catch {
      // It is met again as an array of its own, which says why.
      return null;
    }
  }

  #addRows(name: string, rows: readonly Tensor[]): Promise<void> {
    return this.#add(name, async () => {
      for (const tensor of rows) checkExtent(this.#path, name, tensor);
      return { name, kind: 'matrix', matrix: rowsMatrix(this.#path, rows, columnsOf(entry(rows, 0))) };
    });
  }

  #count(visits: number): void {
    this.#visits += visits;
    if (this.#visits > MOST_VISITS) throw unusable(this.#path, 'too many values');
  }
}

const child = (parent: string, name: string): string => (parent === '' ? name : `${parent}/${name}`);

const columnsOf = (tensor: Tensor): number => tensor.shape.at(-1) ?? 0;

function isRow({ shape }: Tensor): boolean {
  const columns = shape.at(-1) ?? 0;
  return (shape.length === 1 || (shape.length === 2 && shape[0] === 1)) && columns > 0 && columns <= WIDEST_ROW;
}

/** A list of texts or numbers; null when it is anything else, or empty. */
function vectorOf(name: string, items: readonly Pickled[]): NamedArray | null {
  if (items.length === 0) return null;
  let areNumbers = true;
  let areIds = true;
  for (const item of items) {
    if (typeof item === 'string') areNumbers = false;
    else if (typeof item !== 'number' && typeof item !== 'bigint') return null;
    else if (typeof item === 'number' && !Number.isInteger(item)) areIds = false;
  }
  if (!areIds && !areNumbers) return null;
  const ids = areIds ? { length: items.length, read: async () => items.map(String) } : null;
  const values = areNumbers && items.length <= WIDEST_ROW ? Float32Array.from(items, Number) : null;
  const matrix = values && {
    rows: 1,
    columns: values.length,
    sourceType: 'Python numbers',
    async *blocks() {
      yield values.slice();
    },
  };
  return { name, kind: 'vector', ids, matrix };
}

export const unusable = (path: string, what: string): AppError =>
  new AppError(
    'FILE_UNSUPPORTED',
    `${baseName(path)} holds ${what}, and only tensors are read: objects are programs and are never run here.`,
    'Save the tensor alone, torch.save(features, path), or an array, numpy.save(path, features.cpu().numpy()).',
    { path },
  );
