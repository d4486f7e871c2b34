import { at } from './at';

/** How the directions of centred points in the plane are spread (MLLMRec, Figure 6). */
export interface AngleDensity {
  /** In (−π, π], of the points that do not lie on the centre. */
  readonly angles: Float64Array;
  /** Equally far apart from −π to π; the first and the last are the same direction. */
  readonly grid: Float64Array;
  /** Per radian, over `grid`. */
  readonly density: Float64Array;
  /** Standard deviation of the kernel, radians. */
  readonly bandwidth: number;
  /** Length of the mean of the unit vectors: 0 where directions cancel, 1 where all are one. */
  readonly resultant: number;
  /** KL divergence of the density from the uniform one, nats: 0 where all directions are alike. */
  readonly divergence: number;
}

const TURN = 2 * Math.PI;
/** Kernels are added up to this many standard deviations away. */
const REACH = 8;

/** The angle in [−π, π) that is a whole number of turns away. */
const wrapped = (angle: number): number => angle - TURN * Math.floor((angle + Math.PI) / TURN);

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Angles of the points around their mean. */
export function anglesOf(x: Float64Array, y: Float64Array): Float64Array {
  const [mx, my] = [meanOf(x), meanOf(y)];
  const angles: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [at(x, i) - mx, at(y, i) - my];
    if (Math.hypot(dx, dy) > 0) angles.push(Math.atan2(dy, dx));
  }
  return Float64Array.from(angles);
}

/**
 * Scott's rule, `n^(−1/5) s`, with the sample standard deviation `s` of the angles around their mean direction: turning all
 * points changes nothing. 0 for fewer than two angles.
 */
export function scottBandwidth(angles: Float64Array): number {
  const n = angles.length;
  if (n < 2) return 0;
  const centre = Math.atan2(
    angles.reduce((sum, a) => sum + Math.sin(a), 0),
    angles.reduce((sum, a) => sum + Math.cos(a), 0),
  );
  const around = angles.map((angle) => wrapped(angle - centre));
  const mean = meanOf(around);
  const deviation = Math.sqrt(around.reduce((sum, a) => sum + (a - mean) ** 2, 0) / (n - 1));
  return deviation * n ** (-1 / 5);
}

/**
 * Gaussian kernel density of the angles, wrapped around the circle:
 * `f(θ) = 1/n Σ_i Σ_k φ((θ − θ_i + 2πk)/h)/h`. Without angles, or with all in one direction, the density is NaN.
 */
export function angleDensity(angles: Float64Array, bandwidth: number, steps = 360): AngleDensity {
  const grid = Float64Array.from({ length: steps + 1 }, (_, i) => -Math.PI + (TURN * i) / steps);
  const density = new Float64Array(steps + 1);
  const scale = 1 / (angles.length * bandwidth * Math.sqrt(TURN));
  for (const angle of angles) addKernel(density.subarray(0, steps), angle, bandwidth, scale);
  density[steps] = at(density, 0);
  return {
    angles,
    grid,
    density,
    bandwidth,
    resultant:
      Math.hypot(
        angles.reduce((sum, a) => sum + Math.sin(a), 0),
        angles.reduce((sum, a) => sum + Math.cos(a), 0),
      ) / Math.max(1, angles.length),
    divergence:
      density.subarray(0, steps).reduce((sum, f) => sum + (f === 0 ? 0 : f * Math.log(f * TURN)), 0) * (TURN / steps),
  };
}

/**
 * Adds `scale · exp(−½ ((θ − angle)/h)²)`, wrapped, at the grid's places. From the place nearest to the angle it goes both ways, and each
 * value is the one before times a ratio that itself changes by a constant factor: twenty thousand angles take milliseconds.
 */
function addKernel(density: Float64Array, angle: number, bandwidth: number, scale: number): void {
  const steps = density.length;
  const spacing = TURN / steps;
  const nearest = Math.round((angle + Math.PI) / spacing);
  const reach = Math.ceil((REACH * bandwidth) / spacing);
  const factor = Math.exp(-((spacing / bandwidth) ** 2));
  const off = nearest * spacing - Math.PI - angle;
  const peak = scale * Math.exp(-0.5 * (off / bandwidth) ** 2);
  for (const direction of [1, -1]) {
    let value = peak;
    let ratio = Math.exp(-(spacing * (spacing + 2 * direction * off)) / (2 * bandwidth ** 2));
    let place = nearest;
    // The nearest place itself belongs to the first direction.
    for (let away = 0; away <= reach; away++) {
      if (away > 0 || direction === 1) {
        const wrappedPlace = ((place % steps) + steps) % steps;
        density[wrappedPlace] = at(density, wrappedPlace) + value;
      }
      value *= ratio;
      ratio *= factor;
      place += direction;
    }
  }
}
