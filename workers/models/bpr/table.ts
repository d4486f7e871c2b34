import { regulariser, trainingOptions } from '../../../src/domain/models/options/training';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'bpr',
  name: 'BPR-MF',
  summary: 'Inner product of user and item embeddings, trained to rank an observed item above an unobserved one.',
  citation: {
    authors: 'Rendle, Freudenthaler, Gantner, Schmidt-Thieme',
    title: 'BPR: Bayesian Personalized Ranking from Implicit Feedback',
    venue: 'UAI',
    year: 2009,
  },
  publishedAs: ['BPR', 'MF-BPR'],
  minModalities: 0,
  options: [
    regulariser(0.1, 'Times the sum of the Frobenius norms of the batch’s rows, divided by the batch size.'),
    ...trainingOptions({}),
  ],
  presets: [],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'reg', label: 'L2' },
  ],
  pretrains: 'possible',
  mmrec: { name: 'BPR', options: { regWeight: 'reg_weight' } },
});
