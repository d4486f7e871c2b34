/** Colours for magnitudes: perceptually uniform, legible without colour vision, the same on every ground. */

/** Viridis (van der Walt and Smith) at sixteenths. */
const VIRIDIS = [
  '#440154',
  '#48186a',
  '#472d7b',
  '#424086',
  '#3b528b',
  '#33638d',
  '#2c728e',
  '#26828e',
  '#21918c',
  '#1fa088',
  '#28ae80',
  '#3fbc73',
  '#5ec962',
  '#84d44b',
  '#addc30',
  '#d8e219',
  '#fde725',
] as const;

/** Blue below, orange above; both of Okabe and Ito. */
const DIVERGING = ['#0072b2', '#7fb8d8', '#f7f7f7', '#eaae7f', '#d55e00'] as const;

/** `share` in [0, 1], from the darkest to the lightest. */
export const viridis = (share: number): string => between(VIRIDIS, share);

/** For values around zero: `share` .5 is zero. */
export const diverging = (share: number): string => between(DIVERGING, share);

/** Black or white, whichever is easier to read on `colour` (`#rrggbb`). */
export function inkOn(colour: string): string {
  const [r, g, b] = channels(colour).map((value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  );
  const luminance = 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff';
}

function between(stops: readonly string[], share: number): string {
  const place = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (stops.length - 1);
  const lower = Math.min(stops.length - 2, Math.floor(place));
  const from = channels(stops[lower] ?? '#000000');
  const to = channels(stops[lower + 1] ?? '#000000');
  return `#${from
    .map((value, i) =>
      Math.round(value + (place - lower) * ((to[i] ?? value) - value))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

const channels = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
