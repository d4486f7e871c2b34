import { viridis } from './colourScale';
import { markShape, type MarkShape } from './marks';
import { seriesStyle } from './palette';

/** What the points of a cloud are coloured by. */
export type PointColours =
  | {
      readonly kind: 'scale';
      readonly label: string;
      /** One per point; NaN where there is none. */
      readonly values: Float64Array;
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      /** What a point without a value is. */
      readonly none: string;
    }
  | {
      readonly kind: 'classes';
      readonly label: string;
      /** At most eight. */
      readonly names: readonly string[];
      /** Index of the name of each point; −1 for none of them. */
      readonly of: Int16Array;
      readonly none: string;
    };

/** A mark's look: the colour on the page (which may be a property of the theme) and on white. */
export interface PointLook {
  readonly colour: string;
  readonly figureColour: string;
  readonly shape: MarkShape;
}

/** Steps that a scale is drawn in. */
export const SHADES = 32;
const NONE: PointLook = { colour: 'var(--chart-none, #9aa1a9)', figureColour: '#9AA1A9', shape: 'circle' };

/** The looks that occur, and which of them each point has; the last look is that of points with no value. */
export function looksOf(colours: PointColours): { readonly looks: readonly PointLook[]; readonly of: Uint8Array } {
  switch (colours.kind) {
    case 'scale': {
      const looks = Array.from({ length: SHADES }, (_, shade): PointLook => {
        const colour = viridis(shade / (SHADES - 1));
        return { colour, figureColour: colour, shape: 'circle' };
      });
      return {
        looks: [...looks, NONE],
        of: Uint8Array.from(colours.values, (value) =>
          Number.isFinite(value) ? Math.round(shareOf(colours, value) * (SHADES - 1)) : SHADES,
        ),
      };
    }
    case 'classes': {
      const looks = colours.names.map((_, slot): PointLook => ({ ...seriesStyle(slot), shape: markShape(slot) }));
      return { looks: [...looks, NONE], of: Uint8Array.from(colours.of, (slot) => (slot < 0 ? looks.length : slot)) };
    }
  }
}

/** Where a value lies on its scale, in [0, 1]. */
export function shareOf({ low, high, log }: Extract<PointColours, { kind: 'scale' }>, value: number): number {
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
}

/** Whether some point has no value. */
export const someNone = (colours: PointColours): boolean =>
  colours.kind === 'scale' ? colours.values.some((value) => !Number.isFinite(value)) : colours.of.includes(-1);
