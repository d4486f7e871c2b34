import {
  behaviourLayersOption,
  neighboursOption,
  trainFeaturesOptions,
} from '../../../src/domain/models/options/graphs';
import { authorsTrainingOption, decoupledDecayOptions } from '../../../src/domain/models/options/schedule';
import { regulariser, trainingOptions } from '../../../src/domain/models/options/training';
import { defineTable, type Condition, type NumberOption } from '../../../src/domain/models/table';

const [, decoupledDecay] = decoupledDecayOptions;
const BY_AUTHORS: Condition = { key: 'training', values: ['authors'] };

const temperature = <K extends string>(key: K, label: string, of: string) =>
  ({
    key,
    type: 'number',
    default: 0.2,
    min: 0.01,
    max: 10,
    group: 'loss',
    sweep: true,
    label,
    help: `Divides the cosines of the InfoNCE term of ${of}.`,
    suggested: [0.1, 0.2, 0.5],
  }) as const satisfies NumberOption;

const KINDS = [
  { kind: 'upper', label: 'MI of shared and specific', critic: 'shared and specific part' },
  { kind: 'lower', label: 'MI of shared part and modality', critic: 'shared part and modality' },
  { kind: 'cross', label: 'MI of modality and the others', critic: 'modality and the others' },
] as const;
const MODALITIES = ['image', 'text', 'audio'] as const;

export const table = defineTable({
  id: 'cmdl',
  name: 'CMDL',
  summary:
    'MGCN whose modalities are split into a shared and specific parts; critics of mutual information hold these apart, and learn by a loss of their own.',
  citation: { title: 'Contrastive modality-disentangled learning', venue: 'TOIS', year: 2025 },
  publishedAs: ['CMDL'],
  minModalities: 1,
  options: [
    behaviourLayersOption('Propagation steps over the user–item graph; the mean of all layers is used.'),
    neighboursOption(),
    {
      key: 'fusionGradient',
      type: 'boolean',
      default: false,
      group: 'model',
      sweep: true,
      when: { key: 'training', values: ['all'] },
      label: 'Train the modalities’ weights',
      help: 'The authors’ code takes the weights of modalities, a softmax of maxima over all users and items, as constants, so that the layers behind them are never trained. On: the gradient flows through the maxima.',
    },
    {
      key: 'contrastWeight',
      type: 'number',
      default: 0.01,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Contrastive weight λ_c',
      help: 'Weight of the InfoNCE terms between modality and behaviour views. The authors’ value is not published.',
      suggested: [0.001, 0.01, 0.1],
    },
    temperature('temperatureUsers', 'Temperature, users', 'users'),
    temperature('temperatureItems', 'Temperature, items', 'items'),
    {
      key: 'miWeight',
      type: 'number',
      default: 1e-3,
      min: 0,
      max: 10,
      group: 'loss',
      sweep: true,
      label: 'Mutual information weight λ_mi',
      help: 'Weight of the terms that estimate mutual information. The critics of upper bounds learn without it. The authors’ value is not published.',
      suggested: [1e-4, 1e-3, 1e-2, 0.1],
    },
    {
      key: 'miRows',
      type: 'choice',
      default: 'code',
      group: 'loss',
      sweep: true,
      label: 'Rows of the mutual information',
      help: 'The authors’ code looks items up in the table of users above items by the items’ own numbers, so that its terms act on users.',
      choices: [
        { value: 'code', label: 'users with the items’ numbers (code)' },
        { value: 'items', label: 'items' },
      ],
    },
    regulariser(
      1e-4,
      'Multiplies half the squared norm of the batch’s final rows, divided by the configured batch size.',
    ),
    ...trainFeaturesOptions,
    authorsTrainingOption,
    { ...decoupledDecay, when: BY_AUTHORS },
    ...trainingOptions({ batchSize: 1024, epochs: 200, patience: 5, stopMetric: 'ndcg@20' }),
  ],
  presets: [
    { id: 'magnet-protocol', label: 'MAGNET’s protocol', config: {} },
    {
      id: 'authors',
      label: 'Authors: overall settings',
      config: {
        embeddingSize: 128,
        batchSize: 512,
        learningRate: 1e-5,
        patience: 50,
        stopMetric: 'recall@20',
        epochs: 1000,
      },
    },
  ],
  ablations: [
    { id: 'w/o-cl', label: 'w/o contrast', config: { contrastWeight: 0 } },
    { id: 'w/o-mi', label: 'w/o mutual information', config: { miWeight: 0 } },
    { id: 'item-rows', label: 'mutual information of items', config: { miRows: 'items' } },
    { id: 'all-trained', label: 'all parameters trained', config: { training: 'all' } },
    {
      id: 'fusion-trained',
      label: 'all, with the modalities’ weights',
      config: { training: 'all', fusionGradient: true },
    },
  ],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'reg', label: 'L2' },
    { key: 'contrastUsers', label: 'InfoNCE, users' },
    { key: 'contrastItems', label: 'InfoNCE, items' },
    ...KINDS.flatMap(({ kind, label }) =>
      MODALITIES.map((key) => ({ key: `${kind}/${key}`, label: `${label}, ${key}` })),
    ),
    { key: 'second', label: 'Critics’ own loss' },
  ],
  observations: KINDS.flatMap(({ kind, critic }) =>
    MODALITIES.map((key) => ({
      key: `active/${kind}/${key}`,
      title: `Active pairs: ${critic}, ${key}`,
      help: 'Share of pairs of rows for which the critic’s hidden unit lets anything through. At 0 the critic is dead: its term is constant and has no gradient from then on.',
      kind: 'curve' as const,
    })),
  ),
  shownFirst: ['active/upper/image', 'active/upper/text'],
  oddities: [
    {
      text: 'The terms of mutual information look items up by their own numbers in a table that begins with the users: they act on users, not on the batch’s items.',
      when: { key: 'miRows', values: ['code'] },
    },
    {
      text: 'The optimiser is made anew in every epoch, and the purifiers of the modalities, the attention over them and the layers behind their weights stay as they were drawn.',
      when: BY_AUTHORS,
    },
    {
      text: 'A critic has one hidden unit. Once it is off for all pairs, it has no gradient and stays off.',
      seen: 'active/upper/image',
    },
    { text: 'Upper bounds may be negative: they are estimates, and no bounds while their critic lags behind.' },
    {
      text: 'The file with the model’s own settings is not published: loss weights, temperatures and K are this program’s, and results are not the authors’.',
    },
  ],
  cautions: (_, { features }) =>
    features.filter(({ scope }) => scope === 'item').length === 1
      ? ['With one modality there is nothing to disentangle: the specific part is 0.']
      : [],
  mmrec: null,
});
