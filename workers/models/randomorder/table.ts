import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'randomorder',
  name: 'Random',
  summary: 'Items in a random order, another one for every user: what no model may fall to.',
  citation: {
    authors: 'Zhao et al.',
    title: 'RecBole: Towards a Unified, Comprehensive and Efficient Framework for Recommendation Algorithms',
    venue: 'CIKM',
    year: 2021,
    url: 'https://arxiv.org/abs/2011.01731',
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
