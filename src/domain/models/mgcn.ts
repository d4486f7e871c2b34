import { regulariser, trainingOptions } from './common';
import { edgeEnhancerOptions, PLUG_INS, refinedGraphOptions, REFINED_PLUG_IN, trainFeaturesOptions } from './graphOptions';
import type { ModelTable } from './table';

export const mgcn: ModelTable = {
  id: 'mgcn',
  name: 'MGCN',
  summary: 'Behaviour-guided purification of modality features, item–item graphs per modality, and fusion into shared and specific parts.',
  citation: {
    authors: 'Yu, Tan, Lu, Bao',
    title: 'Multi-View Graph Convolutional Network for Multimedia Recommendation',
    venue: 'ACM MM',
    year: 2023,
    url: 'https://arxiv.org/abs/2308.03588',
  },
  publishedAs: ['MGCN'],
  minModalities: 1,
  options: [
    {
      key: 'userItemLayers', type: 'integer', default: 2, min: 1, max: 8, group: 'model', sweep: true,
      label: 'Behaviour layers', help: 'Propagations over the user–item graph, mean of all layers.', suggested: [1, 2, 3],
    },
    {
      key: 'itemItemLayers', type: 'integer', default: 1, min: 1, max: 4, group: 'model', sweep: true,
      label: 'Modality layers', help: 'Propagations over each modality’s item graph; the last layer is used.', suggested: [1, 2],
    },
    {
      key: 'neighbours', type: 'integer', default: 10, min: 1, max: 100, group: 'graph', sweep: true,
      label: 'Neighbours K', help: 'Most cosine-similar items per item and modality, the item itself counted.', suggested: [5, 10, 15, 20],
    },
    {
      key: 'contrastWeight', type: 'number', default: 0.01, min: 0, max: 10, group: 'loss', sweep: true,
      label: 'Contrastive weight λ', help: 'Weight of the InfoNCE terms between behaviour and modality views.', suggested: [0.001, 0.01, 0.1],
    },
    {
      key: 'temperature', type: 'number', default: 0.2, min: 0.01, max: 10, group: 'loss', sweep: true,
      label: 'Temperature', help: 'Divides the cosines of the InfoNCE terms.', suggested: [0.1, 0.2, 0.5],
    },
    regulariser(1e-4, 'Times half the squared norm of the batch’s final rows, divided by the configured batch size.'),
    ...trainFeaturesOptions,
    ...edgeEnhancerOptions(),
    ...refinedGraphOptions(),
    ...trainingOptions({ lrDecay: 0.96 }),
  ],
  presets: [],
  ablations: [...PLUG_INS, REFINED_PLUG_IN],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'contrastUsers', label: 'InfoNCE, users' },
    { key: 'contrastItems', label: 'InfoNCE, items' },
    { key: 'reg', label: 'L2' },
  ],
};
