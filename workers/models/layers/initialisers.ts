import type { Random } from '../../numbers/rng';

/** Uniform in ±√(6/(rows + columns)). */
export function xavierUniform(random: Random, rows: number, columns: number): Float32Array {
  return uniform(random, rows * columns, Math.sqrt(6 / (rows + columns)));
}

/** Normal with standard deviation √(2/(rows + columns)). */
export function xavierNormal(random: Random, rows: number, columns: number): Float32Array {
  return normals(random, rows * columns, Math.sqrt(2 / (rows + columns)));
}

/** Normal with mean 0. */
export function normals(random: Random, length: number, deviation: number): Float32Array {
  return Float32Array.from({ length }, () => deviation * random.normal());
}

/** PyTorch's default for a linear layer with `fanIn` inputs, weights and bias alike: uniform in ±1/√fanIn. */
export function linearUniform(random: Random, fanIn: number, length: number): Float32Array {
  return uniform(random, length, 1 / Math.sqrt(fanIn));
}

function uniform(random: Random, length: number, bound: number): Float32Array {
  return Float32Array.from({ length }, () => (2 * random.uniform() - 1) * bound);
}
