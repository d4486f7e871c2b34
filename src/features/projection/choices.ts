import type { Entities, ProjectedVectors, ProjectionMethod } from '../../domain/projection';

export const VECTORS: readonly { readonly value: ProjectedVectors; readonly label: string }[] = [
  { value: 'final', label: 'Final representation' },
  { value: 'initial', label: 'Input embeddings' },
];
export const ENTITIES: readonly { readonly value: Entities; readonly label: string }[] = [
  { value: 'items', label: 'Items' },
  { value: 'users', label: 'Users' },
  { value: 'both', label: 'Both' },
];
export const METHODS: readonly { readonly value: ProjectionMethod; readonly label: string }[] = [
  { value: 'pca', label: 'PCA' },
  { value: 'umap', label: 'UMAP' },
];

/** What stands beside the first picture: nothing, the other vectors of the same run, or those of another run by its id. */
export type Beside = 'nothing' | 'other' | `run:${string}`;

/** What is projected of the picture beside the first; null without one. */
export function besideOf(
  beside: Beside,
  runId: string,
  vectors: ProjectedVectors,
): { readonly runId: string; readonly vectors: ProjectedVectors } | null {
  if (beside === 'nothing') return null;
  if (beside === 'other') return { runId, vectors: vectors === 'final' ? 'initial' : 'final' };
  return { runId: beside.slice('run:'.length), vectors };
}

export const vectorsLabel = (vectors: ProjectedVectors): string =>
  vectors === 'final' ? 'Final representation' : 'Input embeddings';

/** What the vectors are, in a sentence; `routed` for MAGNET. */
export function vectorsHelp(vectors: ProjectedVectors, routed: boolean): string {
  if (vectors === 'initial')
    return 'Input: the tables the model starts from, before any graph, modality or expert (for MLLMRec, the encoded descriptions and profiles).';
  return routed
    ? 'Final: the concatenated inputs of the experts for a user or item, without the router’s logits. The mixture exists only for pairs.'
    : 'Final: the vectors whose inner products rank the items.';
}
