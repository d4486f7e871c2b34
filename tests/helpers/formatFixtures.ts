import { readFileSync, readdirSync } from 'node:fs';
import { AppError } from '../../src/domain/errors';
import type { NamedArray, Opened, Table } from '../../workers/formats/format';
import { open } from '../../workers/formats/recognise';
import { blobSource, type ByteSource } from '../../workers/formats/source';

const FOLDER = new URL('../fixtures/formats/', import.meta.url);

/** What `make.py` says of a file that it wrote. */
export type Expected = { readonly kind: string } & Readonly<Record<string, unknown>>;

export const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Readonly<
  Record<string, Expected>
>;

export const fixtureNames = (): string[] =>
  readdirSync(FOLDER).filter((name) => !name.endsWith('.py') && !name.endsWith('.json'));

export const fixture = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(name, FOLDER)));

export const sourceOf = (name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource =>
  blobSource(name, new Blob([bytes]));

/** Blocks of this many rows: no divisor of the fixtures' lengths. */
const ROWS = 4;

async function valuesOf(matrix: NonNullable<Extract<NamedArray, { kind: 'vector' }>['matrix']>): Promise<number[]> {
  const values: number[] = [];
  for await (const block of matrix.blocks(ROWS, {})) {
    if (block.length > ROWS * matrix.columns) throw new Error('A block is too long.');
    for (const value of block) values.push(value);
  }
  return values;
}

async function said(array: NamedArray): Promise<unknown> {
  switch (array.kind) {
    case 'matrix': {
      const { rows, columns } = array.matrix;
      return { kind: 'matrix', rows, columns, values: await valuesOf(array.matrix) };
    }
    case 'vector':
      return {
        kind: 'vector',
        ids: array.ids && [...(await array.ids.read({}))],
        values: array.matrix && (await valuesOf(array.matrix)),
      };
    case 'sparse': {
      const entries: number[][] = [];
      const { rows, columns } = array.sparse;
      await array.sparse.read({}, (...entry) => entries.push(entry));
      if (entries.length !== array.sparse.entries) throw new Error('The number of entries is wrong.');
      return { kind: 'sparse', rows, columns, entries: entries.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!) };
    }
    case 'refused':
      return { kind: 'refused', code: array.error.code };
  }
}

/** A table's matrices by the columns asked for; where it throws, its sentence. */
async function matricesOf(table: Table, asked: readonly string[]): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const columns of asked) {
    try {
      const matrix = await table.matrix!(columns.split(',').map(Number));
      found[columns] = { kind: 'matrix', rows: matrix.rows, columns: matrix.columns, values: await valuesOf(matrix) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      found[columns] = error.message;
    }
  }
  return found;
}

/** Everything that a file holds, in the words of `expected.json`; `asked` are the columns to be read as matrices. */
export async function everything(source: ByteSource, asked: readonly string[] = []): Promise<Expected> {
  let opened: Opened;
  try {
    opened = await open(source, {});
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: 'throws', code: error.code, says: error.message };
  }
  if (opened.kind === 'archive') {
    const [only] = opened.entries;
    if (only && source.path.endsWith('.tgz')) return everything(only, asked);
    const entries: Record<string, number[]> = {};
    for (const entry of opened.entries) {
      const parts: number[] = [];
      for await (const chunk of entry.chunks({})) parts.push(...chunk);
      entries[entry.path.slice(entry.path.indexOf('/') + 1)] = parts;
    }
    return { kind: 'archive', entries };
  }
  if (opened.kind === 'arrays') {
    const arrays: Record<string, unknown> = {};
    for (const array of opened.arrays) arrays[array.name] = await said(array);
    return { kind: 'arrays', arrays };
  }
  const rows: string[][] = [];
  await opened.table.read({}, (cells) => rows.push([...cells]));
  const { columns, widths } = opened.table;
  return { kind: 'table', columns, rows, widths, matrices: await matricesOf(opened.table, asked) };
}
