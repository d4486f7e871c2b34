import type { ImportOptions } from '../../src/domain/dataset';
import type { ErrorCode } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import {
  elements,
  gzipped,
  interactionsText,
  join,
  npy,
  npyHeader,
  npyOf,
  text,
  zipOf,
  type Bytes,
} from './dataBuilders';
import { named } from './dataRoom';

export interface BrokenCase {
  readonly name: string;
  readonly files: readonly NamedFile[];
  readonly code: ErrorCode;
  /** Must occur in the message. */
  readonly says?: string;
  readonly options?: ImportOptions;
}

const good = interactionsText();
const HEADER = 'userID\titemID\trating\ttimestamp\tx_label\n';
const inter = named('toy.inter', good);
const table = (content: string | Bytes): NamedFile[] => [named('toy.inter', content)];
const feature = (bytes: Bytes, name = 'image_feat.npy'): NamedFile[] => [inter, named(name, bytes)];
const float = (header: string, count = 32): Bytes => npyOf(header, new Uint8Array(4 * count));
const withValue = (descr: string, bad: number): Bytes =>
  npy(8, 4, (r, c) => (r === 3 && c === 2 ? bad : r + c), { descr });
const archive = (bytes: Bytes, name = 'toy.zip'): NamedFile[] => [named(name, bytes)];
const entry = { name: 'toy.inter', content: text(good) };
const zipped = zipOf([entry]);
const matrix = npy(8, 4);
const at = (bytes: Bytes, index: number, value: number): Bytes => {
  const copy = bytes.slice();
  copy[index < 0 ? copy.length + index : index] = value;
  return copy;
};
const zeros = new Uint8Array(18 * 2 ** 20);
const latin = Uint8Array.from([...text(HEADER), ...text('caf'), 0xe9, ...text('\t1\t1\t1\t0\n')]);
const appended = (line: string): string => `${good}${line}\n`;
const changed = (line: number, cells: string): string =>
  good
    .split('\n')
    .map((old, i) => (i + 1 === line ? cells : old))
    .join('\n');

