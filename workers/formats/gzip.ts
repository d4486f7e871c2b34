import { AppError } from '../../src/domain/errors';
import type { Format } from './format';
import { inflate, inflatedLimit } from './inflate';
import { baseName, type ByteSource } from './source';

/** A file through gzip: an archive of one entry, whose path is the file's without `.gz`. */
export const gzip: Format = {
  name: 'gzip',
  match: (head) => head[0] === 0x1f && head[1] === 0x8b,
  open: async (source) => ({ kind: 'archive', entries: [content(source)] }),
};

function content(source: ByteSource): ByteSource {
  const broken = (reason: string): AppError =>
    new AppError(
      'GZIP_BROKEN',
      `${baseName(source.path)} is damaged or truncated (${reason}).`,
      'Copy or download the file again, or check it with gzip -d.',
      { path: source.path },
    );
  return {
    path: source.path.replace(/\.gz$/i, '').replace(/\.tgz$/i, '.tar'),
    storedBytes: source.storedBytes,
    // The size in the trailer counts modulo 2³² and is not worth a read.
    size: null,
    blob: null,
    depth: source.depth + 1,
    chunks: (watch) =>
      inflate(source.path, source.chunks(watch), 'gzip', inflatedLimit(source.storedBytes), watch.signal, broken),
  };
}
