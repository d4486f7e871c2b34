/** More items than these are refused: their weights alone would take 1.1 GiB in double precision. */
export const MOST_ITEMS = 12_000;

/** Bytes of the inverse in double precision and of the weights that rank. */
export const tableBytes = (items: number): number => items * items * (8 + 4);