const tables: BrokenCase[] = [
  { name: 'an empty table', files: table(''), code: 'FILE_UNRECOGNISED', says: 'empty' },
  { name: 'a header and nothing else', files: table(HEADER), code: 'DATA_NO_INTERACTIONS', says: 'header' },
  { name: 'a table without a header', files: table('0\t1\t5\n1\t2\t4\n'), code: 'DATA_QUESTION', says: 'no header' },
  { name: 'a header without an item column', files: table('userID\trating\n0\t1\n'), code: 'DATA_QUESTION' },
  {
    name: 'two user columns',
    files: table('userID\tuser_id\titemID\n0\t0\t1\n'),
    code: 'DATA_QUESTION',
    says: 'could be the user',
  },
  { name: 'one column', files: table('userID\n0\n'), code: 'TABLE_HEADER' },
  {
    name: 'bytes of a picture under a table name',
    files: table(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13])),
    code: 'FILE_UNRECOGNISED',
  },
  { name: 'zeros under a table name', files: table(new Uint8Array(1000)), code: 'FILE_UNRECOGNISED' },
  { name: 'Latin-1 text', files: table(latin), code: 'TABLE_ENCODING', says: 'UTF-8' },
  {
    name: 'UTF-8 cut inside a character',
    files: table(join(text(good), Uint8Array.from([0xe2, 0x82]))),
    code: 'TABLE_ENCODING',
  },
  {
    name: 'an over-long UTF-8 sequence',
    files: table(join(text(good), Uint8Array.from([0xc0, 0x80, 10]))),
    code: 'TABLE_ENCODING',
  },
  {
    name: 'a row with a column too few',
    files: table(appended('0\t1\t3\t4')),
    code: 'TABLE_VALUE',
    says: 'Row 26 of toy.inter has 4 columns',
  },
  { name: 'a row with a column too many', files: table(appended('0\t1\t3\t4\t0\t9')), code: 'TABLE_VALUE' },
  { name: 'rows separated by another sign', files: table(appended('0,1,3,4,0')), code: 'TABLE_VALUE' },
  {
    name: 'a quote that never closes',
    files: table(appended('"0\t1\t3\t4')),
    code: 'TABLE_VALUE',
    says: 'never closed',
  },
  {
    name: 'a line of four million characters',
    files: table(appended(`0\t${'1'.repeat(4_000_000)}\t3\t4\t0`)),
    code: 'TABLE_VALUE',
    says: 'longer',
  },
  { name: 'a first line without end', files: table('x'.repeat(70_000)), code: 'TABLE_HEADER' },
  { name: 'a negative user', files: table(changed(3, '-1\t1\t3\t4\t0')), code: 'DATA_ID_RANGE', says: 'Row 3' },
  { name: 'a negative item', files: table(changed(4, '1\t-7\t3\t4\t0')), code: 'DATA_ID_RANGE', says: 'Row 4' },
  { name: 'a fractional id', files: table(changed(3, '0.5\t1\t3\t4\t0')), code: 'TABLE_VALUE', says: '0.5' },
  {
    name: 'an id in exponent notation',
    files: table(changed(3, '0\t1.2E+11\t3\t4\t0')),
    code: 'TABLE_VALUE',
    says: '1.2E+11',
  },
  { name: 'an id that is nan', files: table(changed(3, '0\tnan\t3\t4\t0')), code: 'TABLE_VALUE' },
  { name: 'a missing id', files: table(changed(5, '\t1\t3\t4\t0')), code: 'TABLE_VALUE', says: 'without a user id' },
  { name: 'a rating in words', files: table(changed(5, '0\t1\tgood\t4\t0')), code: 'TABLE_VALUE', says: 'good' },
  { name: 'an infinite rating', files: table(changed(5, '0\t1\tInfinity\t4\t0')), code: 'TABLE_VALUE' },
  { name: 'a rating beyond float32', files: table(changed(5, '0\t1\t1e300\t4\t0')), code: 'TABLE_VALUE' },
  { name: 'a missing rating', files: table(changed(5, '0\t1\t\t4\t0')), code: 'TABLE_VALUE' },
  { name: 'a timestamp in words', files: table(changed(5, '0\t1\t3\tyesterday\t0')), code: 'TABLE_VALUE' },
  { name: 'a split label of 3', files: table(changed(6, '0\t1\t3\t4\t3')), code: 'DATA_SPLIT_VALUES', says: 'Row 6' },
  { name: 'a split label in words', files: table(changed(6, '0\t1\t3\t4\theld out')), code: 'DATA_SPLIT_VALUES' },
  { name: 'an empty split label', files: table(changed(6, '0\t1\t3\t4\t')), code: 'DATA_SPLIT_VALUES' },
  {
    name: 'no validation rows',
    files: table(good.replaceAll(/\t1$/gm, '\t0')),
    code: 'DATA_QUESTION',
    says: 'validation',
  },
  {
    name: 'no training rows',
    files: table(good.replaceAll(/\t0$/gm, '\t2')),
    code: 'DATA_EMPTY_SPLIT',
    says: 'training',
  },
  { name: 'too few interactions to split', files: table('userID,itemID\n0,0\n1,1\n'), code: 'DATA_EMPTY_SPLIT' },
  {
    name: 'a split by time without times',
    files: table('userID,itemID\n0,0\n0,1\n0,2\n0,3\n'),
    code: 'DATA_SPLIT_VALUES',
    options: { splitRule: 'globalTemporal' },
  },
  {
    name: 'a core that keeps nothing',
    files: [inter],
    code: 'DATA_NO_INTERACTIONS',
    says: 'after filtering',
    options: { kCore: 50 },
  },
  {
    name: 'two interaction files',
    files: [inter, named('other.inter', good)],
    code: 'DATA_QUESTION',
    says: 'other.inter',
  },
  { name: 'no interaction file', files: [named('image_feat.npy', matrix)], code: 'DATA_NO_INTERACTIONS' },
  { name: 'nothing at all', files: [], code: 'DATA_NO_INTERACTIONS' },
  {
    name: 'only clutter',
    files: [named('.DS_Store', 'x'), named('__MACOSX/._toy.inter', 'x')],
    code: 'DATA_NO_INTERACTIONS',
  },
  {
    name: 'UTF-16 without a mark',
    files: table(Uint8Array.from([...good].flatMap((sign) => [sign.charCodeAt(0), 0]))),
    code: 'FILE_UNRECOGNISED',
  },
];

