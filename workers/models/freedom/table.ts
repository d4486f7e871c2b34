import { OWN_ITEM_GRAPH, projectionSize } from '../../../src/domain/models/mmrec';
import { trainingOptions } from '../../../src/domain/models/options/training';
import {
  behaviourLayersOption,
  itemLayersOption,
  neighboursOption,
  REFINED_PLUG_IN,
  refinedGraphOptions,
  trainFeaturesOptions,
  visionWeightOption,
} from '../../../src/domain/models/options/graphs';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'freedom',
  name: 'FREEDOM',
  summary:
    'A frozen item–item graph from the features, and a user–item graph pruned again every epoch by edge degrees.',
  citation: {
    authors: 'Zhou, Shen',
    title: 'A Tale of Two Graphs: Freezing and Denoising Graph Structures for Multimodal Recommendation',
    venue: 'ACM MM',
    year: 2023,
    url: 'https://arxiv.org/abs/2211.06924',
  },
  publishedAs: ['FREEDOM'],
  minModalities: 1,
  options: [
    behaviourLayersOption('Propagation steps over the user–item graph; the mean of all layers is used.'),
    itemLayersOption(
      'Item layers',
      'Propagation steps over the frozen item graph; the last layer is added to the item embeddings.',
    ),
    neighboursOption('; all have the same weight.'),
    visionWeightOption,
    {
      key: 'dropout',
      type: 'number',
      default: 0.8,
      min: 0,
      max: 0.99,
      group: 'graph',
      sweep: true,
      label: 'Edge dropout',
      help: 'Share of user–item edges dropped in an epoch; an edge stays with probability ∝ 1/√(d_u d_i). Ranking uses all edges.',
      suggested: [0.8, 0.9],
    },
    {
      key: 'regWeight',
      type: 'number',
      default: 1e-3,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Feature loss weight',
      help: 'Weight of the BPR terms between users and projected features, one per modality. There is no L2 term.',
      suggested: [0, 1e-5, 1e-4, 1e-3],
    },
    ...trainFeaturesOptions,
    ...refinedGraphOptions(),
    ...trainingOptions({}),
  ],
  presets: [],
  ablations: [REFINED_PLUG_IN],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'bpr/image', label: 'BPR, image' },
    { key: 'bpr/text', label: 'BPR, text' },
    { key: 'bpr/audio', label: 'BPR, audio' },
  ],
  pretrains: 'possible',
  oddities: [
    {
      text: '“Regulariser weight” multiplies no L2 term but the BPR of each modality: MMRec reads its regulariser weight there.',
    },
    { text: 'Features enter the item graph and these terms only; no score is made of them.' },
  ],
  mmrec: {
    name: 'FREEDOM',
    options: {
      userItemLayers: 'n_ui_layers',
      itemItemLayers: 'n_mm_layers',
      neighbours: 'knn_k',
      visionWeight: 'mm_image_weight',
      dropout: 'dropout',
      regWeight: 'reg_weight',
      ...OWN_ITEM_GRAPH,
    },
    also: (config) => [projectionSize(config)],
  },
});
