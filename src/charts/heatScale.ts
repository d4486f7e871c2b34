import { diverging, viridis } from './colourScale';

/** A scale around one value, by ratio: as many times less is as far as as many times more. */
export interface RatioScale {
  /** The value in the middle. */
  readonly middle: number;
  /** Ratio at the upper end; the lower end is its inverse. More than 1. */
  readonly reach: number;
  /** What the scale is said to show: `fewer than an even share … more`. */
  readonly words: string;
  /** Of the ratio, as data. */
  readonly label: string;
}

export interface HeatScale {
  readonly low: number;
  readonly high: number;
  readonly colour: (value: number) => string;
  /** From one end of the scale, 0, to the other, 1. */
  readonly ramp: (share: number) => string;
}

interface Ends {
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Around zero. */
  readonly diverging?: boolean;
  /** In place of the others. */
  readonly ratio?: RatioScale | undefined;
}

/** The colours of a heat map's values; by default from the smallest to the largest. */
export function heatScale(
  values: readonly (readonly (number | null)[])[],
  { low: givenLow, high: givenHigh, diverging: around = false, ratio }: Ends,
): HeatScale {
  if (ratio) return ratioScale(ratio);
  const known = values.flat().filter((value) => value !== null);
  let low = givenLow ?? Math.min(...known);
  let high = givenHigh ?? Math.max(...known);
  if (around) {
    high = Math.max(Math.abs(low), Math.abs(high));
    low = -high;
  }
  const reach = high - low;
  const ramp = around ? diverging : viridis;
  return { low, high, ramp, colour: (value) => ramp(reach > 0 ? (value - low) / reach : 0.5) };
}

function ratioScale({ middle, reach }: RatioScale): HeatScale {
  const share = (value: number): number => 0.5 + Math.log(Math.max(value / middle, 1e-12)) / Math.log(reach) / 2;
  return { low: middle / reach, high: middle * reach, ramp: diverging, colour: (value) => diverging(share(value)) };
}

/** `×1.16` */
export const timesText = (ratio: number): string => `×${ratio.toFixed(ratio < 10 ? 2 : 1)}`;

/** What stands at the ends of a scale, and under it. */
export function scaleWords(
  { low, high }: HeatScale,
  ratio: RatioScale | undefined,
  format: (value: number) => string,
  valueLabel: string,
): { readonly ends: readonly [string, string]; readonly label: string } {
  return ratio
    ? { ends: [timesText(1 / ratio.reach), timesText(ratio.reach)], label: ratio.words }
    : { ends: [format(low), format(high)], label: valueLabel };
}
