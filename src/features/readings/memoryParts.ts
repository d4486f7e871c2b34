import type { MemoryEstimate } from '../../domain/run';

/** What an estimate is made of, in the order it is shown. */
export const MEMORY_PARTS: readonly { readonly key: Exclude<keyof MemoryEstimate, 'total'>; readonly label: string }[] =
  [
    { key: 'parameters', label: 'Parameters' },
    { key: 'optimiser', label: 'Adam’s moments' },
    { key: 'graphs', label: 'Graphs' },
    { key: 'constants', label: 'Frozen features' },
    { key: 'step', label: 'One step, with gradients' },
    { key: 'evaluation', label: 'Evaluation' },
  ];
