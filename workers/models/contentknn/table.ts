import { neighbourCount } from '../../../src/domain/models/options/neighbourhood';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'contentknn',
  name: 'Content kNN',
  summary: 'Items whose features are like those of the user’s history; no other user has a say.',
  citation: {
    authors: 'Ferrari Dacrema, Cremonesi, Jannach',
    title: 'Are We Really Making Much Progress? A Worrying Analysis of Recent Neural Recommendation Approaches',
    venue: 'RecSys',
    year: 2019,
    url: 'https://arxiv.org/abs/1907.06902',
  },
  publishedAs: [],
  minModalities: 1,
  computed: 'reference',
  negatives: 'none',
  options: [neighbourCount('items')],
  presets: [],
  terms: [],
  mmrec: null,
  vectorColumns: () => 0,
});
