import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { open } from '../../workers/formats/recognise';
import { join, text, zipOf, type Bytes } from '../helpers/dataBuilders';
import { sourceOf } from '../helpers/formatFixtures';

const HEADS = JSON.parse(readFileSync(new URL('../fixtures/formats/heads.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>;

/** What a file's content is taken for: the error, or the kind it opens as. */
async function taken(bytes: Bytes): Promise<AppError | string> {
  try {
    return (await open(sourceOf('file', bytes), {})).kind;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** What the libraries wrote, and the words that name it. */
const WRITTEN: Readonly<Record<string, string>> = {
  SQLite: 'SQLite',
  'Feather 1': 'Feather',
  'Feather 2': 'Feather',
  ORC: 'ORC',
  Arrow: 'Arrow stream',
  MATLAB: 'MATLAB file of version 5',
  WAV: 'sound',
  bzip2: 'bzip2',
  xz: 'xz',
  Zstandard: 'Zstandard',
};

const bytes = (...values: number[]): Bytes => Uint8Array.from(values);
const padded = (...parts: Uint8Array[]): Bytes => join(...parts, new Uint8Array(64));

/** Beginnings that the formats' descriptions give. */
const DESCRIBED: readonly (readonly [what: string, content: Bytes])[] = [
  ['picture', padded(bytes(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10))],
  ['picture', padded(bytes(0xff, 0xd8, 0xff, 0xe0))],
  ['picture', padded(text('GIF89a'))],
  ['picture', padded(text('RIFF\x10\0\0\0WEBPVP8 '))],
  ['picture', padded(bytes(0x49, 0x49, 0x2a, 0))],
  ['picture', padded(bytes(0, 0, 0, 24), text('ftypavif'))],
  ['video', padded(bytes(0, 0, 0, 24), text('ftypisom'))],
  ['video', padded(bytes(0x1a, 0x45, 0xdf, 0xa3))],
  ['video', padded(text('RIFF\x10\0\0\0AVI LIST'))],
  ['sound', padded(text('OggS\0'))],
  ['sound', padded(text('ID3\x04\0'))],
  ['sound', padded(bytes(0xff, 0xfb, 0x90))],
  ['Git LFS', text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n')],
  ['web page', text('\ufeff<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n')],
  ['PDF', padded(text('%PDF-1.7\n'))],
  ['.xls', padded(bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1))],
  ['Excel workbook', zipOf([{ name: 'xl/workbook.xml', content: text('<workbook/>') }])],
  ['LMDB', padded(new Uint8Array(16), bytes(0xde, 0xc0, 0xef, 0xbe, 1, 0, 0, 0))],
  ['Avro', padded(text('Obj\x01'))],
  ['7-Zip', padded(bytes(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c))],
  ['RAR', padded(text('Rar!\x1a\x07\x01\0'))],
  ['LZ4', padded(bytes(0x04, 0x22, 0x4d, 0x18))],
  // The record of twenty bytes that TensorFlow's own tests begin with.
  ['TFRecord', padded(tfRecord(20))],
];

/** The length of a record and its masked checksum, computed by the table of the Castagnoli polynomial. */
function tfRecord(length: number): Bytes {
  const record = new Uint8Array(12);
  const view = new DataView(record.buffer);
  view.setUint32(0, length, true);
  let crc = 0xffffffff;
  const table = Array.from({ length: 256 }, (_, i) => {
    let value = i;
    for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    return value >>> 0;
  });
  for (const byte of record.subarray(0, 8)) crc = (table[(crc ^ byte) & 255]! ^ (crc >>> 8)) >>> 0;
  crc = ~crc >>> 0;
  view.setUint32(8, (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, true);
  return record;
}

describe('formats that are not read are named, with what to do', () => {
  for (const [name, content] of Object.entries(HEADS)) {
    it(name, async () => {
      const error = await taken(new Uint8Array(Buffer.from(content, 'base64')));
      expect(error).toMatchObject({ code: 'FILE_UNRECOGNISED' });
      const { message, hint } = error as AppError;
      expect(message).toContain(name.startsWith('pickle') ? 'never run' : WRITTEN[name]);
      expect(hint).toMatch(/\.$/);
    });
  }

  for (const [what, content] of DESCRIBED) {
    it(`${what}: ${[...content.subarray(0, 4)].join(' ')}`, async () => {
      const error = await taken(content);
      expect(error).toMatchObject({ code: 'FILE_UNRECOGNISED' });
      expect((error as AppError).message).toContain(what);
    });
  }

  it('names joblib', async () => {
    const error = await taken(padded(bytes(0x80, 3), text('cjoblib.numpy_pickle\nNumpyArrayWrapper\n')));
    expect((error as AppError).message).toContain('joblib');
  });
});

describe('tables that begin like something else are tables', () => {
  for (const start of [
    'ORC\tname',
    'BZh9\tname',
    'category\nbooks\n',
    '(lp\tb',
    'ID3\tname',
    'Rar!,name',
    'c\nuser\nitem',
    'Obj,name',
    'FEA1,name',
    'OggS,x',
  ]) {
    it(JSON.stringify(start), async () => {
      expect(await taken(text(`${start}\n0\t1\n`))).toBe('table');
    });
  }
});
