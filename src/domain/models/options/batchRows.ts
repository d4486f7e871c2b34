import type { ChoiceOption, NumberOption } from '../table';

/** What a model may add to how its batches are drawn; `rowsOf` reads it. */
export const batchRowsOptions = [
  {
    key: 'sampling',
    type: 'choice',
    default: 'users',
    group: 'training',
    sweep: true,
    label: 'Rows of a batch',
    help: 'Either every batch has distinct users, and one training item of each, or an epoch is a pass over all training interactions.',
    choices: [
      { value: 'users', label: 'users, one item each (code)' },
      { value: 'interactions', label: 'all interactions in turn' },
    ],
  } as const satisfies ChoiceOption,
  {
    key: 'pairShare',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 1,
    group: 'training',
    sweep: true,
    label: 'Share of pair rows',
    help: 'Of so many of a batch’s users, as a share of its rows, the pair that a language model chose is a further row. 0 adds none.',
    suggested: [0, 0.05, 0.1, 0.2],
  } as const satisfies NumberOption,
] as const;
