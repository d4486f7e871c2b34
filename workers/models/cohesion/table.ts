import {
  featurePrecisionOption,
  itemLayersOption,
  neighboursOption,
  visionWeightOption,
} from '../../../src/domain/models/options/graphs';
import { regulariser, trainingOptions } from '../../../src/domain/models/options/training';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'cohesion',
  name: 'COHESION',
  summary:
    'Features are fused with IDs before a layer-refined convolution of each modality, and all blocks after it over a graph of items and one of users; the block that ranks worst weighs most.',
  citation: {
    authors: 'Xu, Chen, Wang, Hu, Kim, Ngai',
    title: 'COHESION: Composite Graph Convolutional Network with Dual-Stage Fusion for Multimodal Recommendation',
    venue: 'SIGIR',
    year: 2025,
    url: 'https://arxiv.org/abs/2504.04452',
  },
  publishedAs: ['COHESION'],
  minModalities: 1,
  options: [
    {
      key: 'layers',
      type: 'integer',
      default: 2,
      min: 1,
      max: 8,
      group: 'model',
      sweep: true,
      label: 'Layers L',
      help: 'Propagation steps over the user–item graph. Each layer’s rows are multiplied by their cosine with layer 0, and layers 0…L are added.',
      suggested: [1, 2, 3, 4],
    },
    itemLayersOption(
      'Item graph layers',
      'Propagation steps over the item graph; what they give is added to an item’s rows.',
    ),
    neighboursOption('; all have the same weight.'),
    visionWeightOption,
    {
      key: 'userNeighbours',
      type: 'integer',
      default: 40,
      min: 1,
      max: 1000,
      group: 'graph',
      sweep: true,
      label: 'User neighbours',
      help: 'Users with whom a user shares most training items, and whose rows are added to the user’s, weighted by a softmax of the numbers of shared items.',
      suggested: [10, 20, 40],
    },
    {
      key: 'userGraphPadding',
      type: 'choice',
      default: 'polya',
      group: 'graph',
      sweep: true,
      label: 'Short lists of user neighbours',
      help: 'The authors’ code fills a short list up with random repetitions of its own entries, anew in every epoch, which adds to the weight of those that are drawn. Left as they are, there is one graph for the whole run.',
      choices: [
        { value: 'polya', label: 'filled up at random (code)' },
        { value: 'none', label: 'left short' },
      ],
    },
    {
      key: 'idGradient',
      type: 'choice',
      default: 'stopped',
      group: 'model',
      sweep: true,
      label: 'Gradient of the ID block',
      help: 'In the authors’ code no gradient enters the block of IDs, so that its user vectors and its encoder stay as they were drawn. The item embeddings learn through the other blocks.',
      choices: [
        { value: 'stopped', label: 'stopped (code)' },
        { value: 'flowing', label: 'flowing' },
      ],
    },
    {
      key: 'edgeDropout',
      type: 'number',
      default: 0,
      min: 0,
      max: 0.99,
      group: 'graph',
      sweep: true,
      label: 'Edge dropout',
      help: 'Share of user–item edges dropped in an epoch; an edge stays with probability ∝ 1/√(d_u d_i). Ranking uses the epoch’s edges too.',
      suggested: [0, 0.2, 0.5],
    },
    regulariser(
      1e-3,
      'Multiplies the mean squares of the batch’s rows of the user preferences, summed over modalities.',
    ),
    featurePrecisionOption,
    ...trainingOptions({ learningRate: 1e-4 }),
  ],
  presets: [],
  ablations: [
    { id: 'id-flowing', label: 'with gradient of IDs', config: { idGradient: 'flowing' } },
    { id: 'no-padding', label: 'w/o filling lists', config: { userGraphPadding: 'none' } },
  ],
  terms: [
    { key: 'bpr', label: 'BPR, weighted blocks' },
    { key: 'reg', label: 'L2' },
  ],
  oddities: [
    {
      text: 'No gradient enters the block of IDs: its part of the score comes from user vectors and an encoder that stay as they were drawn. The item embeddings learn through the other blocks.',
      when: { key: 'idGradient', values: ['stopped'] },
    },
    {
      text: 'Numbers of shared items enter the softmax over a user’s neighbours as they are: one neighbour who shares five items more outweighs another by e⁵.',
    },
    {
      text: 'Users with few neighbours get random repetitions of them, others in every epoch; an epoch ranks with its own.',
      when: { key: 'userGraphPadding', values: ['polya'] },
    },
    {
      text: 'By a summary, the paper adds an ε to the cosines that multiply layers; the code, which is followed, has none.',
    },
  ],
  mmrec: null,
});
