import { AppError } from '../../src/domain/errors';
import type { Format } from './format';
import { pickleKind } from './foreignPickle';
import { isTfRecord } from './foreignTfRecord';
import { baseName } from './source';

interface Foreign {
  readonly what: string;
  readonly hint: string;
}

/** Formats that are known but not read, so that the message can say what to do instead. */
export const foreign: Format = {
  name: 'foreign',
  match: (head) => foreignOf(head) !== null,
  open: async (source, watch) => {
    let head = new Uint8Array();
    for await (const chunk of source.chunks({ signal: watch.signal })) {
      head = chunk.slice(0, 512);
      break;
    }
    throw foreignError(source.path, foreignOf(head) ?? { what: 'of a kind that is not read', hint: 'Save it as CSV.' });
  },
};

export const foreignError = (path: string, { what, hint }: Foreign): AppError =>
  new AppError('FILE_UNRECOGNISED', `${baseName(path)} is ${what}.`, hint, { path });

const UNPACK = 'Unpack it, or pack it again as .zip.';
const REGZIP = 'Unpack it, or pack it again with gzip.';
const PICTURE: Foreign = {
  what: 'a picture, and models read features of pictures',
  hint: 'Encode the pictures with a vision model first and save one row per item with numpy.save, or use the reasoning stage.',
};
const SOUND: Foreign = {
  what: 'a sound recording, and models read features of recordings',
  hint: 'Encode the recordings with an audio model first and save one row per item with numpy.save.',
};
const VIDEO: Foreign = {
  what: 'a video, and models read features of videos',
  hint: 'Encode the videos with a vision model first and save one row per item with numpy.save.',
};
const ARROW: Foreign = {
  what: 'a Feather file (Arrow IPC)',
  hint: 'Save it as Parquet: pandas.read_feather(path).to_parquet("table.parquet").',
};

const ascii = (text: string): number[] => Array.from(text, (sign) => sign.charCodeAt(0));

/** A container of Windows, after the length of its content. */
const riff = (kind: string): (number | null)[] => [...ascii('RIFF'), null, null, null, null, ...ascii(kind)];
/** The first box of a film, after its length. */
const box = (kind: string): (number | null)[] => [0, null, null, null, ...ascii(kind)];

