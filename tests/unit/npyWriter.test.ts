import { describe, expect, it } from 'vitest';
import { npyFile, npyHeader } from '../../src/sharing/npy';
import { open } from '../../workers/formats/recognise';
import { blobSource } from '../../workers/formats/source';
import { onlyMatrix } from '../helpers/opened';

/** What `numpy.save` writes for `numpy.arange(6, dtype='<f4').reshape(2, 3) / 2 - 1`, base64. */
const BY_NUMPY =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIC/AAAAvwAAAAAAAAA/AACAPwAAwD8=';
/** Its header for a shape of (123456, 4096). */
const HEADER_BY_NUMPY =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEyMzQ1NiwgNDA5NiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const matrix = { values: Float32Array.from([-1, -0.5, 0, 0.5, 1, 1.5]), rows: 2, columns: 3 };

describe('writing npy', () => {
  it('gives the bytes that NumPy gives', async () => {
    expect(base64(new Uint8Array(await npyFile(matrix).arrayBuffer()))).toBe(BY_NUMPY);
    expect(base64(npyHeader(123456, 4096))).toBe(HEADER_BY_NUMPY);
  });

  it('is read back value by value, from a part of a larger buffer too', async () => {
    const values = Float32Array.from({ length: 9 }, (_, i) => Math.fround(i / 3)).subarray(1, 7);
    const stored = onlyMatrix(await open(blobSource('image_feat.npy', npyFile({ ...matrix, values })), {}));
    const read: number[] = [];
    for await (const block of stored.blocks(1, {})) read.push(...block);
    expect([stored.rows, stored.columns, stored.sourceType]).toEqual([2, 3, 'float32']);
    expect(read).toEqual([...values]);
  });

  it('refuses values that are not as many as the shape says', () => {
    expect(() => npyFile({ ...matrix, rows: 3 })).toThrow('6 values are no matrix of 3 × 3');
  });
});
