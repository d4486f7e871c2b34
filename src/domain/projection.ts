import type { EntityLabels } from './entityNames';
import type { Family } from './routing';

/** Which vectors are drawn: what the run ranks with, or the tables it starts from before any graph, feature or expert acts on them. */
export type ProjectedVectors = 'final' | 'initial';
export type ProjectionMethod = 'pca' | 'umap';
export type Entities = 'users' | 'items' | 'both';

/** A seeded sample of this many points takes the place of more. */
export const MOST_POINTS: Readonly<Record<ProjectionMethod, number>> = { pca: 20_000, umap: 5_000 };

/** Points that UMAP joins each point with, itself included. */
export const UMAP_NEIGHBOURS = 15;

export interface ProjectionRequest {
  readonly runId: string;
  readonly vectors: ProjectedVectors;
  readonly method: ProjectionMethod;
  readonly entities: Entities;
  /** Seed of the sample and of UMAP's random steps. */
  readonly seed: number;
}

/** Points in the plane: users first, then items, each in ascending order of index. */
export interface Projection {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Index of the user or item. */
  readonly ids: Int32Array;
  /** How many of the points are users. */
  readonly users: number;
  /** How many there are to be drawn from. */
  readonly of: { readonly users: number; readonly items: number };
  /** Columns of the vectors. */
  readonly columns: number;
  /** Share of the variance along x and y; null where the method has none. */
  readonly explained: readonly [x: number, y: number] | null;
  /** After which the vectors stood so, 0-based. */
  readonly epoch: number;
  /** Which checkpoint was read; null for the weights of a run that has ended. */
  readonly step: number | null;
}

/** One number per user and per item. */
export interface PerEntity<T> {
  readonly users: T;
  readonly items: T;
}

/** What points can be coloured by without the model. */
export interface Traits {
  /** Training interactions. */
  readonly interactions: PerEntity<Int32Array>;
  /** Share of the training interactions above the user's threshold, NaN without any; null on data without ratings. */
  readonly liked: PerEntity<Float32Array> | null;
  readonly categories: { readonly names: readonly string[]; readonly of: Int32Array } | null;
  readonly labels: EntityLabels | null;
}

/** Where MAGNET sends the training pairs of each user and item: π, averaged over them. */
export interface EntityRouting {
  readonly groups: readonly string[];
  readonly families: readonly Family[];
  /** π̄ summed per group, `[n, groups]`; NaN for those without training pairs. */
  readonly reliance: PerEntity<Float32Array>;
  /** π̄ summed per family, `[n, families]` */
  readonly familyMass: PerEntity<Float32Array>;
}
