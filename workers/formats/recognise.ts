import { AppError } from '../../src/domain/errors';
import type { Format, Opened } from './format';
import { foreign } from './foreign';
import { gzip } from './gzip';
import { hdf5 } from './hdf5';
import { json } from './json';
import { npy } from './npy';
import { parquet } from './parquet';
import { baseName, readHead, type ByteSource, type Watch } from './source';
import { safetensors } from './safetensors';
import { table } from './table';
import { tar } from './tar';
import { torchLegacy } from './torchLegacy';
import { zip } from './zip';

/** Asked in this order; the table comes last because any text could be one. */
const FORMATS: readonly Format[] = [zip, gzip, npy, torchLegacy, safetensors, parquet, hdf5, tar, foreign, json, table];

const HEAD_BYTES = 512;

/** Opens a source as what its first bytes say it is. Throws `FILE_UNRECOGNISED`, or what its format throws. */
export async function open(source: ByteSource, watch: Watch): Promise<Opened> {
  const head = await readHead(source, HEAD_BYTES, watch);
  const format = FORMATS.find((candidate) => candidate.match(head));
  if (format) return format.open(source, watch);
  const name = baseName(source.path);
  throw new AppError(
    'FILE_UNRECOGNISED',
    head.length === 0 ? `${name} is empty.` : `${name} is of a kind that is not read.`,
    'Save interactions as CSV and features with numpy.save.',
    { path: source.path },
  );
}
