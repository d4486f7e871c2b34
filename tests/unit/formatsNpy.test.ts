import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../workers/formats/format';
import { open } from '../../workers/formats/recognise';
import { blobSource, READ_BYTES, type Watch } from '../../workers/formats/source';
import { elements, gzipped, npy, npyHeader, npyOf, zipOf, type Bytes } from '../helpers/dataBuilders';
import { onlyMatrix } from '../helpers/opened';

async function matrixOf(bytes: Bytes | Blob): Promise<Matrix> {
  let source = blobSource('image_feat.npy', bytes instanceof Blob ? bytes : new Blob([bytes]));
  for (;;) {
    const opened = await open(source, {});
    if (opened.kind !== 'archive') return onlyMatrix(opened);
    source = opened.entries[0]!;
  }
}

async function valuesOf(matrix: Matrix, rowsPerBlock = 3, watch: Watch = {}): Promise<number[]> {
  const values: number[] = [];
  for await (const block of matrix.blocks(rowsPerBlock, watch)) {
    expect(block.length % matrix.columns).toBe(0);
    expect(block.length).toBeLessThanOrEqual(rowsPerBlock * matrix.columns);
    values.push(...block);
  }
  return values;
}

const NUMBERS = ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8'];
const grid = (rows: number, columns: number, value: (r: number, c: number) => number): number[] =>
  Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns));

describe('npy', () => {
  for (const kind of NUMBERS) {
    for (const order of ['<', '>']) {
      for (const fortran of [false, true]) {
        it(`${order}${kind}, ${fortran ? 'column' : 'row'} order`, async () => {
          const value = (r: number, c: number): number => (kind.startsWith('u') ? 10 * r + c : 10 * r - c * 3);
          const matrix = await matrixOf(npy(7, 5, value, { descr: order + kind, fortran }));
          expect(await valuesOf(matrix)).toEqual(grid(7, 5, value));
          expect(matrix.sourceType.startsWith('big-endian')).toBe(order === '>' && !kind.endsWith('1'));
        });
      }
    }
  }

  it('versions 1.0, 2.0 and 3.0, double quotes and keys in another order', async () => {
    for (const version of [
      [1, 0],
      [2, 0],
      [3, 0],
    ] as const) {
      expect(await valuesOf(await matrixOf(npy(4, 2, undefined, { version })))).toEqual(
        grid(4, 2, (r, c) => r + c / 4),
      );
    }
    const odd = npyOf('{"shape": (1,2), "fortran_order": False, "descr": "<f4"}\n', elements('<f4', [1, 2]));
    expect(await valuesOf(await matrixOf(odd))).toEqual([1, 2]);
  });

  it('bool, float16 extremes, wide integers', async () => {
    expect(await valuesOf(await matrixOf(npyOf(npyHeader('|b1', '(2, 2)'), Uint8Array.from([0, 1, 1, 0]))))).toEqual([
      0, 1, 1, 0,
    ]);
    const halves = [65504, -65504, 2 ** -24, -(2 ** -14), 0.333251953125, Infinity];
    expect(await valuesOf(await matrixOf(npyOf(npyHeader('<f2', '(1, 6)'), elements('<f2', halves))))).toEqual(halves);
    const wide = [2 ** 40, -(2 ** 40), -1, 2 ** 53];
    expect(await valuesOf(await matrixOf(npyOf(npyHeader('<i8', '(2, 2)'), elements('<i8', wide))))).toEqual(wide);
  });

  it('through zip, gzip, and npz in zip', async () => {
    const value = (r: number, c: number): number => r * 7 - c;
    for (const fortran of [false, true]) {
      const plain = npy(50, 9, value, { fortran });
      const npz = zipOf([{ name: 'arr_0.npy', content: plain }]);
      for (const wrapped of [
        gzipped(plain),
        npz,
        zipOf([{ name: 'a.npy', content: plain, stored: true, zip64: true }]),
        zipOf([{ name: 'a.npz', content: npz }]),
      ]) {
        expect(await valuesOf(await matrixOf(wrapped))).toEqual(grid(50, 9, value));
      }
    }
  });

  it('counts all bytes and never reads further ahead than a block', async () => {
    const rows = 24_000;
    const columns = 512;
    const header = npyHeader('<f4', `(${rows}, ${columns})`);
    const piece = new Uint8Array(rows * columns);
    const blob = new Blob([npyOf(header, new Uint8Array()), piece, piece, piece, piece]);
    const matrix = await matrixOf(blob);
    let counted = 0;
    let yielded = 0;
    for await (const block of matrix.blocks(2048, { onBytes: (count) => (counted += count) })) {
      yielded += block.byteLength;
      // What has been read and not handed over yet: at most a block and one read.
      expect(counted - yielded).toBeLessThanOrEqual(2048 * columns * 4 + READ_BYTES);
    }
    expect(counted).toBe(blob.size);
    expect(yielded).toBe(rows * columns * 4);
  });

  it('stops within a chunk when cancelled', async () => {
    const matrix = await matrixOf(
      new Blob([npyOf(npyHeader('<f4', '(24000, 512)'), new Uint8Array(24_000 * 512 * 4))]),
    );
    const controller = new AbortController();
    let blocks = 0;
    const reading = (async () => {
      for await (const _ of matrix.blocks(512, { signal: controller.signal })) if (++blocks === 2) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'IMPORT_CANCELLED' });
    expect(blocks).toBeLessThanOrEqual(4);
  });
});
