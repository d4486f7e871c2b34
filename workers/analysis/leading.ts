import { entry } from '../../src/domain/at';
import { stream } from '../numbers/rng';

export interface Eigenpair {
  readonly value: number;
  /** A unit vector. */
  readonly vector: Float64Array;
}

/** A residual below this share of the largest eigenvalue is rounding. */
const CONVERGED = 1e-12;
const FIRST_CHECK = 24;

/**
 * The `count` largest eigenvalues of a symmetric positive semidefinite matrix `[size, size]`, given by its product with a
 * vector: Lanczos iteration with full reorthogonalisation from a fixed start, until each residual is rounding.
 */
export function leadingEigenpairs(
  product: (vector: Float64Array) => Float64Array,
  size: number,
  count: number,
): Eigenpair[] {
  const random = stream(0, 'lanczos');
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let next: Float64Array = Float64Array.from({ length: size }, () => random.normal());
  let check = FIRST_CHECK;
  for (;;) {
    const length = norm(next);
    const direction = next.map((value) => value / length);
    basis.push(direction);
    next = product(direction);
    diagonal.push(dot(direction, next));
    orthogonalise(next, basis);
    const left = norm(next);
    const full = basis.length === size;
    const scale = Math.max(...diagonal.map(Math.abs), Number.MIN_VALUE);
    if (full || basis.length >= check) {
      const ritz = tridiagonalEigenpairs(diagonal, beside).slice(0, count);
      const largest = ritz[0]?.value ?? 0;
      if (full || ritz.every(({ vector }) => left * Math.abs(vector[vector.length - 1] ?? 0) <= CONVERGED * largest)) {
        return ritz.map(({ value, vector }) => ({ value: Math.max(0, value), vector: combined(basis, vector) }));
      }
      check = 2 * basis.length;
    }
    if (left <= 1e-14 * scale) {
      // What the start can reach is exhausted: go on from another direction, unconnected to those before.
      next = Float64Array.from({ length: size }, () => random.normal());
      orthogonalise(next, basis);
      beside.push(0);
    } else beside.push(left);
  }
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** Takes what lies along the basis out of `vector`; twice, because once leaves its own rounding. */
function orthogonalise(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (let round = 0; round < 2; round++) {
    for (const direction of basis) {
      const along = dot(vector, direction);
      for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) - along * (direction[i] ?? 0);
    }
  }
}

function combined(basis: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(basis[0]?.length ?? 0);
  basis.forEach((direction, place) => {
    for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + (weights[place] ?? 0) * (direction[i] ?? 0);
  });
  const length = norm(out);
  return out.map((value) => value / length);
}

/** All eigenpairs of a symmetric tridiagonal matrix by Jacobi's rotations, largest value first. */
function tridiagonalEigenpairs(diagonal: readonly number[], beside: readonly number[]): Eigenpair[] {
  const n = diagonal.length;
  const rows = diagonal.map((value, i) =>
    Float64Array.from({ length: n }, (_, j) =>
      i === j ? value : j === i + 1 ? entry(beside, i) : j === i - 1 ? entry(beside, j) : 0,
    ),
  );
  const vectors = diagonal.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  const size = Math.sqrt(rows.reduce((sum, row) => sum + dot(row, row), 0));
  const rotate = (a: Float64Array, b: Float64Array, cos: number, sin: number): void => {
    for (let k = 0; k < n; k++) {
      const [u, v] = [a[k] ?? 0, b[k] ?? 0];
      a[k] = cos * u - sin * v;
      b[k] = sin * u + cos * v;
    }
  };
  for (let sweep = 0; sweep < 60; sweep++) {
    let changed = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(at(p, q)) <= 1e-17 * size) continue;
        changed = true;
        const tau = (at(q, q) - at(p, p)) / (2 * at(p, q));
        const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        const cos = 1 / Math.sqrt(1 + t * t);
        const sin = t * cos;
        for (const row of rows) {
          const [u, v] = [row[p] ?? 0, row[q] ?? 0];
          row[p] = cos * u - sin * v;
          row[q] = sin * u + cos * v;
        }
        const [rowP, rowQ, vectorP, vectorQ] = [rows[p], rows[q], vectors[p], vectors[q]];
        if (rowP && rowQ) rotate(rowP, rowQ, cos, sin);
        if (vectorP && vectorQ) rotate(vectorP, vectorQ, cos, sin);
      }
    }
    if (!changed) break;
  }
  return vectors.map((vector, i) => ({ value: at(i, i), vector })).sort((a, b) => b.value - a.value);
}
