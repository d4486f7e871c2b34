/** A matrix `[rows, columns]` of float32 that is read a few rows at a time, so that it need not be held. */
export interface RowSource {
  readonly rows: number;
  readonly columns: number;
  /** Rows `first … first + count − 1`, `[count, columns]`. What is given is not to be written to. */
  read(first: number, count: number): Promise<Float32Array>;
}

export interface RowBlock {
  readonly first: number;
  readonly count: number;
  /** `[count, columns]` */
  readonly values: Float32Array;
}

/** Numbers of one block: as datasets are stored, so that a block is read as it lies. */
const BLOCK = 2 ** 20;

/** Blocks of about 4 MiB, in order. */
export async function* blocksOf(source: RowSource, from = 0, to = source.rows): AsyncGenerator<RowBlock> {
  const height = Math.max(1, Math.floor(BLOCK / source.columns));
  for (let first = from; first < to; first += height) {
    const count = Math.min(height, to - first);
    yield { first, count, values: await source.read(first, count) };
  }
}

/** Values that are held, `[rows, columns]`. */
export const heldRows = (values: Float32Array, rows: number, columns: number): RowSource => ({
  rows,
  columns,
  read: async (first, count) => values.subarray(first * columns, (first + count) * columns),
});

/** Rows changed as they are read: `change` makes a block anew from a block. */
export const changedRows = (
  source: RowSource,
  change: (values: Float32Array, count: number, first: number) => Float32Array,
): RowSource => ({
  rows: source.rows,
  columns: source.columns,
  read: async (first, count) => change(await source.read(first, count), count, first),
});

/** The rows of several sources one behind the other: `[rows, Σ columns]`. */
export function sideBySide(sources: readonly RowSource[], rows: number): RowSource {
  const columns = sources.reduce((sum, source) => sum + source.columns, 0);
  return {
    rows,
    columns,
    read: async (first, count) => {
      const values = new Float32Array(count * columns);
      let offset = 0;
      for (const source of sources) {
        const part = await source.read(first, count);
        for (let row = 0; row < count; row++)
          values.set(part.subarray(row * source.columns, (row + 1) * source.columns), row * columns + offset);
        offset += source.columns;
      }
      return values;
    },
  };
}

/** Hears of every matrix that is made on the host as a whole. */
type HoldWatcher = (shape: readonly number[]) => void;

const watchers = new Set<HoldWatcher>();

/** Watches until the function that is returned is called. */
export function watchHeld(watcher: HoldWatcher): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Tells the memory plan of a float32 matrix of this shape on the host, which lives no longer than until the first step. */
export function noteHeld(shape: readonly number[]): void {
  for (const watcher of watchers) watcher(shape);
}

/** Room on the host for a whole matrix. What is as large as a dataset's features is made here, so that the memory plan knows of it. */
export function hostMatrix(rows: number, columns: number): Float32Array {
  noteHeld([rows, columns]);
  return new Float32Array(rows * columns);
}

/** All rows, on the host: only for what looks rows up in any order. */
export async function readAll(source: RowSource): Promise<Float32Array> {
  const all = hostMatrix(source.rows, source.columns);
  for await (const { first, values } of blocksOf(source)) all.set(values, first * source.columns);
  return all;
}
