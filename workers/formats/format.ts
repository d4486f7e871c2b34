import type { AppError } from '../../src/domain/errors';
import type { ByteSource, Watch } from './source';

/** Rows of values, read block by block. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** The element type in the file, e.g. `big-endian float32`. */
  readonly sourceType: string;
  /** Consecutive blocks of at most `rowsPerBlock` rows, `[rows, columns]` float32; a block is reused for the next one. */
  blocks(rowsPerBlock: number, watch: Watch): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined>;
}

/** Names or whole numbers, one per row of the matrices beside them: `item_ids`. */
export interface IdVector {
  readonly length: number;
  /** All of them, as text: `7` for a whole number. */
  read(watch: Watch): Promise<readonly string[]>;
}

/** A sparse matrix, entry by entry. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
  /** Every stored entry, row after row where the format keeps that order. */
  read(watch: Watch, entry: (row: number, column: number, value: number) => void): Promise<void>;
}

/** An array in a file, by its name there (`text/features`, `image_feat`); `''` when the file holds one without a name. */
export type NamedArray = { readonly name: string } & (
  | { readonly kind: 'matrix'; readonly matrix: Matrix }
  /** One dimension: ids (null when it holds fractions), and the same numbers as a matrix of one row (null for text). */
  | { readonly kind: 'vector'; readonly ids: IdVector | null; readonly matrix: Matrix | null }
  | { readonly kind: 'sparse'; readonly sparse: SparseMatrix }
  /** An array that is there and cannot be used: what it is, and what to do. */
  | { readonly kind: 'refused'; readonly error: AppError }
);

/** Something about a table's lines that was mended or left out while it was read. */
export interface Remark {
  readonly message: string;
  readonly hint: string;
  /** The first line it happened in. */
  readonly line: number;
}

/** Lines of named columns. */
export interface Table {
  /** The cells of the first line, which may or may not be a header; the names of columns, where the format has them. */
  readonly columns: readonly string[];
  /** 1-based number of the first line; null when the format itself names the columns, so that no line can be missing. */
  readonly headerLine: number | null;
  /** `a table, tab-separated`, `JSON lines`: how messages call it. */
  readonly form: string;
  /** Calls `row` with the cells of each line after the header and its 1-based line number. */
  read(watch: Watch, row: (cells: readonly string[], line: number) => void): Promise<void>;
  /**
   * Where a format stores columns of numbers, or lists of numbers, by column: those columns side by side, `[rows, total width]`.
   * Throws what the format throws when they are not numbers, or lists of different lengths.
   */
  readonly matrix?: (columns: readonly number[]) => Promise<Matrix>;
  /** The same lines as a user followed by all their items; null or absent when they cannot be that. */
  readonly lists?: Table | null;
  /** What was mended or left out; complete once `read` has ended. */
  readonly remarks?: () => readonly Remark[];
  /** Numbers per cell of each column: 1 for a number, the length of a list of numbers, null for anything else. */
  readonly widths?: readonly (number | null)[];
}

export type Opened =
  | { readonly kind: 'archive'; readonly entries: readonly ByteSource[] }
  /** `what`: how messages call the file, e.g. `an HDF5 file`. */
  | { readonly kind: 'arrays'; readonly what: string; readonly arrays: readonly NamedArray[] }
  | { readonly kind: 'table'; readonly table: Table };

/** A format is recognised by a file's first bytes, never by its name. */
export interface Format {
  readonly name: string;
  match(head: Uint8Array): boolean;
  open(source: ByteSource, watch: Watch): Promise<Opened>;
}
