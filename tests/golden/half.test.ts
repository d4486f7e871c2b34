import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { halvesPair, packedHalves, unpackedHalves } from '../../workers/engine/kernels/halves';
import { halfOf, valuesOfHalves } from '../../workers/numbers/half';
import { integerMatrix, integers } from '../../workers/engine/tensors';
import { BACKENDS, describeOn, values } from '../helpers/device';

/** `make_half.py`: NumPy's rounding. */
const golden = JSON.parse(readFileSync(new URL('../fixtures/half.json', import.meta.url), 'utf8')) as {
  values: number[];
  bits: number[];
};

describe('half precision', () => {
  it('rounds as NumPy does, at every edge', () => {
    expect(golden.values.length).toBeGreaterThan(200);
    expect(golden.values.map((value) => halfOf(value))).toEqual(golden.bits);
  });

  it('is itself again after being read: all 65,536 patterns but those of NaN', () => {
    const read = valuesOfHalves();
    for (let bits = 0; bits < 65_536; bits++) if (!Number.isNaN(read[bits])) expect(halfOf(read[bits]!)).toBe(bits);
    expect(halfOf(NaN) & 0x7fff).toBe(0x7e00);
  });
});

for (const backend of BACKENDS) {
  describeOn(backend, 'packed halves', (test) => {
    // Odd widths have half a word to spare.
    for (const [rows, columns] of [
      [1, 1],
      [3, 5],
      [7, 8],
      [50, 6],
    ] as const) {
      test(`are unpacked as their twin has it, ${rows} × ${columns}`, async () => {
        const source = Float32Array.from(
          { length: rows * columns },
          (_, i) => golden.values[(7 * i) % golden.values.length]!,
        ).map((value) => (Math.abs(value) < 65_504 ? value : 3));
        const packed = packedHalves(source, rows, columns);
        const words = Math.ceil(columns / 2);
        // Backwards.
        const indices = Int32Array.from({ length: rows }, (_, row) => rows - 1 - row);
        const twin = new Float32Array(rows * columns);
        halvesPair.portable([packed, indices], twin, [[rows, words], [rows]], { columns });
        expect([...twin]).toEqual(
          [...indices].flatMap((row) =>
            [...source.subarray(row * columns, (row + 1) * columns)].map((value) => valuesOfHalves()[halfOf(value)]),
          ),
        );
        const shown = await values(() =>
          unpackedHalves(integerMatrix(packed, rows, words), integers(indices), columns),
        );
        // A shader may read what lies below the smallest normal number as zero.
        twin.forEach((value, i) =>
          expect(Math.abs(value) < 2 ** -14 && backend === 'webgpu' && shown[i] === 0 ? value : shown[i]).toBe(value),
        );
        expect(tf.getKernel(halvesPair.name, backend)).toBeDefined();
      });
    }
  });
}