/** By their first bytes (null: any), or those at `at`. */
const SIGNATURES: readonly (Foreign & { readonly magic: readonly (number | null)[]; readonly at?: number })[] = [
  {
    magic: ascii('SQLite format 3\0'),
    what: 'an SQLite database',
    hint: 'Write its table to a file: pandas.read_sql("select * from interactions", sqlite3.connect(path)).to_csv("toy.inter", sep="\\t", index=False).',
  },
  {
    magic: [0xde, 0xc0, 0xef, 0xbe],
    at: 16,
    what: 'an LMDB database',
    hint: 'Read its values in the order of the items and save one row per item with numpy.save.',
  },
  { magic: ascii('ARROW1\0\0'), ...ARROW },
  { magic: ascii('FEA1\0'), ...ARROW },
  {
    magic: [0xff, 0xff, 0xff, 0xff],
    what: 'an Arrow stream',
    hint: 'Save it as Parquet: pyarrow.parquet.write_table(pyarrow.ipc.open_stream(path).read_all(), "table.parquet").',
  },
  {
    magic: ascii('Obj\x01'),
    what: 'an Avro file',
    hint: 'Save it as Parquet or CSV, e.g. pandas.DataFrame(fastavro.reader(open(path, "rb"))).to_parquet("table.parquet").',
  },
  {
    magic: ascii('MATLAB 5.0 MAT-file'),
    what: 'a MATLAB file of version 5',
    hint: 'Save its matrix with NumPy: numpy.save("image_feat.npy", scipy.io.loadmat(path)["features"]).',
  },
  {
    magic: ascii('MATLAB 7.3 MAT-file'),
    what: 'a MATLAB file of version 7.3',
    hint: 'Save its matrix with NumPy: numpy.save("image_feat.npy", h5py.File(path)["features"][:].T).',
  },
  {
    magic: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
    what: 'an old Office document, such as an Excel sheet (.xls)',
    hint: 'Save the sheet as CSV, or pandas.read_excel(path).to_csv("table.csv", index=False).',
  },
  { magic: ascii('%PDF-'), what: 'a PDF document', hint: 'Add the files that hold the data themselves.' },
  { magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], ...PICTURE },
  { magic: [0xff, 0xd8, 0xff], ...PICTURE },
  { magic: ascii('GIF87a'), ...PICTURE },
  { magic: ascii('GIF89a'), ...PICTURE },
  { magic: riff('WEBP'), ...PICTURE },
  { magic: [0x49, 0x49, 0x2a, 0x00], ...PICTURE },
  { magic: [0x4d, 0x4d, 0x00, 0x2a], ...PICTURE },
  { magic: box('ftypheic'), ...PICTURE },
  { magic: box('ftypavif'), ...PICTURE },
  { magic: riff('WAVE'), ...SOUND },
  { magic: ascii('OggS\0'), ...SOUND },
  { magic: ascii('fLaC\0'), ...SOUND },
  { magic: box('ftypM4A'), ...SOUND },
  { magic: [0xff, 0xfb], ...SOUND },
  { magic: [0xff, 0xf3], ...SOUND },
  { magic: [0xff, 0xf2], ...SOUND },
  ...[2, 3, 4].map((version) => ({ magic: [...ascii('ID3'), version, 0], ...SOUND })),
  { magic: box('ftyp'), ...VIDEO },
  { magic: riff('AVI '), ...VIDEO },
  { magic: [0x1a, 0x45, 0xdf, 0xa3], ...VIDEO },
  { magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], what: 'a 7-Zip archive', hint: UNPACK },
  { magic: [...ascii('Rar!'), 0x1a, 0x07], what: 'a RAR archive', hint: UNPACK },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'Zstandard data', hint: REGZIP },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: 'xz data', hint: REGZIP },
  { magic: [0x04, 0x22, 0x4d, 0x18], what: 'LZ4 data', hint: REGZIP },
];

/** The content of a zip archive that is a document of Excel; null otherwise. */
export const workbookOf = (names: readonly string[]): Foreign | null =>
  names.includes('xl/workbook.xml')
    ? {
        what: 'an Excel workbook',
        hint: 'Save the sheet as CSV, or pandas.read_excel(path).to_csv("table.csv", index=False).',
      }
    : null;

function foreignOf(head: Uint8Array): Foreign | null {
  const known = SIGNATURES.find(({ magic, at = 0 }) =>
    magic.every((byte, i) => byte === null || head[at + i] === byte),
  );
  return known ?? pickleKind(head) ?? markedByMore(head);
}

/** Formats whose first letters could also begin a table. */
function markedByMore(head: Uint8Array): Foreign | null {
  const text = String.fromCharCode(...head.subarray(0, 64));
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    return {
      what: 'a pointer of Git LFS, not the file itself',
      hint: 'Run “git lfs pull” in the repository, or download the file from its web page.',
    };
  }
  if (/^\W{0,3}\s*<(!doctype html|html)[\s>]/i.test(text))
    return { what: 'a web page', hint: 'The download was probably refused; open its address and look.' };
  const start = String.fromCharCode(...head.subarray(0, 10));
  if (/^BZh[1-9]\x31\x41\x59\x26\x53\x59/.test(start)) return { what: 'bzip2 data', hint: REGZIP };
  if (start.startsWith('ORC') && head.subarray(3, 64).some((byte) => byte < 9)) {
    return { what: 'an ORC file', hint: 'Save it as Parquet: pandas.read_orc(path).to_parquet("table.parquet").' };
  }
  if (isTfRecord(head)) {
    return {
      what: 'a file of TFRecord',
      hint: 'Read the features with tf.data.TFRecordDataset and save one row per item with numpy.save.',
    };
  }
  return null;
}
