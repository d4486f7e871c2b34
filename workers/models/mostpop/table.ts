import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'mostpop',
  name: 'Popularity',
  summary: 'The same list for everybody: items by their number of training interactions.',
  citation: {
    authors: 'Cremonesi, Koren, Turrin',
    title: 'Performance of Recommender Algorithms on Top-N Recommendation Tasks',
    venue: 'RecSys',
    year: 2010,
    url: 'https://doi.org/10.1145/1864708.1864721',
  },
  publishedAs: [],
  minModalities: 0,
  computed: 'always',
  negatives: 'none',
  options: [],
  presets: [],
  terms: [],
  mmrec: null,
  vectorColumns: () => 0,
});
