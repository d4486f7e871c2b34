import { trainingOptions } from '../../../src/domain/models/options/training';
import { featurePrecisionOption, refinementOptions } from '../../../src/domain/models/options/graphs';
import { defineTable, type Condition, type ConfigOf } from '../../../src/domain/models/table';

/** Without layers there is no item graph. */
const PROPAGATED: Condition = { key: 'layers', values: [1, 2, 3, 4] };

export const table = defineTable({
  id: 'mllmrec',
  name: 'MLLMRec',
  summary:
    'Encoded item descriptions, smoothed once over a refined item–item graph, and encoded user profiles, each mapped by a small network.',
  citation: {
    authors: 'Dang, Zhang, Pan, Duan, Chen, Cai, Chen',
    title: 'MLLMRec: A Preference Reasoning Paradigm with Graph Refinement for Multimodal Recommendation',
    venue: 'arXiv 2508.15304',
    year: 2025,
    url: 'https://arxiv.org/abs/2508.15304',
  },
  publishedAs: ['MLLMRec'],
  minModalities: 1,
  readsVectors: true,
  options: [
    {
      key: 'profiles',
      type: 'choice',
      default: 'file',
      group: 'model',
      sweep: true,
      label: 'User vectors',
      help: 'Encoded preference profiles. Without them there are two stand-ins; every result names the one used.',
      choices: [
        { value: 'file', label: 'profile file (user_preferences_feat.npy)', needs: 'profiles' },
        { value: 'history', label: 'stand-in: mean of the training history’s item vectors' },
        { value: 'random', label: 'random, trained (ablation w/o RS)' },
      ],
    },
    {
      key: 'itemVectors',
      type: 'choice',
      default: 'auto',
      group: 'model',
      sweep: true,
      label: 'Item vectors',
      help: 'Encoded multimodal descriptions. Without that file, the modalities’ concatenated features stand in.',
      choices: [
        { value: 'auto', label: 'image_text_feat.npy, else all modalities concatenated' },
        { value: 'concatenated', label: 'all modalities concatenated' },
        { value: 'text', label: 'text only (ablation w/o V)', needs: 'textVectors' },
        { value: 'image', label: 'image only (ablation w/o T)', needs: 'imageVectors' },
      ],
    },
    {
      key: 'featureScale',
      type: 'choice',
      default: 'none',
      group: 'model',
      sweep: true,
      label: 'Scale of the vectors',
      help: 'Scaling of item and user vectors before propagation and the networks; the graph is built from the unscaled vectors.',
      choices: [
        { value: 'none', label: 'as they are' },
        { value: 'l2', label: 'unit rows' },
        { value: 'zscore', label: 'zero mean, unit deviation per dimension' },
      ],
    },
    featurePrecisionOption,
    {
      key: 'hiddenSize',
      type: 'integer',
      default: 256,
      min: 4,
      max: 4096,
      group: 'model',
      sweep: true,
      label: 'Hidden size',
      help: 'Width of the hidden layer of both networks.',
      suggested: [64, 128, 256],
    },
    {
      key: 'initialiser',
      type: 'choice',
      default: 'xavier',
      group: 'model',
      sweep: false,
      label: 'Initial weights',
      help: 'Initialisation of the two networks.',
      choices: [
        { value: 'xavier', label: 'Xavier-uniform (paper)' },
        { value: 'linear', label: 'PyTorch’s default (the authors’ code)' },
      ],
    },
    {
      key: 'layers',
      type: 'integer',
      default: 1,
      min: 0,
      max: 4,
      group: 'graph',
      sweep: true,
      label: 'Item graph layers L',
      help: 'Item vectors are the sum of layers 0…L; 0 is the ablation w/o GCN_II.',
      suggested: [0, 1, 2],
    },
    {
      key: 'neighbours',
      type: 'integer',
      default: 10,
      min: 1,
      max: 100,
      group: 'graph',
      sweep: true,
      when: PROPAGATED,
      label: 'Semantic neighbours K_s',
      help: 'Most cosine-similar items, including the item itself.',
      suggested: [5, 10, 15, 20],
    },
    {
      key: 'threshold',
      type: 'boolean',
      default: true,
      group: 'graph',
      sweep: false,
      when: PROPAGATED,
      label: 'Denoise by threshold',
      help: 'Drops neighbours below α. Off: the ablation w/o GD.',
    },
    ...refinementOptions(0.7, { key: 'threshold', values: [true] }, { key: 'cooccurrence', values: [true] }),
    {
      key: 'cooccurrence',
      type: 'boolean',
      default: true,
      group: 'graph',
      sweep: false,
      when: PROPAGATED,
      label: 'Add co-occurrence',
      help: 'Adds items with a similar training audience. Off: the ablation w/o TE.',
    },
    {
      key: 'userItemConvolution',
      type: 'boolean',
      default: false,
      group: 'graph',
      sweep: false,
      label: 'User–item convolution',
      help: 'Also propagates the outputs over the user–item graph: the variant w/ GCN_UI.',
    },
    ...trainingOptions({}),
  ],
  presets: [
    { id: 'paper-baby', label: 'Paper: Baby', config: {} },
    { id: 'paper-sports', label: 'Paper: Sports', config: { minSimilarity: 0.4 } },
    { id: 'paper-clothing', label: 'Paper: Clothing', config: { minSimilarity: 0.6, coNeighbours: 15 } },
  ],
  terms: [{ key: 'bpr', label: 'BPR' }],
  ablations: [
    { id: 'RS', label: 'w/o RS', config: { profiles: 'random' } },
    { id: 'GD', label: 'w/o GD', config: { threshold: false } },
    { id: 'TE', label: 'w/o TE', config: { cooccurrence: false } },
    { id: 'GCN_II', label: 'w/o GCN_II', config: { layers: 0 } },
    { id: 'V', label: 'w/o V', config: { itemVectors: 'text' }, needs: 'textVectors' },
    { id: 'T', label: 'w/o T', config: { itemVectors: 'image' }, needs: 'imageVectors' },
    { id: 'GCN_UI', label: 'w/ GCN_UI', printedAs: 'MLLMRec w/ GCN_UI', config: { userItemConvolution: true } },
  ],
  recommend: (dataset) => (dataset.profiles ? {} : ({ profiles: 'history' } as const)),
  oddities: [
    {
      text: 'Users and items have no ID embeddings: where profiles and descriptions are missing, stand-ins made of features decide everything.',
    },
  ],
  mmrec: null,
  cautions: ({ profiles }) =>
    profiles === 'history'
      ? [
          'User vectors will be a stand-in: the mean of the training history’s item vectors instead of profiles. The result says so.',
        ]
      : profiles === 'random'
        ? ['User vectors will be a stand-in: random and trained (w/o RS) instead of profiles. The result says so.']
        : [],
});

export type MllmrecConfig = ConfigOf<typeof table>;
