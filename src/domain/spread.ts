/** Mean with the sample standard deviation; null without (a second) value. */
export interface Spread {
  readonly mean: number | null;
  readonly sd: number | null;
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) return { mean: null, sd: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, sd: null };
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) };
}
