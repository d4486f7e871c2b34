import { PLAIN_GRAPH, OWN_ITEM_GRAPH, projectionSize } from '../../../src/domain/models/mmrec';
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
  id: 'lattice',
  name: 'LATTICE',
  summary:
    'An item–item graph learned again every epoch from projected features, mixed with the graph of the raw features.',
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
    behaviourLayersOption(
      'Propagation steps over the user–item graph with self-loops; the mean of all layers is used.',
    ),
    itemLayersOption(
      'Item layers',
      'Propagation steps over the item graph; the last layer, normalised to unit length, is added to the item embeddings.',
    ),
    neighboursOption(', in the raw and in the learned graph.'),
    {
      key: 'graphMix',
      type: 'number',
      default: 0.9,
      min: 0,
      max: 1,
      group: 'graph',
      sweep: true,
      label: 'Share of the raw graph λ',
      help: 'The learned graph gets the rest.',
      suggested: [0.5, 0.7, 0.9],
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
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'reg', label: 'L2' },
  ],
  ablations: [...PLUG_INS, REFINED_PLUG_IN],
  pretrains: 'possible',
  oddities: [
    {
      text: 'The learned item graph gets a gradient in the first batch of an epoch alone; for the rest of the epoch it is constant, as in MMRec.',
    },
  ],
  mmrec: {
    name: 'LATTICE',
    options: {
      itemItemLayers: 'n_layers',
      neighbours: 'knn_k',
      graphMix: 'lambda_coeff',
      regWeight: 'reg_weight',
      userItemLayers: 'weight_size',
      ...PLAIN_GRAPH,
      ...OWN_ITEM_GRAPH,
    },
    // One width for each layer over users and items.
    also: (config) => [
      projectionSize(config),
      ['weight_size', new Array<number>(config.userItemLayers).fill(config.embeddingSize)],
      ['cf_model', 'lightgcn'],
    ],
  },
});
