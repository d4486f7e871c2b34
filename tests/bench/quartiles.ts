import { z } from 'zod';

export const quartilesSchema = z.object({ low: z.number(), median: z.number(), high: z.number(), count: z.number() });
export type Quartiles = z.infer<typeof quartilesSchema>;

/** Value at a share of the sorted values, linear between neighbours. */
function at(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? NaN;
  return low + (place - below) * ((sorted[below + 1] ?? low) - low);
}

/** First quartile, median and third quartile; null without values. */
export function quartiles(values: readonly number[]): Quartiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return { low: at(sorted, 0.25), median: at(sorted, 0.5), high: at(sorted, 0.75), count: sorted.length };
}

export const medianOf = (values: readonly number[]): number => quartiles(values)?.median ?? NaN;
