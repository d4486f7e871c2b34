import { only } from '../../../src/domain/models/mmrec';
import { itemLayersOption, neighboursOption } from '../../../src/domain/models/options/graphs';
import { trainingOptions } from '../../../src/domain/models/options/training';
import { defineTable } from '../../../src/domain/models/table';

/** What the authors train with; TikTok and Sports stop earlier. */
const AUTHORS = { batchSize: 4096, epochs: 500 } as const;

export const table = defineTable({
  id: 'damrs',
  name: 'DA-MRS',
  summary:
    'LightGCN with item graphs of neighbours that every modality confirms and of common users; feedback is weighted by how much the graphs agree with it, and users and items are aligned with them.',
  citation: {
    authors: 'Xv, Li, Xie, Lin, Liu, Xia, Kang, Lin',
    title: 'Improving Multi-modal Recommender Systems by Denoising and Aligning Multi-modal Content and User Feedback',
    venue: 'KDD',
    year: 2024,
    url: 'https://arxiv.org/abs/2406.12501',
  },
  publishedAs: ['DA-MRS'],
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
      help: 'Propagation steps over the user–item graph; the mean of layers 0…L is used.',
      suggested: [1, 2, 3],
    },
    itemLayersOption('Item graph layers L_g', 'Propagation steps over each item graph; the last layer is used.'),
    neighboursOption(
      ', among those whose cosine reaches the mean of all pairs in every modality. All have the same weight.',
    ),
    {
      key: 'coNeighbours',
      type: 'integer',
      default: 2,
      min: 1,
      max: 100,
      group: 'graph',
      sweep: true,
      label: 'Neighbours by users K_s',
      help: 'Items with which an item shares most training users, two at least, that become its neighbours in the behaviour graph.',
      suggested: [2, 5, 10],
    },
    {
      key: 'alignUserWeight',
      type: 'number',
      default: 1,
      min: 0,
      max: 1000,
      group: 'loss',
      sweep: true,
      label: 'User alignment weight λ_AU',
      help: 'Weight of the divergence between the probabilities that behaviour and item graphs give to pairs of the batch’s users and items.',
      suggested: [0, 0.01, 0.1, 1, 10],
    },
    {
      key: 'alignItemWeight',
      type: 'number',
      default: 1e-3,
      min: 0,
      max: 100,
      group: 'loss',
      sweep: true,
      label: 'Item alignment weight λ_AI',
      help: 'Weight of the alignment of each item graph with the labels on which all graphs agree. Its term compares the batch’s items with all items and is most of a step’s work.',
      suggested: [1e-4, 1e-3, 0.01, 0.1],
    },
    {
      key: 'labelCount',
      type: 'integer',
      default: 10,
      min: 1,
      max: 100,
      group: 'loss',
      sweep: true,
      label: 'Labels',
      help: 'Items in each of an item’s two label sets: those that all graphs put near it, and those that one graph puts near it besides. A dataset needs at least twice as many items.',
      suggested: [5, 10, 20],
    },
    {
      key: 'labels',
      type: 'choice',
      default: 'step',
      group: 'loss',
      sweep: true,
      label: 'Labels are made',
      help: 'Anew in every step for the batch’s items, or at the beginning of every epoch for all items, which is less work where an epoch has many steps.',
      choices: [
        { value: 'step', label: 'in every step' },
        { value: 'epoch', label: 'once an epoch' },
      ],
    },
    {
      key: 'temperature',
      type: 'number',
      default: 0.2,
      min: 0.01,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Temperature τ',
      help: 'Divides the cosines of the item alignment; those that the labels are made of are not divided.',
      suggested: [0.1, 0.2, 0.5],
    },
    ...trainingOptions({}),
  ],
  presets: [
    { id: 'paper-baby', label: 'Paper: Baby', config: { ...AUTHORS, patience: 25 } },
    { id: 'paper-sports', label: 'Paper: Sports', config: AUTHORS },
    { id: 'paper-clothing', label: 'Paper: Clothing', config: { ...AUTHORS, patience: 25 } },
    {
      id: 'paper-tiktok',
      label: 'Paper: TikTok',
      config: { ...AUTHORS, layers: 3, neighbours: 5, alignItemWeight: 0.01, alignUserWeight: 0.1 },
    },
  ],
  ablations: [
    { id: 'w/o-AU', label: 'w/o user alignment', config: { alignUserWeight: 0 } },
    { id: 'w/o-AI', label: 'w/o item alignment', config: { alignItemWeight: 0 } },
  ],
  terms: [
    { key: 'bpr', label: 'BPR, weighted' },
    { key: 'alignUsers', label: 'User alignment' },
    { key: 'alignItems', label: 'Item alignment' },
  ],
  oddities: [
    {
      text: 'Liked weights start near .5, so that BPR is about half of other models’. Where a positive counts as disliked, whatever negative was drawn is ranked above it.',
    },
    {
      text: 'The item alignment compares the batch’s items with all items in every graph. It is most of a step’s work, also where its weight is 0.',
    },
    {
      text: 'In the authors’ code a row of zero features makes the thresholds no numbers and switches the filter of neighbours off; here an item is always its own neighbour. Their file for three modalities differs in several places and cannot run as published.',
    },
  ],
  mmrec: {
    name: 'DAMRS',
    options: {
      layers: 'n_ui_layers',
      itemItemLayers: 'n_mm_layers',
      neighbours: 'knn_k',
      coNeighbours: only(2),
      alignUserWeight: 'kl_weight',
      alignItemWeight: 'neighbor_weight',
      labelCount: only(10),
      labels: only('step'),
      temperature: only(0.2),
    },
    needsBoth: true,
  },
  cautions: ({ labelCount }, { statistics: { items } }) =>
    items < 2 * labelCount
      ? [`Two sets of ${labelCount} labels need ${2 * labelCount} items, and this dataset has ${items}.`]
      : [],
});
