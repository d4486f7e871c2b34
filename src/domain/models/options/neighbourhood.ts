import type { Option } from '../table';

/** How many neighbours count, and how far overlaps of few interactions are trusted. */
export const neighbourCount = (what: string) =>
  ({
    key: 'neighbours',
    type: 'integer',
    default: 100,
    min: 1,
    max: 2000,
    group: 'model',
    sweep: true,
    label: 'Neighbours k',
    help: `The ${what} most similar to each, which alone count.`,
    suggested: [20, 50, 100, 200, 500],
  }) as const satisfies Option;

export const shrinkage = {
  key: 'shrinkage',
  type: 'number',
  default: 10,
  min: 0,
  max: 10_000,
  group: 'model',
  sweep: true,
  label: 'Shrinkage h',
  help: 'Added to the denominator of the cosine: similarities that rest on few common interactions become smaller.',
  suggested: [0, 10, 50, 100],
} as const satisfies Option;