const ids: BrokenCase[] = [
  {
    name: 'an item id of 2⁵³ beside features',
    files: [named('toy.inter', changed(3, '0\t9007199254740992\t3\t4\t0')), named('image_feat.npy', matrix)],
    code: 'DATA_ID_RANGE',
    says: '9007199254740992',
  },
  {
    name: 'named items beside features',
    files: [named('toy.inter', changed(3, '0\tB000X\t3\t4\t0')), named('image_feat.npy', matrix)],
    code: 'DATA_ID_RANGE',
    says: 'B000X',
  },
  {
    name: 'an item beyond the features',
    files: [named('toy.inter', changed(7, '0\t8\t3\t4\t0')), named('image_feat.npy', matrix)],
    code: 'DATA_ROWS_MISMATCH',
    says: 'Row 7 of toy.inter has item 8, but image_feat.npy has rows 0–7.',
  },
  {
    name: 'an item of two thousand million beside features',
    files: [named('toy.inter', changed(7, '0\t2000000000\t3\t4\t0')), named('image_feat.npy', matrix)],
    code: 'DATA_ROWS_MISMATCH',
  },
  {
    name: 'feature files that disagree',
    files: [inter, named('image_feat.npy', matrix), named('text_feat.npy', npy(9, 4))],
    code: 'DATA_ROWS_MISMATCH',
    says: 'text_feat.npy',
  },
  {
    name: 'user features of other users',
    files: [inter, named('user_preferences_feat.npy', npy(5, 4))],
    code: 'DATA_ROWS_MISMATCH',
    says: 'user 5',
  },
  {
    name: 'two features of one name',
    files: [inter, named('a/image_feat.npy', matrix), named('b/image_feat.npy', matrix)],
    code: 'FILE_UNRECOGNISED',
    says: 'called image',
  },
  {
    name: 'a mapping with an index twice',
    files: [inter, named('i_id_mapping.csv', 'asin\titemID\na\t0\nb\t0\n')],
    code: 'DATA_ID_RANGE',
    says: 'Row 3 of i_id_mapping.csv',
  },
  {
    name: 'a mapping with a hole',
    files: [inter, named('u_id_mapping.csv', 'user_id\tuserID\na\t0\nb\t2147483000\n')],
    code: 'DATA_ID_RANGE',
  },
  {
    name: 'a mapping that lacks an id',
    files: [named('toy.inter', changed(3, '0\tnobody\t3\t4\t0')), named('i_id_mapping.csv', 'asin\titemID\na\t0\n')],
    code: 'DATA_ID_RANGE',
    says: 'does not list',
  },
  {
    name: 'a mapping of one column without the items',
    files: [inter, named('i_id_mapping.csv', 'asin\na\n')],
    code: 'DATA_ID_RANGE',
  },
  {
    name: 'a mapping for more items than features',
    files: [
      inter,
      named('image_feat.npy', matrix),
      named('i_id_mapping.csv', `asin\titemID\n${Array.from({ length: 9 }, (_, i) => `x${i}\t${i}\n`).join('')}`),
    ],
    code: 'DATA_ROWS_MISMATCH',
  },
];

