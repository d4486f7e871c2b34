import { PLAIN_GRAPH } from '../../../src/domain/models/mmrec';
import { regulariser, trainingOptions } from '../../../src/domain/models/options/training';
import { edgeEnhancerOptions, PLUG_INS } from '../../../src/domain/models/options/graphs';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'lightgcn',
  name: 'LightGCN',
  summary: 'Embeddings smoothed over the user–item graph; the inner product of the layers’ mean gives the score.',
  citation: {
    authors: 'He, Deng, Wang, Li, Zhang, Wang',
    title: 'LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation',
    venue: 'SIGIR',
    year: 2020,
    url: 'https://arxiv.org/abs/2002.02126',
  },
  publishedAs: ['LightGCN'],
  minModalities: 0,
  options: [
    {
      key: 'layers',
      type: 'integer',
      default: 2,
      min: 1,
      max: 8,
      group: 'model',
      sweep: true,
      section: '3.1',
      label: 'Layers L',
      help: 'Propagation steps over the user–item graph; the final embedding is the mean of layers 0…L.',
      suggested: [1, 2, 3, 4],
    },
    regulariser(
      1e-4,
      'Multiplies the sum of the Frobenius norms of the batch’s layer-0 rows, divided by the batch size.',
    ),
    ...edgeEnhancerOptions(),
    {
      key: 'neighbours',
      type: 'integer',
      default: 10,
      min: 1,
      max: 100,
      group: 'graph',
      sweep: true,
      when: { key: 'edgeEnhancer', values: ['+G'] },
      label: 'Neighbours K of +G',
      help: 'Most cosine-similar items per modality, including the item itself.',
      suggested: [5, 10, 15, 20],
    },
    ...trainingOptions({}),
  ],
  presets: [],
  ablations: PLUG_INS,
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'reg', label: 'L2' },
  ],
  formStart: true,
  pretrains: 'possible',
  oddities: [
    {
      text: 'The regulariser takes the norms of the batch’s rows before propagation, not their squares, as MMRec has it: the weight means another thing than in the paper.',
    },
  ],
  mmrec: { name: 'LightGCN', options: { layers: 'n_layers', regWeight: 'reg_weight', ...PLAIN_GRAPH } },
});
