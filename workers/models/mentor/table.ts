import {
  featurePrecisionOption,
  itemLayersOption,
  neighboursOption,
  visionWeightOption,
} from '../../../src/domain/models/options/graphs';
import { regulariser, trainingOptions } from '../../../src/domain/models/options/training';
import { defineTable, type Condition } from '../../../src/domain/models/table';

const MASKED: Condition = { key: 'featureMask', except: ['off'] };
const NOISY: Condition = { key: 'graphNoise', except: ['off'] };
/** More rows than these make a softmax of all by all slow. */
const MANY = 10_000;

export const table = defineTable({
  id: 'mentor',
  name: 'MENTOR',
  summary:
    'An encoder for each modality and for IDs over one user–item graph; modalities are fused with weights of each user, and all views are aligned by their mean and variance.',
  citation: {
    authors: 'Xu, Chen, Yang, Li, Wang, Ngai',
    title: 'MENTOR: Multi-level Self-supervised Learning for Multimodal Recommendation',
    venue: 'AAAI',
    year: 2025,
    url: 'https://arxiv.org/abs/2402.19407',
  },
  publishedAs: ['MENTOR'],
  minModalities: 1,
  options: [
    neighboursOption('; all have the same weight.'),
    visionWeightOption,
    itemLayersOption(
      'Item graph layers',
      'Propagation steps over the item graph; what they give is added to an item’s rows.',
    ),
    regulariser(
      1e-3,
      'Multiplies the mean squares of the batch’s rows of the user preferences, summed over modalities, and of all users’ modality weights.',
    ),
    {
      key: 'alignWeight',
      type: 'number',
      default: 0.1,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Alignment weight λ_a',
      help: 'Weight of the differences between the views’ means and variances. It alone trains the IDs, which take no part in the ranking.',
      suggested: [0.1, 0.2, 0.3],
    },
    {
      key: 'featureMask',
      type: 'choice',
      default: 'off',
      group: 'loss',
      sweep: true,
      label: 'Feature masking',
      help: 'The authors’ code computes this term without gradients, so that it trains nothing. It can be shown as it is there, or trained as a reconstruction of what was meant.',
      choices: [
        { value: 'off', label: 'off: trains what the code trains' },
        { value: 'value', label: 'shown, without gradients' },
        { value: 'live', label: 'trained' },
      ],
    },
    {
      key: 'maskWeight',
      type: 'number',
      default: 1.5,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      when: { key: 'featureMask', values: ['live'] },
      label: 'Masking weight λ_f',
      help: 'Weight of the masking term.',
      suggested: [0.5, 1, 1.5, 2, 2.5],
    },
    {
      key: 'maskRate',
      type: 'number',
      default: 0.5,
      min: 0,
      max: 0.95,
      group: 'loss',
      sweep: true,
      when: MASKED,
      label: 'Masked share p',
      help: 'Probability with which a number of a fused row becomes 0 in the target; the others are divided by 1 − p.',
      suggested: [0.1, 0.3, 0.5, 0.7],
    },
    {
      key: 'graphNoise',
      type: 'choice',
      default: 'off',
      group: 'loss',
      sweep: true,
      label: 'Noise contrast',
      help: 'Contrasts two perturbed views. In the authors’ code they come from encoders of their own that are never ranked, and every user and item is a candidate of every other.',
      choices: [
        { value: 'off', label: 'off: ranks alike within noise' },
        { value: 'shared', label: 'from the ranked encoders, within the batch (paper)' },
        { value: 'reference', label: 'from encoders of its own, all by all (code)' },
      ],
    },
    {
      key: 'graphWeight',
      type: 'number',
      default: 1e-3,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      when: NOISY,
      label: 'Noise contrast weight λ_g',
      help: 'Weight of the contrast between the perturbed views.',
      suggested: [1e-4, 1e-3, 1e-2],
    },
    {
      key: 'temperature',
      type: 'number',
      default: 0.2,
      min: 0.01,
      max: 10,
      group: 'loss',
      sweep: true,
      when: NOISY,
      label: 'Temperature τ',
      help: 'Divides the cosines of the noise contrast.',
      suggested: [0.2, 0.4, 0.6],
    },
    {
      key: 'noise',
      type: 'number',
      default: 0.1,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      when: NOISY,
      label: 'Noise ε',
      help: 'Length of the perturbation of every propagated row.',
      suggested: [0.05, 0.1, 0.2],
    },
    featurePrecisionOption,
    ...trainingOptions({ learningRate: 1e-4 }),
  ],
  presets: [
    { id: 'released', label: 'Released configuration', config: {} },
    { id: 'code', label: 'All that the code computes', config: { graphNoise: 'reference', featureMask: 'value' } },
  ],
  ablations: [
    { id: 'w/o-align', label: 'w/o alignment', config: { alignWeight: 0 } },
    { id: 'live-mask', label: 'with trained masking', config: { featureMask: 'live' } },
    { id: 'shared-noise', label: 'with noise contrast', config: { graphNoise: 'shared' } },
  ],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'reg', label: 'L2' },
    { key: 'align', label: 'Alignment' },
    { key: 'graph', label: 'Noise contrast' },
    { key: 'mask', label: 'Masking' },
  ],
  oddities: [
    {
      text: 'Of the three self-supervised tasks only the alignment reaches the model that ranks: in the authors’ code masking has no gradient, and the noise contrast trains encoders of its own.',
      when: { key: 'featureMask', values: ['off', 'value'] },
    },
    { text: 'IDs learn from the alignment alone, and do not rank.' },
    { text: 'BPR takes the logarithm to the base 2: its gradients are 1.44 times those of other models.' },
  ],
  observations: [
    {
      key: 'mask',
      title: 'Masking, without gradients',
      help: 'The masking term as the authors’ code computes it: a constant with noise, which trains nothing.',
      kind: 'curve',
    },
  ],
  mmrec: null,
  cautions: ({ graphNoise }, { statistics: { users, items } }) =>
    graphNoise === 'reference' && Math.max(users, items) > MANY
      ? [
          'The noise contrast of the code compares all users, and all items, with one another in every step. That is for small data; the paper’s reading compares those of a batch.',
        ]
      : [],
});
