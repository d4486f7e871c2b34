import type { Cloud } from '../../charts/cloud';
import { angleDensity, anglesOf, scottBandwidth, type AngleDensity } from '../../domain/angles';
import type { Projection } from '../../domain/projection';

/** Kernel width in place of Scott's rule, radians: the same for all that are compared. */
export const FIXED_BANDWIDTH = 0.1;
export type Bandwidth = 'scott' | 'fixed';

export interface NamedDensity extends AngleDensity {
  readonly name: string;
}

interface Part {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Users and items apart, each around its own centre. */
function partsOf({ x, y, users }: Projection, name: string): readonly Part[] {
  const some: Part[] = [
    { name: 'users', x: x.subarray(0, users), y: y.subarray(0, users) },
    { name: 'items', x: x.subarray(users), y: y.subarray(users) },
  ];
  return some
    .filter((part) => part.x.length > 0)
    .map((part) => ({ ...part, name: name ? `${part.name}, ${name}` : part.name }));
}

/** One density for the users and one for the items of a projection; none where all points lie in one place. */
export function densitiesOf(projection: Projection, name: string, bandwidth: Bandwidth): readonly NamedDensity[] {
  return partsOf(projection, name).flatMap((part) => {
    const angles = anglesOf(part.x, part.y);
    const width = bandwidth === 'scott' ? scottBandwidth(angles) : FIXED_BANDWIDTH;
    return angles.length > 0 && width > 0 ? [{ name: part.name, ...angleDensity(angles, width) }] : [];
  });
}

/** Each point moved onto the unit circle around the centre of its kind; NaN for one that lies on the centre. */
export function ringOf(projection: Projection): Cloud {
  const x = new Float64Array(projection.ids.length);
  const y = new Float64Array(projection.ids.length);
  let start = 0;
  for (const part of partsOf(projection, '')) {
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [mx, my] = [mean(part.x), mean(part.y)];
    part.x.forEach((value, i) => {
      const [dx, dy] = [value - mx, (part.y[i] ?? NaN) - my];
      const length = Math.hypot(dx, dy);
      x[start + i] = dx / length;
      y[start + i] = dy / length;
    });
    start += part.x.length;
  }
  return { x, y };
}