const matrices: BrokenCase[] = [
  { name: 'an npy cut inside its magic', files: feature(matrix.slice(0, 4)), code: 'FILE_UNRECOGNISED' },
  { name: 'an npy cut after its magic', files: feature(matrix.slice(0, 7)), code: 'NPY_HEADER' },
  { name: 'an npy cut inside its header', files: feature(matrix.slice(0, 60)), code: 'NPY_HEADER' },
  {
    name: 'an npy cut inside its data',
    files: feature(matrix.slice(0, -5)),
    code: 'NPY_TRUNCATED',
    says: 'ends early',
  },
  { name: 'an npy without data', files: feature(matrix.slice(0, 128)), code: 'NPY_TRUNCATED' },
  { name: 'wrong magic', files: feature(at(matrix, 1, 0x58)), code: 'FILE_UNRECOGNISED' },
  { name: 'npy version 9', files: feature(at(matrix, 6, 9)), code: 'NPY_HEADER', says: '9.0' },
  {
    name: 'a header of four gigabytes',
    files: feature(npyOf(npyHeader('<f4', '(8, 4)'), new Uint8Array(128), [2, 0], 0xfffffff0)),
    code: 'NPY_HEADER',
  },
  { name: 'a header that is no dictionary', files: feature(float('hello\n')), code: 'NPY_HEADER' },
  { name: 'no descr', files: feature(float("{'fortran_order': False, 'shape': (8, 4), }\n")), code: 'NPY_HEADER' },
  { name: 'no fortran_order', files: feature(float("{'descr': '<f4', 'shape': (8, 4), }\n")), code: 'NPY_HEADER' },
  { name: 'no shape', files: feature(float("{'descr': '<f4', 'fortran_order': False, }\n")), code: 'NPY_HEADER' },
  { name: 'a negative length', files: feature(float(npyHeader('<f4', '(-8, 4)'))), code: 'NPY_HEADER' },
  { name: 'a length in words', files: feature(float(npyHeader('<f4', '(eight, 4)'))), code: 'NPY_HEADER' },
  { name: 'a shape of 10¹² rows', files: feature(float(npyHeader('<f4', '(1000000000000, 4)'))), code: 'NPY_SHAPE' },
  { name: 'a shape of 10⁹ columns', files: feature(float(npyHeader('<f4', '(8, 1000000000)'))), code: 'NPY_SHAPE' },
  {
    name: 'a shape far larger than the file',
    files: feature(float(npyHeader('<f4', '(1000000, 4096)'))),
    code: 'NPY_TRUNCATED',
  },
  { name: 'shape (n,)', files: feature(float(npyHeader('<f4', '(32,)'))), code: 'NPY_SHAPE' },
  { name: 'shape ()', files: feature(float(npyHeader('<f4', '()'))), code: 'NPY_SHAPE' },
  { name: 'three dimensions', files: feature(float(npyHeader('<f4', '(8, 2, 2)'))), code: 'NPY_SHAPE' },
  { name: 'no columns', files: feature(float(npyHeader('<f4', '(8, 0)'))), code: 'NPY_SHAPE' },
  { name: 'Python objects', files: feature(float(npyHeader('|O', '(8, 4)'))), code: 'NPY_OBJECT', says: 'never run' },
  {
    name: 'a structured type',
    files: feature(float("{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (8, 4), }\n")),
    code: 'NPY_TYPE',
  },
  { name: 'unicode text', files: feature(float(npyHeader('<U8', '(8, 4)'))), code: 'NPY_TYPE' },
  { name: 'bytes', files: feature(float(npyHeader('|S8', '(8, 4)'))), code: 'NPY_TYPE' },
  { name: 'complex numbers', files: feature(float(npyHeader('<c8', '(8, 4)'), 64)), code: 'NPY_TYPE' },
  { name: 'float128', files: feature(float(npyHeader('<f16', '(8, 4)'), 128)), code: 'NPY_TYPE' },
  { name: 'dates', files: feature(float(npyHeader('<M8[ns]', '(8, 4)'), 64)), code: 'NPY_TYPE' },
  { name: 'NaN in float32', files: feature(withValue('<f4', NaN)), code: 'DATA_NOT_FINITE', says: 'Row 3' },
  { name: 'infinity in float16', files: feature(withValue('<f2', Infinity)), code: 'DATA_NOT_FINITE' },
  { name: 'NaN in big-endian float64', files: feature(withValue('>f8', NaN)), code: 'DATA_NOT_FINITE' },
  { name: 'float64 beyond float32', files: feature(withValue('<f8', 1e300)), code: 'DATA_NOT_FINITE' },
  { name: 'an empty feature file', files: feature(new Uint8Array()), code: 'FILE_UNRECOGNISED', says: 'empty' },
  {
    name: 'a pickle under a feature name',
    files: feature(Uint8Array.from([0x80, 4, 0x95, 0, 0, 0, 0])),
    code: 'FILE_UNRECOGNISED',
    says: 'pickle',
  },
  {
    name: 'HDF5 under a feature name',
    files: feature(Uint8Array.from([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10])),
    code: 'FILE_BROKEN',
    says: 'HDF5',
  },
  {
    name: 'column order cut short',
    files: feature(npy(8, 4, undefined, { fortran: true }).slice(0, -1)),
    code: 'NPY_TRUNCATED',
  },
];

