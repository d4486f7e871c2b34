import { at, entry } from '../../src/domain/at';

/** From token ids to sentence vectors, around the model. */

/** A batch of token ids, each row padded to `width`. */
export interface PaddedBatch {
  /** `[rows, width]` */
  readonly ids: BigInt64Array<ArrayBuffer>;
  readonly mask: BigInt64Array<ArrayBuffer>;
  readonly rows: number;
  readonly width: number;
}

export function padded(rows: readonly (readonly number[])[], padding: number): PaddedBatch {
  const width = Math.max(...rows.map((row) => row.length));
  const ids = new BigInt64Array(rows.length * width).fill(BigInt(padding));
  const mask = new BigInt64Array(rows.length * width);
  rows.forEach((row, place) => {
    ids.set(row.map(BigInt), place * width);
    mask.fill(1n, place * width, place * width + row.length);
  });
  return { ids, mask, rows: rows.length, width };
}

/**
 * A text's tokens, at most `longest`: the marks around it stay, what is between them is cut at its end. `whole` is the text with its marks,
 * `bare` without them.
 */
export function cutTokens(whole: readonly number[], bare: readonly number[], longest: number): readonly number[] {
  if (whole.length <= longest) return whole;
  const marks = whole.length - bare.length;
  const before = Math.max(
    0,
    Array.from({ length: marks + 1 }, (_, start) => start).findIndex((start) =>
      bare.every((id, place) => whole[start + place] === id),
    ),
  );
  const after = marks - before;
  return [
    ...whole.slice(0, before),
    ...bare.slice(0, Math.max(0, longest - marks)),
    ...whole.slice(whole.length - after),
  ];
}

/**
 * Means of hidden states `[rows, width, columns]` over the tokens that are no padding, scaled to length 1. Equal to sentence-transformers'
 * mean pooling and normalisation.
 */
export function meanPooled(
  hidden: Float32Array,
  { mask, rows, width }: Pick<PaddedBatch, 'mask' | 'rows' | 'width'>,
  columns: number,
): Float32Array[] {
  return Array.from({ length: rows }, (_, row) => {
    const sum = new Float64Array(columns);
    for (let token = 0; token < width; token++) {
      if (mask[row * width + token] !== 1n) continue;
      const start = (row * width + token) * columns;
      for (let column = 0; column < columns; column++) sum[column] = at(sum, column) + at(hidden, start + column);
    }
    const norm = Math.hypot(...sum);
    return Float32Array.from(sum, (value) => (norm > 0 ? value / norm : 0));
  });
}

/** Places of texts by length, in batches of at most `most` texts and `tokens` padded tokens. */
export function batches(lengths: readonly number[], most: number, tokens: number): number[][] {
  const order = lengths.map((_, place) => place).sort((a, b) => entry(lengths, a) - entry(lengths, b));
  const all: number[][] = [];
  for (const place of order) {
    const last = all.at(-1);
    if (last && last.length < most && (last.length + 1) * entry(lengths, place) <= tokens) last.push(place);
    else all.push([place]);
  }
  return all;
}
