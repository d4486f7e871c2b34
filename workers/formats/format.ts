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

/** Lines of named columns. */
export interface Table {
  /** The header's cells. */
  readonly columns: readonly string[];
  /** Calls `row` with the cells of each line after the header and its 1-based line number. */
  read(watch: Watch, row: (cells: readonly string[], line: number) => void): Promise<void>;
}

export type Opened =
  | { readonly kind: 'archive'; readonly entries: readonly ByteSource[] }
  | { readonly kind: 'matrix'; readonly matrix: Matrix }
  | { readonly kind: 'table'; readonly table: Table };

/** A format is recognised by a file's first bytes, never by its name. */
export interface Format {
  readonly name: string;
  match(head: Uint8Array): boolean;
  open(source: ByteSource, watch: Watch): Promise<Opened>;
}
