import {
  batchForSteps,
  DEFAULT_BATCH,
  regulariser,
  trainingOptions,
} from '../../../src/domain/models/options/training';
import {
  behaviourLayersOption,
  itemLayersOption,
  neighboursOption,
  pretrainedOptions,
  trainFeaturesOptions,
} from '../../../src/domain/models/options/graphs';
import { defineTable, type Condition, type ConfigOf } from '../../../src/domain/models/table';

/** Bounds of the histogram of entity weights, as multiples of a uniform weight. */
export const WEIGHT_EDGES: readonly number[] = [
  0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.3, 1.5, 2, 3, 5,
];

const RAMP: Condition = { key: 'epochWeights', values: ['ramp'] };

export const table = defineTable({
  id: 'egra',
  name: 'EGRA',
  summary:
    'MGCN on a behaviour graph enhanced with neighbours in pre-trained embeddings; behaviour and modality are aligned with weights per entity and per epoch.',
  citation: {
    authors: 'Zhang, Zhou, Zeng, Wang, Niyato, Shen',
    title: 'EGRA: Toward Enhanced Behavior Graphs and Representation Alignment for Multimodal Recommendation',
    venue: 'arXiv 2508.16170',
    year: 2025,
    url: 'https://arxiv.org/abs/2508.16170',
  },
  publishedAs: ['EGRA'],
  minModalities: 1,
  options: [
    behaviourLayersOption('Propagation steps over the enhanced behaviour graph; the mean of all layers is used.', {
      start: 3,
      label: 'Behaviour layers L_ui',
      suggested: [1, 2, 3, 4],
    }),
    itemLayersOption(
      'Modality layers L_ii',
      'Propagation steps over each modality’s item graph; the last layer is used. The paper uses 2 on Baby, otherwise 1.',
    ),
    neighboursOption(),
    {
      key: 'enhancedGraph',
      type: 'boolean',
      default: true,
      group: 'graph',
      sweep: false,
      label: 'Enhanced behaviour graph',
      help: 'Links items that are similar in the pre-trained embeddings. Off: the ablation /EBG.',
      section: 'EGRA, §III-B',
    },
    ...pretrainedOptions(5, { key: 'enhancedGraph', values: [true] }),
    {
      key: 'entityWeights',
      type: 'choice',
      default: 'softmax',
      group: 'loss',
      sweep: false,
      label: 'Entity weights',
      help: 'Weights of the batch’s users and items in the alignment loss.',
      choices: [
        { value: 'softmax', label: 'by the distance between behaviour and modality' },
        { value: 'uniform', label: 'uniform (ablation /EN)' },
      ],
    },
    {
      key: 'epochWeights',
      type: 'choice',
      default: 'ramp',
      group: 'loss',
      sweep: false,
      label: 'Epoch weight',
      help: 'Weight of the alignment loss over the epochs.',
      choices: [
        { value: 'ramp', label: 'rises from λ_min to λ_max over P epochs' },
        { value: 'constant', label: 'λ_max from the start (ablation /EP)' },
      ],
    },
    {
      key: 'weightMin',
      type: 'number',
      default: 0.005,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      when: RAMP,
      label: 'Epoch weight λ_min',
      help: 'Alignment weight in the first epoch.',
      suggested: [0, 0.005, 0.01],
    },
    {
      key: 'weightMax',
      type: 'number',
      default: 0.03,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Epoch weight λ_max',
      help: 'Alignment weight from epoch P onwards.',
      suggested: [0.02, 0.03, 0.04],
    },
    {
      key: 'weightEpochs',
      type: 'integer',
      default: 10,
      min: 1,
      max: 10_000,
      group: 'loss',
      sweep: true,
      when: RAMP,
      label: 'Ramp epochs P',
      help: 'Epochs over which the weight rises.',
      suggested: [5, 10, 15, 20],
    },
    {
      key: 'temperatureEntity',
      type: 'number',
      default: 1,
      min: 0.01,
      max: 100,
      group: 'loss',
      sweep: true,
      when: { key: 'entityWeights', values: ['softmax'] },
      label: 'Temperature τ₁',
      help: 'Temperature of the softmax for the entity weights.',
      suggested: [0.6, 0.8, 1, 1.5, 2],
    },
    {
      key: 'temperatureView',
      type: 'number',
      default: 0.2,
      min: 0.01,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Temperature τ₂',
      help: 'Temperature between behaviour and modality vectors of one side.',
      suggested: [0.1, 0.2, 0.3],
    },
    {
      key: 'temperatureFused',
      type: 'number',
      default: 0.2,
      min: 0.01,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Temperature τ₃',
      help: 'Temperature between one side’s vectors and the other side’s fused vectors.',
      suggested: [0.1, 0.2, 0.3],
    },
    {
      key: 'batchAs',
      type: 'choice',
      default: 'rows',
      group: 'loss',
      sweep: false,
      label: 'Batch entities',
      help: 'Whether the alignment loss uses the batch row by row, or each entity once (at its first row).',
      choices: [
        { value: 'rows', label: 'rows, duplicates included (MMRec)' },
        { value: 'distinct', label: 'distinct users and items' },
      ],
    },
    regulariser(
      1e-4,
      'Multiplies half the squared norm of the batch’s final rows, divided by the configured batch size.',
    ),
    ...trainFeaturesOptions,
    ...trainingOptions({}),
  ],
  // The weight of the alignment rises by epochs, and patience counts them: an epoch has to have some steps.
  recommend: ({ statistics }) => {
    const batchSize = batchForSteps(statistics.splits.train.interactions, DEFAULT_BATCH);
    return batchSize === DEFAULT_BATCH ? {} : { batchSize };
  },
  presets: [
    { id: 'paper', label: 'Paper: Sports, Clothing', config: {} },
    { id: 'paper-baby', label: 'Paper: Baby', config: { itemItemLayers: 2 } },
  ],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'alignUsers', label: 'Alignment, users' },
    { key: 'alignItems', label: 'Alignment, items' },
    { key: 'reg', label: 'L2' },
  ],
  controls: [{ id: 'randomPretrained', label: 'S_pt of random embeddings', config: { pretrained: 'random' } }],
  ablations: [
    { id: 'EBG', label: '/EBG', printedAs: 'EGRA/EBG', config: { enhancedGraph: false } },
    { id: 'EN', label: '/EN', printedAs: 'EGRA/EN', config: { entityWeights: 'uniform' } },
    { id: 'EP', label: '/EP', printedAs: 'EGRA/EP', config: { epochWeights: 'constant' } },
    { id: 'BDA', label: '/BDA', printedAs: 'EGRA/BDA', config: { entityWeights: 'uniform', epochWeights: 'constant' } },
  ],
  shownFirst: ['weightsUsers'],
  observations: [
    { key: 'epochWeight', title: 'Epoch weight', help: 'Weight of the alignment loss.', kind: 'curve' },
    {
      key: 'cosineUsers',
      title: 'Cosine of behaviour and modality, users',
      help: 'Mean over the batch’s users; alignment pushes it towards 1.',
      kind: 'curve',
    },
    {
      key: 'cosineItems',
      title: 'Cosine of behaviour and modality, items',
      help: 'Mean over the batch’s items.',
      kind: 'curve',
    },
    {
      key: 'weightsUsers',
      title: 'Entity weights, users',
      help: 'First batch of each epoch, as multiples of the uniform weight; near 1, the weighting does little.',
      kind: 'histogram',
      edges: WEIGHT_EDGES,
      axis: 'weight ÷ uniform weight',
    },
    {
      key: 'weightsItems',
      title: 'Entity weights, items',
      help: 'First batch of each epoch, as multiples of the uniform weight.',
      kind: 'histogram',
      edges: WEIGHT_EDGES,
      axis: 'weight ÷ uniform weight',
    },
    {
      key: 'gradientShare/userEmbedding',
      title: 'Gradient by term, user embeddings',
      help: 'Each loss term’s share of the summed gradient norms on the user embeddings, at each epoch’s first step.',
      kind: 'parts',
    },
    {
      key: 'gradientShare/itemEmbedding',
      title: 'Gradient by term, item embeddings',
      help: 'Each loss term’s share of the summed gradient norms on the item embeddings, at each epoch’s first step.',
      kind: 'parts',
    },
  ],
  oddities: [
    {
      text: 'Its pre-trained embeddings come from MGCN here, a run of its own with the same seed: what it gains over MGCN is gained on top of MGCN’s.',
    },
  ],
  mmrec: null,
});

export type EgraConfig = ConfigOf<typeof table>;
