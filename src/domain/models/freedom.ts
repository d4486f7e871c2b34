import { trainingOptions } from './common';
import { refinedGraphOptions, REFINED_PLUG_IN, trainFeaturesOptions } from './graphOptions';
import type { ModelTable } from './table';

export const freedom: ModelTable = {
  id: 'freedom',
  name: 'FREEDOM',
  summary: 'A frozen item–item graph from the features, and a user–item graph pruned anew every epoch by the degrees of its edges.',
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
    {
      key: 'userItemLayers', type: 'integer', default: 2, min: 1, max: 8, group: 'model', sweep: true,
      label: 'Behaviour layers', help: 'Propagations over the user–item graph, mean of all layers.', suggested: [1, 2, 3],
    },
    {
      key: 'itemItemLayers', type: 'integer', default: 1, min: 1, max: 4, group: 'model', sweep: true,
      label: 'Item layers', help: 'Propagations over the frozen item graph; the last layer is added to the items.', suggested: [1, 2],
    },
    {
      key: 'neighbours', type: 'integer', default: 10, min: 1, max: 100, group: 'graph', sweep: true,
      label: 'Neighbours K', help: 'Most cosine-similar items per item and modality, the item itself counted; all weigh the same.', suggested: [5, 10, 15, 20],
    },
    {
      key: 'visionWeight', type: 'number', default: 0.1, min: 0, max: 1, group: 'graph', sweep: true,
      label: 'Vision weight', help: 'Share of the image graph in the item graph; the other modalities share the rest equally. Without images all weigh the same.', suggested: [0.1, 0.3, 0.5],
    },
    {
      key: 'dropout', type: 'number', default: 0.8, min: 0, max: 0.99, group: 'graph', sweep: true,
      label: 'Edge dropout', help: 'Share of the user–item edges left out in an epoch; an edge stays with probability ∝ 1/√(d_u d_i). Ranking uses all edges.', suggested: [0.8, 0.9],
    },
    {
      key: 'regWeight', type: 'number', default: 1e-3, min: 0, max: 10, group: 'loss', sweep: true,
      label: 'Feature loss weight', help: 'Weight of the BPR terms between users and projected features, one per modality. There is no L2 term.', suggested: [0, 1e-5, 1e-4, 1e-3],
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
};
