import { expect } from 'vitest';
import { drawnRows, rowsOfDraws } from '../../workers/engine/drawnRows';
import { RecordingStep } from '../../workers/engine/recordingStep';
import { runPair } from '../../workers/engine/kernelPair';
import { rowPlaces } from '../../workers/engine/kernels/rowPlaces';
import {
  drawKey,
  drawnRowsOf,
  hostDraws,
  uniformDraws,
  uniformDrawsPair,
} from '../../workers/engine/kernels/uniformDraws';
import { hostRowIndex, type RowIndex } from '../../workers/engine/rows';
import { stream } from '../../workers/numbers/rng';
import { floats, integers } from '../../workers/engine/tensors';
import { BACKENDS, describeOn, values } from '../helpers/device';

/** What the shader and the loop are to compute, in whole numbers without end. */
function drawOf(key: readonly [number, number], id: number, column: number): number {
  const word = (x: bigint): bigint => BigInt.asUintN(32, x);
  const mix = (value: bigint): bigint => {
    let x = word((value ^ (value >> 16n)) * 0x7feb352dn);
    x = word((x ^ (x >> 15n)) * 0x846ca68bn);
    return x ^ (x >> 16n);
  };
  const of = (x: number): bigint => word(BigInt(x));
  const start = mix(of(key[0]) ^ word(of(id) * 0x9e3779b1n)) ^ of(key[1]);
  return Number(mix(word(start + of(column) * 0x85ebca77n)) >> 8n) / 2 ** 24;
}

const KEYS: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, -1],
  [-2_147_483_648, 2_147_483_647],
  [123_456_789, -987_654_321],
];
const IDS = Int32Array.of(0, 7, 7, 1, 2_147_483_647, 0, 192_402);
const WIDTH = 70;

function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  a.forEach((value, i) => (sum += 12 * (value - 0.5) * (b[i]! - 0.5)));
  return sum / a.length;
}

/** What an index holds, read. */
async function heldIn(made: () => RowIndex): Promise<{ indices: number[]; pointers: number[]; places: number[] }> {
  const index = made();
  const [indices, pointers, places] = await Promise.all(
    [index.indices, index.places.rowPointers, index.places.columnIndices].map(async (tensor) => [
      ...(await tensor.data()),
    ]),
  );
  return { indices: indices!, pointers: pointers!, places: places! };
}

for (const backend of BACKENDS) {
  describeOn(backend, 'rows that are drawn', (test) => {
    test('come with the places at which each was taken', async () => {
      const { indices, pointers, places } = await heldIn(() => rowsOfDraws([0, 0.99, 0.5, 0.34, 0.999999], 3));
      expect(indices).toEqual([0, 2, 1, 1, 2]);
      expect(pointers).toEqual([0, 1, 3, 5]);
      expect(places).toEqual([0, 2, 3, 1, 4]);
    });

    // More rows than invocations and fewer, more places than blocks and fewer, and a block that is cut short.
    for (const [n, count, rows] of [
      [300, 10, 67],
      [2003, 3, 500],
      [7, 2, 1],
      [1, 1, 300],
    ] as const)
      test(`are those of the uniform numbers, with the places that the host counts: ${n} × ${count} of ${rows}`, async () => {
        const key = Int32Array.of(-7, 99);
        const sizes = { n, count, rows };
        const draws = hostDraws(key, n, count);
        const taken = Int32Array.from(draws, (draw) => Math.floor(draw * rows));
        const host = hostRowIndex(taken, taken.length, rows);
        const expected = { indices: [...taken], pointers: [...host.pointers], places: [...host.places] };
        expect(await heldIn(() => drawnRows(integers(key), sizes))).toEqual(expected);
        expect(await heldIn(() => rowsOfDraws(draws, rows))).toEqual(expected);
      });

    test('are refused where single precision cannot count them', async () => {
      expect(() => rowPlaces(Object.assign(floats(Float32Array.of(0)), { size: 2 ** 24 + 1 }), 3)).toThrow(RangeError);
    });
  });

  describeOn(backend, 'uniform draws', (test) => {
    for (const key of KEYS) {
      test(`have the bits of their twin and of their formula, key ${key.join(' ')}`, async () => {
        const got = await values(() =>
          runPair(uniformDrawsPair, [integers(Int32Array.from(key)), integers(IDS)], { width: WIDTH }),
        );
        const twin = new Float32Array(IDS.length * WIDTH);
        uniformDrawsPair.portable([Int32Array.from(key), IDS], twin, [[2], [IDS.length]], { width: WIDTH });
        expect(got).toEqual(twin);
        expect([...got]).toEqual(Array.from(got.keys(), (i) => drawOf(key, IDS[Math.floor(i / WIDTH)]!, i % WIDTH)));
        const row = (r: number): Float32Array => got.subarray(r * WIDTH, (r + 1) * WIDTH);
        expect(row(1)).toEqual(row(2));
        expect(row(0)).toEqual(row(5));
        expect(row(0)).not.toEqual(row(1));
      });
    }

    test('tell rows of a table, whole ones, of small tables and of the largest', async () => {
      for (const rows of [1, 3, 6710, 1_234_567, 2 ** 24]) {
        const key = KEYS[2]!;
        const sizes = { n: 70, width: 11, rows };
        const got = await values(() => drawnRowsOf(integers(Int32Array.from(key)), sizes));
        expect([...got]).toEqual(
          Array.from(got.keys(), (i) => Math.floor(drawOf(key, Math.floor(i / 11), i % 11) * rows)),
        );
      }
      const tooMany = { n: 1, width: 1, rows: 2 ** 24 + 1 };
      expect(() => drawnRowsOf(integers(Int32Array.of(0, 0)), tooMany)).toThrow(RangeError);
    });

    test('are even in [0, 1), and of one row, column or key know nothing of another', async () => {
      const rows = 500;
      const width = 200;
      const ids = Int32Array.from({ length: rows }, (_, id) => id);
      const draw = (seed: number): Promise<Float32Array> =>
        values(() => uniformDraws(integers(drawKey(stream(seed, 'draws'))), integers(ids), width));
      const [one, again, other] = [await draw(1), await draw(1), await draw(2)];
      expect(again).toEqual(one);
      expect(one.every((value) => value >= 0 && value < 1)).toBe(true);
      const count = rows * width;
      const mean = one.reduce((sum, value) => sum + value, 0) / count;
      expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
      const bins = new Float64Array(64);
      for (const value of one) bins[Math.floor(64 * value)]!++;
      const chi = bins.reduce((sum, seen) => sum + (seen - count / 64) ** 2 / (count / 64), 0);
      expect(Math.abs(chi - 63)).toBeLessThan(5 * Math.sqrt(2 * 63));
      for (const shifted of [other, one.slice(1), one.slice(width)])
        expect(Math.abs(correlation(one.subarray(0, shifted.length), shifted))).toBeLessThan(5 / Math.sqrt(count));
    });

    test('of a step differ by site and by step, and repeat with the seed', async () => {
      const draw = (step: number, site: string, seed = 1): Promise<Float32Array> =>
        values(() =>
          new RecordingStep({ epoch: 0, stepInEpoch: 0, step }, (name) => stream(seed, name)).draw(
            site,
            integers(IDS),
            8,
          ),
        );
      const first = await draw(3, 'dropout');
      expect(await draw(3, 'dropout')).toEqual(first);
      for (const other of [await draw(4, 'dropout'), await draw(3, 'noise'), await draw(3, 'dropout', 2)]) {
        expect([...other].filter((value, i) => value === first[i])).toEqual([]);
      }
    });
  });
}
