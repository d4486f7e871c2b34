import { neighbourCount, shrinkage } from '../../../src/domain/models/options/neighbourhood';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'itemknn',
  name: 'Item kNN',
  summary: 'Items like those of the user’s history, by cosine of their users.',
  citation: {
    authors: 'Sarwar, Karypis, Konstan, Riedl',
    title: 'Item-Based Collaborative Filtering Recommendation Algorithms',
    venue: 'WWW',
    year: 2001,
    url: 'https://doi.org/10.1145/371920.372071',
  },
  publishedAs: [],
  minModalities: 0,
  computed: 'reference',
  negatives: 'none',
  options: [neighbourCount('items'), shrinkage],
  presets: [],
  terms: [],
  mmrec: null,
  vectorColumns: () => 0,
});
