import { AppError } from '../../src/domain/errors';
import type { Format, Opened } from './format';
import { gzip } from './gzip';
import { json } from './json';
import { npy } from './npy';
import { baseName, readHead, type ByteSource, type Watch } from './source';
import { table } from './table';
import { zip } from './zip';

/** Asked in this order; the table comes last because any text could be one. */
const FORMATS: readonly Format[] = [zip, gzip, npy, json, table];

/** Formats that are known but not read, so that the message can say what to do instead. */
const FOREIGN: readonly {
  readonly magic: readonly number[];
  readonly at?: number;
  readonly what: string;
  readonly hint: string;
}[] = [
  {
    magic: [0x75, 0x73, 0x74, 0x61, 0x72],
    at: 257,
    what: 'a tar archive',
    hint: 'Unpack it, or pack it again as .zip.',
  },
  { magic: [0x89, 0x48, 0x44, 0x46], what: 'an HDF5 file', hint: 'Save its matrix with numpy.save.' },
  { magic: [0x50, 0x41, 0x52, 0x31], what: 'a Parquet file', hint: 'Save it as CSV.' },
  {
    magic: [0x80, 0x02],
    what: 'a Python pickle, which is a program and is never run here',
    hint: 'Save the data as CSV or with numpy.save.',
  },
  {
    magic: [0x80, 0x03],
    what: 'a Python pickle, which is a program and is never run here',
    hint: 'Save the data as CSV or with numpy.save.',
  },
  {
    magic: [0x80, 0x04],
    what: 'a Python pickle, which is a program and is never run here',
    hint: 'Save the data as CSV or with numpy.save.',
  },
  {
    magic: [0x80, 0x05],
    what: 'a Python pickle, which is a program and is never run here',
    hint: 'Save the data as CSV or with numpy.save.',
  },
  {
    magic: [0x4d, 0x41, 0x54, 0x4c, 0x41, 0x42, 0x20],
    what: 'a MATLAB file',
    hint: 'Read it with scipy.io.loadmat and save its tables as CSV, its matrices with numpy.save.',
  },
  { magic: [0x37, 0x7a, 0xbc, 0xaf], what: 'a 7-Zip archive', hint: 'Unpack it, or pack it again as .zip.' },
  { magic: [0x52, 0x61, 0x72, 0x21], what: 'a RAR archive', hint: 'Unpack it, or pack it again as .zip.' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'Zstandard data', hint: 'Unpack it, or pack it again with gzip.' },
  { magic: [0x42, 0x5a, 0x68], what: 'bzip2 data', hint: 'Unpack it, or pack it again with gzip.' },
  { magic: [0xfd, 0x37, 0x7a, 0x58], what: 'xz data', hint: 'Unpack it, or pack it again with gzip.' },
];

const HEAD_BYTES = 512;

/** Opens a source as what its first bytes say it is. Throws `FILE_UNRECOGNISED`, or what its format throws. */
export async function open(source: ByteSource, watch: Watch): Promise<Opened> {
  const head = await readHead(source, HEAD_BYTES, watch);
  const format = FORMATS.find((candidate) => candidate.match(head));
  if (format) return format.open(source, watch);
  const name = baseName(source.path);
  const foreign = FOREIGN.find(({ magic, at = 0 }) => magic.every((byte, i) => head[at + i] === byte));
  throw new AppError(
    'FILE_UNRECOGNISED',
    head.length === 0
      ? `${name} is empty.`
      : `${name} is ${foreign?.what ?? 'not a text table, a NumPy matrix or an archive of these'}.`,
    foreign?.hint ?? 'Use TSV or CSV for interactions and .npy for features, plain, zipped or gzipped.',
    { path: source.path },
  );
}
