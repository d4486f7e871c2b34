import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Csr } from '../../workers/graphs/csr';
import type { GoldenCase as StepCase, GoldenDataset, GoldenGraph } from '../../workers/models/golden';
import type { NamedGraph } from '../../workers/models/model';

/** A case as its tests read it: with what is compared beside its steps. */
export interface GoldenCase extends StepCase {
  scores: number[];
  facts?: Record<string, unknown>;
  triplets?: number[][];
  validation?: [number, number][];
  routing?: Record<string, unknown>;
  /** What the model keeps besides its parameters, after the last step. */
  state?: Record<string, number[]>;
}

export interface Golden {
  dataset: GoldenDataset;
  cases: GoldenCase[];
}

const MODELS = new URL('../../workers/models/', import.meta.url);

/** The golden sets of every model that has a `golden.json`, in the order of their folders' names. */
export function readGolden(): Golden[] {
  return readdirSync(MODELS)
    .sort()
    .map((folder) => new URL(`${folder}/golden.json`, MODELS))
    .filter((file) => existsSync(file))
    .flatMap((file) => (JSON.parse(readFileSync(file, 'utf8')) as { sets: Golden[] }).sets);
}

const GRAPH = 1e-5;
/** Rounding of a float32 cosine, which is all there is of a similarity near 0. */
const COSINE = 1.2e-7;

/** Edge for edge, values to 1e-5 relative; in a learned graph a cosine of float32 features is only good to its rounding. */
export function expectGraph({ name, matrix: got }: NamedGraph, expected: GoldenGraph | undefined): void {
  expect(expected, `golden graph ${name}`).toBeDefined();
  if (!expected) return;
  const entries = entriesOf(got);
  const sorted = [...expected.entries].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  expect(
    entries.map(([r, c]) => [r, c]),
    name,
  ).toEqual(sorted.map(([r, c]) => [r, c]));
  entries.forEach(([, , value], place) => {
    const reference = sorted[place]![2];
    expect(Math.abs(value - reference), name).toBeLessThanOrEqual(
      Math.max(GRAPH * Math.abs(reference), name.startsWith('learned') ? COSINE : 0),
    );
  });
}

export function entriesOf(matrix: Csr): [number, number, number][] {
  const entries: [number, number, number][] = [];
  for (let row = 0; row < matrix.rows; row++) {
    for (let k = matrix.pointers[row]!; k < matrix.pointers[row + 1]!; k++)
      entries.push([row, matrix.indices[k]!, matrix.values[k]!]);
  }
  return entries;
}