const objects = float(npyHeader('|O', '(8, 4)'));
const archives: BrokenCase[] = [
  {
    name: 'a zip cut in half',
    files: archive(zipped.slice(0, zipped.length >> 1)),
    code: 'ZIP_BROKEN',
    says: 'end is missing',
  },
  { name: 'a zip of its first bytes', files: archive(zipped.slice(0, 4)), code: 'ZIP_BROKEN' },
  {
    name: 'a zip whose directory is damaged',
    files: archive(at(zipped, -22 - 20, 0xff).map((byte, i, all) => (i === all.length - 22 - 46 - 9 ? 0 : byte))),
    code: 'ZIP_BROKEN',
    says: 'directory',
  },
  { name: 'a zip whose directory lies elsewhere', files: archive(at(zipped, -22 + 18, 0x7f)), code: 'ZIP_BROKEN' },
  {
    name: 'a zip with a wrong checksum',
    files: archive(zipOf([{ ...entry, crc: 1 }])),
    code: 'ZIP_BROKEN',
    says: 'checksum',
  },
  {
    name: 'a stored zip with a flipped byte',
    files: archive(at(zipOf([{ ...entry, stored: true }]), 30 + 9 + 60, 0x37)),
    code: 'ZIP_BROKEN',
    says: 'checksum',
  },
  {
    name: 'a zip with damaged deflate data',
    files: archive(zipOf([{ ...entry, content: text(good), stored: true, method: 8 }])),
    code: 'ZIP_BROKEN',
  },
  {
    name: 'an encrypted zip',
    files: archive(zipOf([{ ...entry, flags: 1 }])),
    code: 'ZIP_UNSUPPORTED',
    says: 'encrypted',
  },
  {
    name: 'a zip packed by bzip2',
    files: archive(zipOf([{ ...entry, method: 12 }])),
    code: 'ZIP_UNSUPPORTED',
    says: '12',
  },
  {
    name: 'a zip in several parts',
    files: archive(at(zipped, -22 + 4, 2)),
    code: 'ZIP_UNSUPPORTED',
    says: 'multi-file archive',
  },
  {
    name: 'a name that climbs out',
    files: archive(zipOf([{ ...entry, name: '../../toy.inter' }])),
    code: 'ZIP_BROKEN',
    says: 'points out',
  },
  { name: 'an absolute name', files: archive(zipOf([{ ...entry, name: '/etc/toy.inter' }])), code: 'ZIP_BROKEN' },
  { name: 'a name with a drive', files: archive(zipOf([{ ...entry, name: 'C:\\toy.inter' }])), code: 'ZIP_BROKEN' },
  {
    name: 'a zip that unpacks to zeros',
    files: [
      inter,
      ...archive(zipOf([{ name: 'image_feat.npy', content: join(npyOf(npyHeader('<f4', '(8, 500000)'), zeros)) }])),
    ],
    code: 'ZIP_BOMB',
  },
  {
    name: 'a zip longer than it declares',
    files: archive(zipOf([{ ...entry, size: 100 }])),
    code: 'ZIP_BOMB',
    says: '100 bytes',
  },
  {
    name: 'a zip shorter than it declares',
    files: archive(zipOf([{ ...entry, size: 5000 }])),
    code: 'ZIP_BROKEN',
    says: 'not as long',
  },
  {
    name: 'entries that share their bytes',
    files: archive(
      zipOf(
        Array.from({ length: 50 }, (_, i) => ({ ...entry, name: `${i}.inter` })),
        { share: true },
      ),
    ),
    code: 'ZIP_BOMB',
  },
  {
    name: 'archives in archives in archives',
    files: archive(zipOf([{ name: 'a.zip', content: zipOf([{ name: 'b.zip', content: zipped }]) }])),
    code: 'ZIP_BOMB',
    says: 'nested',
  },
  { name: 'an empty zip', files: archive(zipOf([])), code: 'DATA_NO_INTERACTIONS' },
  {
    name: 'an npz of pickled objects',
    files: [inter, ...archive(zipOf([{ name: 'arr_0.npy', content: objects }]), 'image_feat.npz')],
    code: 'NPY_OBJECT',
  },
  {
    name: 'a zip with a truncated matrix',
    files: [inter, ...archive(zipOf([{ name: 'image_feat.npy', content: matrix.slice(0, -9) }]))],
    code: 'NPY_TRUNCATED',
  },
  {
    name: 'a zip64 field cut off',
    files: archive(at(zipOf([{ ...entry, zip64: true }]), -22 - 20 - 56 - 26, 4)),
    code: 'ZIP_BROKEN',
    says: 'zip64',
  },
  {
    name: 'a truncated gzip of a table',
    files: archive(gzipped(text(good)).slice(0, -20), 'toy.inter.gz'),
    code: 'GZIP_BROKEN',
  },
  {
    name: 'a truncated gzip of a matrix',
    files: [inter, ...archive(gzipped(npy(8, 4, (r, c) => Math.sin(r * c))).slice(0, -30), 'image_feat.npy.gz')],
    code: 'GZIP_BROKEN',
  },
  {
    name: 'a gzip with a wrong checksum',
    files: archive(at(gzipped(text(good)), -7, 0x5a), 'toy.inter.gz'),
    code: 'GZIP_BROKEN',
  },
  {
    name: 'a gzip of its first bytes',
    files: archive(gzipped(text(good)).slice(0, 6), 'toy.inter.gz'),
    code: 'GZIP_BROKEN',
  },
  {
    name: 'a tar archive through gzip',
    files: archive(
      gzipped(join(text('toy.inter'), new Uint8Array(248), text('ustar'), new Uint8Array(1000))),
      'toy.tar.gz',
    ),
    code: 'FILE_BROKEN',
    says: 'tar archive',
  },
  {
    name: 'a gzip that unpacks to zeros',
    files: [inter, ...archive(gzipped(npyOf(npyHeader('<f4', '(8, 500000)'), zeros)), 'image_feat.npy.gz')],
    code: 'ZIP_BOMB',
  },
  {
    name: 'a gzipped matrix shorter than its shape',
    files: [
      inter,
      ...archive(gzipped(npyOf(npyHeader('<f4', '(8, 4)'), elements('<f4', [1, 2, 3]))), 'image_feat.npy.gz'),
    ],
    code: 'NPY_TRUNCATED',
  },
  {
    name: 'a gzipped column-order matrix shorter than its shape',
    files: [
      inter,
      ...archive(gzipped(npyOf(npyHeader('<f4', '(8, 4)', true), elements('<f4', [1, 2, 3]))), 'image_feat.npy.gz'),
    ],
    code: 'NPY_TRUNCATED',
  },
];

/** Files as they should not be, each with the code it must end in. */
export const BROKEN: readonly BrokenCase[] = [...tables, ...ids, ...matrices, ...archives];
