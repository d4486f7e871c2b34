import { optimiserOptions, stoppingOptions } from '../../../src/domain/models/options/training';
import { defineTable } from '../../../src/domain/models/table';

const [embeddingSize] = optimiserOptions({});
const [sweeps, ...stopping] = stoppingOptions({ epochs: 15, patience: 5 });

export const table = defineTable({
  id: 'als',
  name: 'Implicit ALS',
  summary: 'Factors of users and items by alternating least squares, where absent pairs count little and not nothing.',
  citation: {
    authors: 'Hu, Koren, Volinsky',
    title: 'Collaborative Filtering for Implicit Feedback Datasets',
    venue: 'ICDM',
    year: 2008,
    url: 'https://doi.org/10.1109/ICDM.2008.22',
  },
  publishedAs: [],
  minModalities: 0,
  computed: 'reference',
  negatives: 'none',
  options: [
    embeddingSize,
    {
      key: 'confidence',
      type: 'number',
      default: 10,
      min: 0,
      max: 10_000,
      group: 'model',
      sweep: true,
      label: 'Confidence c',
      help: 'Weight of a training interaction; a pair without one has weight 1.',
      suggested: [1, 2, 5, 10, 20, 40],
    },
    {
      key: 'regWeight',
      type: 'number',
      default: 1,
      min: 1e-6,
      max: 1e6,
      group: 'model',
      sweep: true,
      label: 'Regulariser λ',
      help: 'Added to the diagonal of every user’s and item’s equations.',
      suggested: [0.01, 0.1, 1, 10, 100],
    },
    { ...sweeps, label: 'Sweeps, at most', help: 'A sweep solves all users, then all items.' },
    ...stopping,
  ],
  presets: [],
  terms: [{ key: 'loss', label: 'Weighted squared error' }],
  mmrec: null,
});
