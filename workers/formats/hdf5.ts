import { AppError } from '../../src/domain/errors';
import { checkShape, denseNumbers, denseTexts, describe } from './dense';
import type { Format, IdVector, NamedArray } from './format';
import { datasetSource } from './hdf5Data';
import { HDF5_MAGIC, readMessages, readSuperblock } from './hdf5Header';
import { linksOf } from './hdf5Groups';
import { Hdf5File } from './hdf5Reader';
import { longTexts } from './hdf5Strings';
import { datasetOf, type Dataset } from './hdf5Types';
import { refused } from './npz';
import { baseName, spool } from './source';

const MOST_OBJECTS = 100_000;
const DEEPEST = 32;

/** HDF5: every array anywhere in the groups, by its path. */
export const hdf5: Format = {
  name: 'hdf5',
  match: (head) => HDF5_MAGIC.every((byte, i) => head[i] === byte),
  open: async (source, watch) => {
    const blob = await spool(source, { signal: watch.signal });
    const file = new Hdf5File(source.path, blob, watch);
    const arrays = byPandas(await collect(file));
    if (arrays.length > 0) return { kind: 'arrays', what: 'an HDF5 file', arrays };
    throw new AppError(
      'FILE_UNSUPPORTED',
      `${baseName(source.path)} is an HDF5 file without arrays.`,
      'Write the features into it: file["features"] = features.',
      { path: source.path },
    );
  },
};

/** All datasets below the root. What cannot be read is there with its reason; damage of the file itself is thrown. */
async function collect(file: Hdf5File): Promise<NamedArray[]> {
  const arrays: NamedArray[] = [];
  const seen = new Set<number>();
  const visit = async (name: string, address: number, depth: number): Promise<void> => {
    // An object may have several names; the first one counts.
    if (seen.has(address)) return;
    seen.add(address);
    if (seen.size > MOST_OBJECTS || depth > DEEPEST)
      throw file.broken('its groups are nested too deeply or hold too much');
    const messages = await readMessages(file, address);
    const links = await linksOf(file, messages);
    for (const link of links ?? [])
      await visit(name === '' ? link.name : `${name}/${link.name}`, link.address, depth + 1);
    if (links) return;
    const array = await refused(name, async () => {
      const dataset = datasetOf(file, name, messages);
      return dataset && arrayOf(file, name, dataset);
    });
    if (array) arrays.push(array);
  };
  await visit('', await readSuperblock(file), 0);
  return arrays;
}

function arrayOf(file: Hdf5File, name: string, dataset: Dataset): NamedArray {
  const { shape, type } = dataset;
  checkShape(file.path, describe(name, file.path), shape);
  const source = datasetSource(file, dataset);
  if ('decode' in type) return denseNumbers(name, { source, offset: 0, shape }, type);
  if (shape.length === 1 && 'text' in type) return denseTexts(name, { source, offset: 0, shape }, type);
  const [length = 0] = shape;
  if (shape.length === 1 && type.bytes === 8 + file.addressBytes) {
    const ids: IdVector = {
      length,
      async read(watch) {
        const texts: string[] = [];
        for await (const text of longTexts(file, source, type.bytes, length, watch)) texts.push(text);
        return texts;
      },
    };
    return { name, kind: 'vector', ids, matrix: null };
  }
  throw new AppError(
    'NPY_TYPE',
    `${describe(name, file.path)} holds text, which is not a real number.`,
    'Save features as float32, and ids as one dimension of text.',
    { path: file.path },
  );
}

/** What `DataFrame.to_hdf` writes by default, as the matrix of the frame's name and its index as ids. */
function byPandas(arrays: readonly NamedArray[]): NamedArray[] {
  const names = new Map(arrays.map((array) => [array.name, array]));
  return arrays.flatMap((array): NamedArray[] => {
    const end = array.name.lastIndexOf('/');
    const group = array.name.slice(0, end);
    const values = names.get(`${group}/block0_values`);
    const index = names.get(`${group}/axis1`);
    if (end < 0 || values?.kind !== 'matrix' || !index || names.has(`${group}/block1_values`)) return [array];
    if (array === values) return [{ ...values, name: group }];
    return array === index && array.kind === 'vector' ? [{ ...array, name: `${group}/ids` }] : [];
  });
}
