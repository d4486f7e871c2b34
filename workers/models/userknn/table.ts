import { neighbourCount, shrinkage } from '../../../src/domain/models/options/neighbourhood';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'userknn',
  name: 'User kNN',
  summary: 'What the most similar users took, by cosine of their histories.',
  citation: {
    authors: 'Herlocker, Konstan, Borchers, Riedl',
    title: 'An Algorithmic Framework for Performing Collaborative Filtering',
    venue: 'SIGIR',
    year: 1999,
    url: 'https://doi.org/10.1145/312624.312682',
  },
  publishedAs: [],
  minModalities: 0,
  computed: 'reference',
  negatives: 'none',
  options: [neighbourCount('users'), shrinkage],
  presets: [],
  terms: [],
  mmrec: null,
  vectorColumns: () => 0,
});
