import { attributesOf, preferredPairsOf, profilesOf } from '../../../src/domain/dataset';
import { batchRowsOptions } from '../../../src/domain/models/options/batchRows';
import { featurePrecisionOption } from '../../../src/domain/models/options/graphs';
import { decoupledDecayOptions } from '../../../src/domain/models/options/schedule';
import {
  negativeOptions,
  optimiserOptions,
  regulariser,
  stoppingOptions,
} from '../../../src/domain/models/options/training';
import { defineTable, type Condition, type ConfigOf } from '../../../src/domain/models/table';

const WITH_TEXTS: Condition = { key: 'texts', values: ['stored'] };
const [optimiser, decoupledDecay] = decoupledDecayOptions;
const [negativesPerPositive, negativesFrom] = negativeOptions({ negativesFrom: 'all' });

export const table = defineTable({
  id: 'llmrec',
  name: 'LLMRec',
  summary:
    'A language model’s user profiles, item attributes and chosen pairs join IDs and features over the user–item graph; BPR keeps a part of the rows.',
  citation: {
    authors: 'Wei, Ren, Tang, Wang, Su, Cheng, Wang, Yin, Huang',
    title: 'LLMRec: Large Language Models with Graph Augmentation for Recommendation',
    venue: 'WSDM',
    year: 2024,
    url: 'https://arxiv.org/abs/2311.00423',
  },
  publishedAs: ['LLMRec'],
  minModalities: 1,
  readsTexts: true,
  options: [
    {
      key: 'texts',
      type: 'choice',
      default: 'stored',
      group: 'model',
      sweep: true,
      label: 'Language model’s texts',
      help: 'What a language model made: encoded profiles (user_preferences_feat.npy), encoded attributes (attribute_1_feat.npy, attribute_2_feat.npy, …) and pairs of a preferred and a refused item (user_pairs_feat.npy). Parts whose file is missing are left out, and the result says so.',
      choices: [
        { value: 'stored', label: 'those that the dataset brings' },
        { value: 'none', label: 'none: without LLM texts' },
      ],
    },
    {
      key: 'layers',
      type: 'integer',
      default: 2,
      min: 1,
      max: 4,
      group: 'model',
      sweep: true,
      label: 'Layers of the IDs',
      help: 'Propagation steps of the IDs over the user–item graph; the mean of all layers is used, and the last one goes through a softmax.',
      suggested: [1, 2, 3],
    },
    {
      key: 'modalityShare',
      type: 'number',
      default: 0.02,
      min: 0,
      max: 10,
      group: 'model',
      sweep: true,
      label: 'Share of the modalities r_m',
      help: 'What the unit row of each modality is multiplied by before it is added to the IDs.',
      suggested: [0.005, 0.02, 0.1],
    },
    {
      key: 'profileShare',
      type: 'number',
      default: 2.8,
      min: 0,
      max: 10,
      group: 'model',
      sweep: true,
      when: WITH_TEXTS,
      label: 'Share of the profiles r_P',
      help: 'What the unit row of the profiles is multiplied by before it is added to the IDs.',
      suggested: [0, 0.1, 0.72, 2.8],
    },
    {
      key: 'attributeShare',
      type: 'number',
      default: 0.005,
      min: 0,
      max: 10,
      group: 'model',
      sweep: true,
      when: WITH_TEXTS,
      label: 'Share of the attributes r_A',
      help: 'What the unit row of each attribute is multiplied by before it is added to the IDs.',
      suggested: [0, 0.003, 0.005],
    },
    {
      key: 'modalityWeight',
      type: 'number',
      default: 1e-4,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Weight of the modalities’ BPR',
      help: 'Weight of the BPR terms between users and items as one modality shows them.',
      suggested: [0, 1e-4, 1e-2],
    },
    {
      key: 'attributeWeight',
      type: 'number',
      default: 0.012,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      when: WITH_TEXTS,
      label: 'Weight of the attributes’ BPR',
      help: 'Weight of the BPR terms between users as the profiles show them and items as each attribute does. They need profiles and attributes.',
      suggested: [0, 0.003, 0.012],
    },
    {
      key: 'pruneRate',
      type: 'number',
      default: 0.71,
      min: 0,
      max: 0.99,
      group: 'loss',
      sweep: true,
      label: 'Pruned share ω',
      help: 'Share of a batch’s rows that every BPR term leaves out.',
      suggested: [0, 0.4, 0.71],
    },
    {
      key: 'keep',
      type: 'choice',
      default: 'largestLoss',
      group: 'loss',
      sweep: true,
      label: 'Rows kept',
      help: 'Which rows are left. The paper speaks of pruning noisy feedback, which has large losses; the authors’ code keeps exactly these.',
      choices: [
        { value: 'largestLoss', label: 'those with the largest loss (code)' },
        { value: 'smallestLoss', label: 'those with the smallest loss' },
      ],
    },
    {
      key: 'featureRegWeight',
      type: 'number',
      default: 1e-5,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'L2 of the modalities',
      help: 'Multiplies half the squares of all users’ and items’ rows of each modality, divided by the number of items.',
      suggested: [0, 1e-5, 1e-3],
    },
    {
      ...regulariser(
        1e-5,
        'Multiplies what the regulariser makes of the batch’s final rows, divided by the configured batch size.',
      ),
      max: 1000,
    },
    {
      key: 'regulariser',
      type: 'choice',
      default: 'reciprocal',
      group: 'loss',
      sweep: false,
      label: 'Regulariser',
      help: 'The authors’ code divides by the squares, a slip that pushes norms up and is negligible at its weight.',
      choices: [
        { value: 'reciprocal', label: 'reciprocal of the squares (code)' },
        { value: 'squared', label: 'half the squares' },
      ],
    },
    featurePrecisionOption,
    ...batchRowsOptions,
    { ...optimiser, default: 'adamw' },
    decoupledDecay,
    ...optimiserOptions({ batchSize: 1024, learningRate: 1e-4 }),
    {
      ...negativesPerPositive,
      help: 'With several negatives, the loss is the mean over the ρ pairs; the refused item of a pair counts as all ρ.',
    },
    negativesFrom,
    ...stoppingOptions({}),
  ],
  presets: [
    { id: 'released', label: 'Authors: Netflix', config: {} },
    {
      id: 'earlier',
      label: 'Authors: earlier revision, film data',
      config: { learningRate: 0.0075, profileShare: 0.72, attributeShare: 0.003, pruneRate: 0.4, modalityWeight: 0 },
    },
  ],
  ablations: [
    { id: 'w/o-u', label: 'w/o u', config: { profileShare: 0 }, needs: 'profiles' },
    { id: 'w/o-u&i', label: 'w/o u&i', config: { profileShare: 0, attributeShare: 0 }, needs: 'attributes' },
    { id: 'w/o-u-i', label: 'w/o u-i', config: { pairShare: 0 }, needs: 'preferredPairs' },
    { id: 'w/o-prune', label: 'w/o prune', config: { pruneRate: 0 } },
    { id: 'without-texts', label: 'without LLM texts', config: { texts: 'none', pairShare: 0 } },
  ],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'bpr/image', label: 'BPR, image' },
    { key: 'bpr/text', label: 'BPR, text' },
    { key: 'bpr/audio', label: 'BPR, audio' },
    { key: 'attributes', label: 'BPR, attributes' },
    { key: 'featureReg', label: 'L2, modalities' },
    { key: 'reg', label: 'Regulariser' },
  ],
  oddities: [
    {
      text: 'The paper prunes noisy feedback, which has large losses; the authors’ code keeps the rows with the largest loss.',
      when: { key: 'keep', values: ['largestLoss'] },
    },
    {
      text: 'The regulariser divides by the squares, a slip of the authors’ code that pushes norms up.',
      when: { key: 'regulariser', values: ['reciprocal'] },
    },
    {
      text: 'The last layer of the IDs is a softmax over the numbers of a row, and items are made of such rows of users.',
    },
    {
      text: 'A user’s own profile comes back only along the items that it shares with others.',
      when: { key: 'texts', values: ['stored'] },
    },
  ],
  mmrec: null,
  cautions: ({ texts }, dataset) => {
    if (texts === 'none') return ['The run will be without LLM texts. The result says so.'];
    const missing = [
      profilesOf(dataset) ? [] : ['profiles (user_preferences_feat.npy)'],
      attributesOf(dataset).length > 0 ? [] : ['attributes (attribute_1_feat.npy and the like)'],
      preferredPairsOf(dataset) ? [] : ['pairs (user_pairs_feat.npy)'],
    ].flat();
    return missing.length > 0
      ? [
          `The dataset has no ${missing.join(', no ')}. What reads them is left out, and the result says so. The dataset’s Reasoning page can make them.`,
        ]
      : [];
  },
});

export type LlmrecConfig = ConfigOf<typeof table>;
