import { only, projectionSize } from '../../../src/domain/models/mmrec';
import { trainFeaturesOptions } from '../../../src/domain/models/options/graphs';
import { regulariser, trainingWithoutNegatives } from '../../../src/domain/models/options/training';
import { defineTable } from '../../../src/domain/models/table';

export const table = defineTable({
  id: 'bm3',
  name: 'BM3',
  summary:
    'No negatives: a predictor pulls users, items and projected features towards copies of one another with dropout, which carry no gradient.',
  citation: {
    authors: 'Zhou, Zhou, Liu, Zeng, Miao, Wang, You, Jiang',
    title: 'Bootstrap Latent Representations for Multi-modal Recommendation',
    venue: 'WWW',
    year: 2023,
    url: 'https://arxiv.org/abs/2207.05969',
  },
  publishedAs: ['BM3'],
  minModalities: 1,
  options: [
    {
      key: 'layers',
      type: 'integer',
      default: 1,
      min: 1,
      max: 8,
      group: 'model',
      sweep: true,
      label: 'Layers L',
      help: 'Propagations over the user–item graph. Rows are the mean of layers 0…L; an item’s embedding is added once more.',
      suggested: [1, 2],
    },
    {
      key: 'dropout',
      type: 'number',
      default: 0.5,
      min: 0,
      max: 0.95,
      group: 'model',
      sweep: true,
      label: 'Target dropout p',
      help: 'Probability with which a number of a target becomes 0; the others are divided by 1 − p. Ranking has no dropout.',
      suggested: [0.3, 0.5],
    },
    {
      key: 'modalityWeight',
      type: 'number',
      default: 2,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Modality weight λ_m',
      help: 'Weight of the terms between modality and ID and within a modality. They reach the ranking through the shared predictor alone.',
      suggested: [0, 0.5, 1, 2],
    },
    {
      key: 'modalityReduction',
      type: 'choice',
      default: 'sum',
      group: 'loss',
      sweep: false,
      label: 'Over modalities',
      help: 'How the modalities’ terms are added. Twice their mean keeps the balance of two modalities, for which the settings were tuned.',
      choices: [
        { value: 'sum', label: 'sum' },
        { value: 'mean2', label: 'twice the mean' },
      ],
    },
    regulariser(
      0.1,
      'Times the Frobenius norms, not squared, of all users’ and of all items’ rows after propagation, divided by the number of items.',
    ),
    ...trainFeaturesOptions,
    ...trainingWithoutNegatives({}),
  ],
  negatives: 'none',
  presets: [
    { id: 'authors-baby', label: 'Authors: Baby', config: {} },
    { id: 'authors-sports', label: 'Authors: Sports', config: { regWeight: 0.01 } },
    { id: 'authors-electronics', label: 'Authors: Electronics', config: { layers: 2, dropout: 0.3 } },
    {
      id: 'logged-tiktok',
      label: 'Logged by DA-MRS’s authors: TikTok',
      config: { layers: 2, dropout: 0.3, regWeight: 0, batchSize: 4096 },
    },
  ],
  ablations: [
    { id: 'w/o-modalities', label: 'w/o modality terms', config: { modalityWeight: 0 } },
    { id: 'frozen', label: 'frozen features', config: { trainFeatures: false } },
  ],
  terms: [
    { key: 'userToItem', label: 'User to item' },
    { key: 'itemToUser', label: 'Item to user' },
    { key: 'between/image', label: 'Image to ID' },
    { key: 'within/image', label: 'Within image' },
    { key: 'between/text', label: 'Text to ID' },
    { key: 'within/text', label: 'Within text' },
    { key: 'between/audio', label: 'Audio to ID' },
    { key: 'within/audio', label: 'Within audio' },
    { key: 'reg', label: 'Norms' },
  ],
  oddities: [
    {
      text: 'Features never reach the embeddings that rank: the modality terms move the features, their projections and the shared predictor alone.',
      seen: 'gradientShare/itemEmbedding',
    },
    { text: 'The norms of the regulariser are not squared, and are those of whole tables, whatever the batch holds.' },
  ],
  shownFirst: ['gradientShare/predictor/weight'],
  observations: [
    {
      key: 'gradientShare/predictor/weight',
      title: 'Gradient by term, predictor',
      help: 'Share of each loss term in the sum of gradient norms on the predictor’s weight, at each epoch’s first step. Features act on the ranking through the predictor alone.',
      kind: 'parts',
    },
    {
      key: 'gradientShare/itemEmbedding',
      title: 'Gradient by term, item embeddings',
      help: 'The same on the item table. The modality terms have no share: their targets carry no gradient.',
      kind: 'parts',
    },
  ],
  mmrec: {
    name: 'BM3',
    options: {
      layers: 'n_layers',
      dropout: 'dropout',
      modalityWeight: 'cl_weight',
      modalityReduction: only('sum'),
      regWeight: 'reg_weight',
      trainFeatures: only(true),
      featurePrecision: only('single'),
    },
    also: (config) => [projectionSize(config), ['use_neg_sampling', false]],
  },
});
