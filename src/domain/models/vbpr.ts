import { regulariser, trainingOptions } from './common';
import { featurePrecisionOption } from './graphOptions';
import type { ModelTable } from './table';

export const vbpr: ModelTable = {
  id: 'vbpr',
  name: 'VBPR',
  summary: 'BPR-MF plus a second inner product between a user’s taste and the projected item features.',
  citation: {
    authors: 'He, McAuley',
    title: 'VBPR: Visual Bayesian Personalized Ranking from Implicit Feedback',
    venue: 'AAAI',
    year: 2016,
    url: 'https://arxiv.org/abs/1510.01784',
  },
  publishedAs: ['VBPR'],
  minModalities: 1,
  options: [
    regulariser(
      0.1,
      'Times the sum of the Frobenius norms of the batch’s [ID, projected] rows, divided by the batch size.',
    ),
    featurePrecisionOption,
    ...trainingOptions({}),
  ],
  presets: [],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'reg', label: 'L2' },
  ],
};
