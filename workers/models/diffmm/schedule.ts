import { entry } from '../../../src/domain/at';

/** Steps of the diffusion, and the numbers of a step's code. */
export const STEPS = 5;
export const TIME = 10;

const [SCALE, LEAST, MOST] = [0.1, 1e-4, 0.02];

/** Constants of a step of the diffusion. */
interface DiffusionStep {
  /** `√ᾱ` and `√(1 − ᾱ)`: shares of the start and of the noise. */
  readonly start: number;
  readonly noise: number;
  /** `ω`, the loss's weight. */
  readonly weight: number;
  /** `c¹` and `c²`: what the step back takes of what was found, and of where it stood. */
  readonly found: number;
  readonly stood: number;
  /** `[cos(t f), sin(t f)]` with `f_k = 10000^(−k/5)`. */
  readonly code: readonly number[];
}

/** By step, in double precision: variances rise linearly from s·1e-4 to s·.02; `β_0` is 1e-4; `ω_t = SNR(t − 1) − SNR(t)`, `ω_0 = 1`. */
export function diffusionSteps(): DiffusionStep[] {
  const kept = Array.from({ length: STEPS }, (_, t) => 1 - SCALE * (LEAST + ((MOST - LEAST) * t) / (STEPS - 1)));
  const betas = kept.map((value, t) => (t === 0 ? 1e-4 : Math.min(1 - value / entry(kept, t - 1), 0.999)));
  const alphas = betas.reduce<number[]>((all, beta) => [...all, (all.at(-1) ?? 1) * (1 - beta)], []);
  const ratio = (t: number): number => entry(alphas, t) / (1 - entry(alphas, t));
  const half = TIME / 2;
  return betas.map((beta, t) => {
    const alpha = entry(alphas, t);
    const before = t === 0 ? 1 : entry(alphas, t - 1);
    const angles = Array.from({ length: half }, (_, k) => t * 10_000 ** (-k / half));
    return {
      start: Math.sqrt(alpha),
      noise: Math.sqrt(1 - alpha),
      weight: t === 0 ? 1 : ratio(t - 1) - ratio(t),
      found: (beta * Math.sqrt(before)) / (1 - alpha),
      stood: ((1 - before) * Math.sqrt(1 - beta)) / (1 - alpha),
      code: [...angles.map(Math.cos), ...angles.map(Math.sin)],
    };
  });
}
