import { MOST_ITEMS, tableBytes } from './size.table';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'ease',
  name: 'EASE',
  summary: 'One linear weight for every pair of items, in closed form.',
  citation: {
    authors: 'Steck',
    title: 'Embarrassingly Shallow Autoencoders for Sparse Data',
    venue: 'WWW',
    year: 2019,
    url: 'https://arxiv.org/abs/1905.03375',
  },
  publishedAs: [],
  minModalities: 0,
  computed: 'reference',
  negatives: 'none',
  options: [
    {
      key: 'regWeight',
      type: 'number',
      default: 200,
      min: 1e-3,
      max: 1e6,
      group: 'model',
      sweep: true,
      label: 'Regulariser λ',
      help: 'Added to the diagonal of the items’ co-occurrences.',
      suggested: [10, 50, 100, 200, 500, 1000],
    },
  ],
  presets: [],
  terms: [],
  mmrec: null,
  vectorColumns: () => 0,
  cautions: (_config, { statistics: { items } }) =>
    items > MOST_ITEMS
      ? [
          `EASE weighs every pair of items: ${items.toLocaleString('en-US')} items take ${(tableBytes(items) / 2 ** 30).toFixed(1)} GiB, and more than ${MOST_ITEMS.toLocaleString('en-US')} items are refused.`,
        ]
      : [],
});
