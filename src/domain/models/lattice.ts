import { regulariser, trainingOptions } from './common';
import { edgeEnhancerOptions, PLUG_INS, refinedGraphOptions, REFINED_PLUG_IN, trainFeaturesOptions } from './graphOptions';
import type { ModelTable } from './table';

export const lattice: ModelTable = {
  id: 'lattice',
  name: 'LATTICE',
  summary: 'An item–item graph learned anew every epoch from projected features, mixed with the graph of the raw ones.',
  citation: {
    authors: 'Zhang, Zhu, Liu, Wu, Wang, Wang',
    title: 'Mining Latent Structures for Multimedia Recommendation',
    venue: 'ACM MM',
    year: 2021,
    url: 'https://arxiv.org/abs/2104.09036',
  },
  publishedAs: ['LATTICE'],
  minModalities: 1,
  options: [
    {
      key: 'userItemLayers', type: 'integer', default: 2, min: 1, max: 8, group: 'model', sweep: true,
      label: 'Behaviour layers', help: 'Propagations over the user–item graph with self-loops, mean of all layers.', suggested: [1, 2, 3],
    },
    {
      key: 'itemItemLayers', type: 'integer', default: 1, min: 1, max: 4, group: 'model', sweep: true,
      label: 'Item layers', help: 'Propagations over the item graph; the last layer, of unit length, is added to the items.', suggested: [1, 2],
    },
    {
      key: 'neighbours', type: 'integer', default: 10, min: 1, max: 100, group: 'graph', sweep: true,
      label: 'Neighbours K', help: 'Most cosine-similar items per item and modality, the item itself counted, in the raw and in the learned graph.', suggested: [5, 10, 15, 20],
    },
    {
      key: 'graphMix', type: 'number', default: 0.9, min: 0, max: 1, group: 'graph', sweep: true,
      label: 'Share of the raw graph λ', help: 'The learned graph gets the rest.', suggested: [0.5, 0.7, 0.9],
    },
    regulariser(1e-4, 'Times half the squared norm of the batch’s final rows, divided by the configured batch size.'),
    ...trainFeaturesOptions,
    ...edgeEnhancerOptions(),
    ...refinedGraphOptions(),
    ...trainingOptions({ lrDecay: 0.96 }),
  ],
  presets: [],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'reg', label: 'L2' },
  ],
  ablations: [...PLUG_INS, REFINED_PLUG_IN],
};
