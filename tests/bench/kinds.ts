/** What kernels do, whoever needs them. */
export const KINDS = ['propagation', 'products', 'rows', 'selection', 'pointwise'] as const;
export type Kind = (typeof KINDS)[number];

const OF: Readonly<Record<string, Kind>> = {
  // Also the gradient of gathered rows.
  LodestoneCsrProduct: 'propagation',
  BatchMatMul: 'products',
  _FusedMatMul: 'products',
  Cast: 'rows',
  Concat: 'rows',
  ExpandDims: 'rows',
  GatherV2: 'rows',
  Identity: 'rows',
  LodestoneHalves: 'rows',
  Pack: 'rows',
  PadV2: 'rows',
  Reshape: 'rows',
  Slice: 'rows',
  SplitV: 'rows',
  Tile: 'rows',
  Transpose: 'rows',
  Unpack: 'rows',
  LodestoneExpertScores: 'selection',
  LodestoneMaskedTopK: 'selection',
  LodestoneTopMask: 'selection',
  LodestoneUniformDraws: 'selection',
};

/** What has no kind of its own works number by number, or adds numbers up. */
export const kindOf = (kernel: string): Kind => OF[kernel] ?? 'pointwise';

/** The parts of a model that its kernels belong to; `own` is what its own file adds, `other` what no model asked for. The optimiser runs no kernel of tfjs: it is a part of the step. */
export const LAYERS = ['propagation', 'features', 'experts', 'losses', 'own', 'other'] as const;
export type Layer = (typeof LAYERS)[number];

/** By file, the innermost first. */
const FILES: readonly (readonly [RegExp, Layer])[] = [
  [/layers\/propagation\.ts|kernels\/csrProduct\.ts/, 'propagation'],
  [/layers\/(features|frozenTable|fusion|multiView)\.ts/, 'features'],
  [/layers\/(experts|router)\.ts/, 'experts'],
  [/layers\/(losses|contrast)\.ts/, 'losses'],
  [/workers\/models\/\w+\.ts/, 'own'],
];

/** The layer in whose code a stack trace was taken: the innermost call that is of one. */
export function layerOf(stack: string): Layer {
  for (const line of stack.split('\n')) {
    const found = FILES.find(([file]) => file.test(line));
    if (found) return found[1];
  }
  return 'other';
}
