/** How many rows are worked on at once, so that no matrix of all rows by all rows is ever held. */
export interface Tiles {
  /** Users whose scores with `items` items are held together. */
  ranking(items: number): number;
  /** Rows whose similarities with `rows` rows are held together. */
  similarity(rows: number): number;
}

/** Bytes of one tile of scores. */
const RANKING_BYTES = 64 * 2 ** 20;
const MOST_RANKED = 512;
/** Bytes of one block of similarities: small beside any device's limits, large enough to keep it busy. */
export const SIMILARITY_BYTES = 16 * 2 ** 20;
const MOST_SIMILAR = 1024;

export const TILES: Tiles = {
  ranking: (items) => Math.max(1, Math.min(MOST_RANKED, Math.floor(RANKING_BYTES / (4 * items)))),
  similarity: (rows) => Math.max(1, Math.min(MOST_SIMILAR, rows, Math.floor(SIMILARITY_BYTES / (4 * rows)))),
};

let current = TILES;

export const tiles = (): Tiles => current;

/** Works with other tiles: a dry run tells a tile's rows from a table's by their number. */
export async function withTiles<T>(other: Tiles, work: () => Promise<T>): Promise<T> {
  const before = current;
  current = other;
  try {
    return await work();
  } finally {
    current = before;
  }
}
