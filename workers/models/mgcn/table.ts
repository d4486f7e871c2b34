import { only, PLAIN_GRAPH, OWN_ITEM_GRAPH } from '../../../src/domain/models/mmrec';
import { regulariser, trainingOptions } from '../../../src/domain/models/options/training';
import {
  behaviourLayersOption,
  edgeEnhancerOptions,
  itemLayersOption,
  neighboursOption,
  PLUG_INS,
  REFINED_PLUG_IN,
  refinedGraphOptions,
  trainFeaturesOptions,
} from '../../../src/domain/models/options/graphs';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'mgcn',
  name: 'MGCN',
  summary:
    'Modality features purified by behaviour, an item–item graph per modality, and fusion into shared and specific parts.',
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
    behaviourLayersOption('Propagation steps over the user–item graph; the mean of all layers is used.'),
    itemLayersOption('Modality layers', 'Propagation steps over each modality’s item graph; the last layer is used.'),
    neighboursOption(),
    {
      key: 'contrastWeight',
      type: 'number',
      default: 0.01,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Contrastive weight λ',
      help: 'Weight of the InfoNCE terms between behaviour and modality views.',
      suggested: [0.001, 0.01, 0.1],
    },
    {
      key: 'temperature',
      type: 'number',
      default: 0.2,
      min: 0.01,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Temperature',
      help: 'Divides the cosines of the InfoNCE terms.',
      suggested: [0.1, 0.2, 0.5],
    },
    regulariser(
      1e-4,
      'Multiplies half the squared norm of the batch’s final rows, divided by the configured batch size.',
    ),
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
  pretrains: 'usual',
  oddities: [
    { text: 'The regulariser divides by the configured batch size, also where the last batch of an epoch is shorter.' },
    { text: 'The item graph is built once from raw features, and stays when their tables are trained.' },
  ],
  mmrec: {
    name: 'MGCN',
    options: {
      userItemLayers: 'n_ui_layers',
      itemItemLayers: 'n_layers',
      neighbours: 'knn_k',
      contrastWeight: 'cl_loss',
      temperature: only(0.2),
      regWeight: 'reg_weight',
      ...PLAIN_GRAPH,
      ...OWN_ITEM_GRAPH,
    },
    needsBoth: true,
  },
});
