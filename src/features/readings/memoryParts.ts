import type { HostEstimate, MemoryEstimate } from '../../domain/run';

/** What an estimate is made of, in the order it is shown. */
export const MEMORY_PARTS: readonly {
  readonly key: Exclude<keyof MemoryEstimate, 'total' | 'host'>;
  readonly label: string;
}[] = [
  { key: 'parameters', label: 'Parameters' },
  { key: 'optimiser', label: 'Adam’s moments' },
  { key: 'graphs', label: 'Graphs' },
  { key: 'constants', label: 'Frozen features' },
  { key: 'step', label: 'One step, with gradients' },
  { key: 'evaluation', label: 'Evaluation' },
];

/** What the page's own number is made of. The last three do not come together: the most of them counts. */
export const HOST_PARTS: readonly {
  readonly key: Exclude<keyof HostEstimate, 'total' | 'withDevice'>;
  readonly label: string;
}[] = [
  { key: 'page', label: 'The page itself' },
  { key: 'data', label: 'Interactions and graphs' },
  { key: 'preparation', label: 'While preparing' },
  { key: 'weights', label: 'While storing weights' },
  { key: 'results', label: 'While storing results' },
];
