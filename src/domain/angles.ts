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
  const turns = Math.ceil((REACH * bandwidth) / TURN);
  const scale = 1 / (angles.length * bandwidth * Math.sqrt(TURN));
  for (let place = 0; place < steps; place++) {
    let sum = 0;
    for (let i = 0; i < angles.length; i++) {
      const away = wrapped(at(grid, place) - at(angles, i));
      for (let turn = -turns; turn <= turns; turn++) {
        const z = (away + TURN * turn) / bandwidth;
        if (Math.abs(z) < REACH) sum += Math.exp(-0.5 * z * z);
      }
    }
    density[place] = sum * scale;
  }
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
