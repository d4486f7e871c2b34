import { only } from '../../../src/domain/models/mmrec';
import { regulariser, trainingOptions } from '../../../src/domain/models/options/training';
import { featurePrecisionOption } from '../../../src/domain/models/options/graphs';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'vbpr',
  name: 'VBPR',
  summary: 'BPR-MF plus a second inner product of user and projected item features.',
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
      'Multiplies the sum of the Frobenius norms of the batch’s [ID, projected] rows, divided by the batch size.',
    ),
    featurePrecisionOption,
    ...trainingOptions({}),
  ],
  presets: [],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'reg', label: 'L2' },
  ],
  oddities: [
    {
      text: 'The regulariser takes norms, not squares, of the IDs beside the projected features, as MMRec has it; raw features are never trained.',
    },
  ],
  mmrec: { name: 'VBPR', options: { regWeight: 'reg_weight', featurePrecision: only('single') } },
});
