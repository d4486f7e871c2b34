import { regulariser, trainingOptions } from './common';
import { mutualOption, refinedGraphOptions, REFINED_PLUG_IN, trainFeaturesOptions } from './graphOptions';
import type { ModelTable } from './table';

export const gume: ModelTable = {
  id: 'gume',
  name: 'GUME',
  summary: 'MGCN’s views on a behaviour graph enhanced by items adjacent in every modality, with extended user modality embeddings contrasted under noise.',
  citation: {
    authors: 'Lin, Meng, Wang, Long, Zhou, Xiao',
    title: 'GUME: Graphs and User Modalities Enhancement for Long-Tail Multimodal Recommendation',
    venue: 'CIKM',
    year: 2024,
    url: 'https://arxiv.org/abs/2407.12338',
  },
  publishedAs: ['GUME'],
  minModalities: 1,
  options: [
    {
      key: 'userItemLayers', type: 'integer', default: 2, min: 1, max: 8, group: 'model', sweep: true,
      label: 'Behaviour layers', help: 'Propagations over the enhanced user–item graph, mean of all layers.', suggested: [2, 3, 4],
    },
    {
      key: 'itemItemLayers', type: 'integer', default: 1, min: 1, max: 4, group: 'model', sweep: true,
      label: 'Modality layers', help: 'Propagations over each modality’s item graph; the last layer is used.', suggested: [1, 2],
    },
    {
      key: 'neighbours', type: 'integer', default: 10, min: 1, max: 100, group: 'graph', sweep: true,
      label: 'Neighbours K', help: 'Most cosine-similar items per item and modality, the item itself counted. Items that are neighbours in every modality are linked in the behaviour graph.', suggested: [5, 10, 15, 20],
    },
    mutualOption,
    {
      key: 'contrastWeight', type: 'number', default: 0.01, min: 0, max: 10, group: 'loss', sweep: true,
      label: 'Behaviour–modality weight', help: 'Weight of the InfoNCE terms between behaviour and modality views.', suggested: [0.001, 0.01, 0.1],
    },
    {
      key: 'temperature', type: 'number', default: 0.2, min: 0.01, max: 10, group: 'loss', sweep: true,
      label: 'Behaviour–modality temperature', help: 'Divides the cosines of those terms.', suggested: [0.1, 0.2, 0.3],
    },
    {
      key: 'userModalityWeight', type: 'number', default: 0.01, min: 0, max: 10, group: 'loss', sweep: true,
      label: 'User modality weight', help: 'Weight of the three InfoNCE terms on users’ explicit and extended modality embeddings.', suggested: [0.001, 0.01, 0.1],
    },
    {
      key: 'userModalityTemperature', type: 'number', default: 0.2, min: 0.01, max: 10, group: 'loss', sweep: true,
      label: 'User modality temperature', help: 'Divides the cosines of those terms.', suggested: [0.1, 0.2, 0.3],
    },
    {
      key: 'alignWeight', type: 'number', default: 0.01, min: 0, max: 10, group: 'loss', sweep: true,
      label: 'Modality alignment weight', help: 'Weight of the differences between the modalities’ means and variances.', suggested: [0.001, 0.01, 0.1],
    },
    {
      key: 'noise', type: 'number', default: 0.1, min: 0, max: 10, group: 'loss', sweep: true,
      label: 'Noise', help: 'Length of the random step by which each of two views is perturbed.', suggested: [0.05, 0.1, 0.2],
    },
    regulariser(1e-4, 'Times half the squared norm of the batch’s final rows, divided by the configured batch size.'),
    {
      key: 'regExtendedWeight', type: 'number', default: 0.1, min: 0, max: 10, group: 'loss', sweep: true,
      label: 'Extended regulariser weight', help: 'Times half the squared norm of the positives’ extended rows, divided by the configured batch size.', suggested: [0.01, 0.1],
    },
    ...trainFeaturesOptions,
    ...refinedGraphOptions(),
    ...trainingOptions({ lrDecay: 0.96 }),
  ],
  presets: [],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'alignModalities', label: 'Modality alignment' },
    { key: 'contrastUsers', label: 'InfoNCE, users' },
    { key: 'contrastItems', label: 'InfoNCE, items' },
    { key: 'userModality', label: 'InfoNCE, user modality' },
    { key: 'noiseModality', label: 'Noise contrast, explicit' },
    { key: 'noiseExtended', label: 'Noise contrast, extended' },
    { key: 'reg', label: 'L2' },
    { key: 'regExtended', label: 'L2, extended' },
  ],
  ablations: [REFINED_PLUG_IN],
};
