import type { KernelTime } from './result';

/** What kernels do, by what a step needs them for; the optimiser is a part of a step of its own. */
export const KINDS = ['propagation', 'products', 'rows', 'selection', 'pointwise'] as const;
export type Kind = (typeof KINDS)[number];

const OF: Readonly<Record<string, Kind>> = {
  // Also the gradient of gathered rows.
  LodestoneCsrProduct: 'propagation',
  BatchMatMul: 'products', _FusedMatMul: 'products',
  Cast: 'rows', Concat: 'rows', ExpandDims: 'rows', GatherV2: 'rows', Identity: 'rows', LodestoneHalves: 'rows', Pack: 'rows', PadV2: 'rows', Reshape: 'rows', Slice: 'rows', SplitV: 'rows',
  Tile: 'rows', Transpose: 'rows', Unpack: 'rows',
  LodestoneExpertScores: 'selection', LodestoneMaskedTopK: 'selection', LodestoneTopMask: 'selection', LodestoneUniformDraws: 'selection',
};

/** Milliseconds by kind; what has no kind of its own works number by number, or adds numbers up. */
export function byKind(kernels: readonly KernelTime[]): Record<Kind, number> {
  const total: Record<Kind, number> = { propagation: 0, products: 0, rows: 0, selection: 0, pointwise: 0 };
  for (const { name, ms } of kernels) total[OF[name] ?? 'pointwise'] += ms;
  return total;
}
