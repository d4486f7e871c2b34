import { openAsBlob } from 'node:fs';
import { expect, test } from 'vitest';
import { toolsFor } from '../../workers/formats/parquet';
import { readFile } from '../../workers/formats/parquetFile';
import { parquetMatrix, type Limits } from '../../workers/formats/parquetMatrix';

// Small pages, dictionaries, lists whose rows lie on two pages, and more than one row group.
const path = 'tests/fixtures/formats/pages.parquet';
const plain = 'tests/fixtures/formats/table_split.parquet';

async function read(path: string, places: number[], rowsPerBlock: number, limits?: Limits) {
  const file = await readFile(path, await openAsBlob(path), {});
  const widths = file.columns.map(({ name }) => (/^(vec|few)$/.test(name) ? (path === plain ? 2 : 4) : 1));
  const matrix = parquetMatrix(file, widths, places, await toolsFor(file), limits);
  const rows: number[] = [];
  let bytes = 0;
  let longest = 0;
  for await (const block of matrix.blocks(rowsPerBlock, { onBytes: (count) => (bytes += count) })) {
    rows.push(...block);
    longest = Math.max(longest, block.length / matrix.columns);
  }
  expect(rows.length).toBe(file.rows * matrix.columns);
  return { rows, bytes, longest, size: file.blob.size };
}

test.each([
  ['nothing kept', { panel: 1, rows: 600, kept: 0 }],
  ['two columns side by side', { panel: 6000, rows: 900, kept: 0 }],
  ['little kept', { panel: 1, rows: 2000, kept: 400 }],
  ['rows one by one', { panel: 1, rows: 1, kept: 0 }],
])('columns that are read one panel after the other give the same numbers: %s', async (_, limits) => {
  const places = [0, 1, 2, 3, 4, 5, 6, 7];
  const abreast = await read(path, places, 9);
  const paneled = await read(path, places, 9, limits);
  expect(paneled.rows).toEqual(abreast.rows);
  expect(paneled.longest).toBe(9);
  expect(paneled.bytes).toBe(abreast.bytes);
  expect(abreast.bytes).toBeLessThanOrEqual(abreast.size);

  const [all, parts] = [await read(plain, [2, 0, 1], 3), await read(plain, [2, 0, 1], 3, limits)];
  expect(parts.rows).toEqual(all.rows);
});

test('the first row alone is read without the others', async () => {
  const file = await readFile(path, await openAsBlob(path), {});
  const widths = file.columns.map(() => 1);
  const limits = { panel: 1, rows: 2 ** 20, kept: 0 };
  const matrix = parquetMatrix(file, widths, [2, 3], await toolsFor(file), limits);
  let bytes = 0;
  for await (const block of matrix.blocks(1, { onBytes: (count) => (bytes += count) })) {
    expect(block.length).toBe(2);
    break;
  }
  expect(bytes).toBeLessThan(file.blob.size / 4);
});
