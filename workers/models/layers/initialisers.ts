import { newParameter, type Parameter } from '../../engine/parameters';
import type { Random } from '../../numbers/rng';

/** A parameter `[rows, columns]` that starts with draws from a stream of its own; `start` says how, Xavier's uniform draws unless told. */
export function drawnMatrix(
  random: (name: string) => Random,
  name: string,
  meaning: string,
  rows: number,
  columns: number,
  start: (random: Random, rows: number, columns: number) => Float32Array = xavierUniform,
): Parameter {
  return newParameter(name, meaning, [rows, columns], start(random(`init/${name}`), rows, columns));
}

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

/** `linearUniform` of a weight `[in, out]`. */
export function linearMatrix(random: Random, rows: number, columns: number): Float32Array {
  return linearUniform(random, rows, rows * columns);
}

function uniform(random: Random, length: number, bound: number): Float32Array {
  return Float32Array.from({ length }, () => (2 * random.uniform() - 1) * bound);
}
