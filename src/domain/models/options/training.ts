import { METRIC_KEYS, metricLabel, type MetricKey } from '../../metrics';
import type { Option, NumberOption } from '../table';

/** MMRec's. */
export const DEFAULT_BATCH = 2048;
const FEWEST_STEPS = 20;
const SMALLEST_BATCH = 128;

/** A batch size, halved until an epoch over `interactions` has a fair number of steps. */
export function batchForSteps(interactions: number, usual: number): number {
  let size = usual;
  while (Math.ceil(interactions / size) < FEWEST_STEPS && size > SMALLEST_BATCH) size /= 2;
  return size;
}

interface TrainingDefaults {
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly lrDecay?: number;
  readonly lrDecayEpochs?: number;
  readonly epochs?: number;
  readonly patience?: number;
  readonly stopMetric?: MetricKey;
  readonly negativesFrom?: 'trainItems' | 'all' | 'degree';
}

/** Options every model has: the protocol of training and evaluation, and how negatives are drawn. */
export const trainingOptions = (defaults: TrainingDefaults) =>
  [...optimiserOptions(defaults), ...negativeOptions(defaults), ...stoppingOptions(defaults)] as const;

/** The same for a model whose loss draws no negatives. */
export const trainingWithoutNegatives = (defaults: TrainingDefaults) =>
  [...optimiserOptions(defaults), ...stoppingOptions(defaults)] as const;

export const optimiserOptions = (defaults: TrainingDefaults) =>
  [
    {
      key: 'embeddingSize',
      type: 'integer',
      default: 64,
      min: 4,
      max: 1024,
      group: 'model',
      sweep: true,
      label: 'Embedding size',
      multipleOf: 4,
      help: 'Dimensions d of the user and item embeddings; a multiple of 4.',
      suggested: [16, 32, 64, 128, 256],
    },
    {
      key: 'learningRate',
      type: 'number',
      default: defaults.learningRate ?? 1e-3,
      min: 1e-7,
      max: 1,
      group: 'training',
      sweep: true,
      label: 'Learning rate',
      help: 'Adam’s learning rate in the first epoch.',
      suggested: [1e-4, 5e-4, 1e-3, 5e-3],
    },
    {
      key: 'lrDecay',
      type: 'number',
      default: defaults.lrDecay ?? 1,
      min: 0.01,
      max: 1,
      group: 'training',
      sweep: false,
      label: 'Decay factor c',
      help: 'The learning rate of epoch e is multiplied by c^(e/s). 1 keeps it constant.',
    },
    {
      key: 'lrDecayEpochs',
      type: 'integer',
      default: defaults.lrDecayEpochs ?? 50,
      min: 1,
      max: 10_000,
      group: 'training',
      sweep: false,
      label: 'Decay span s',
      help: 'Epochs over which the learning rate falls by the factor c.',
    },
    {
      key: 'batchSize',
      type: 'integer',
      default: defaults.batchSize ?? DEFAULT_BATCH,
      min: 1,
      max: 65_536,
      group: 'training',
      sweep: true,
      label: 'Batch size',
      help: 'Training interactions per optimiser step.',
      suggested: [512, 1024, 2048, 4096],
    },
  ] as const satisfies readonly Option[];

export const negativeOptions = (defaults: TrainingDefaults) =>
  [
    {
      key: 'negativesPerPositive',
      type: 'integer',
      default: 1,
      min: 1,
      max: 64,
      group: 'training',
      sweep: true,
      label: 'Negatives per positive ρ',
      help: 'With several negatives, the loss is the mean over the ρ pairs.',
    },
    {
      key: 'negativesFrom',
      type: 'choice',
      default: defaults.negativesFrom ?? 'trainItems',
      group: 'training',
      sweep: false,
      label: 'Negatives from',
      help: 'Items that negatives are drawn from, never the user’s own training items.',
      choices: [
        { value: 'trainItems', label: 'items seen in training (MMRec)' },
        { value: 'all', label: 'all items' },
        { value: 'degree', label: 'items seen in training, in proportion to degree^¾' },
      ],
    },
  ] as const satisfies readonly Option[];

export const stoppingOptions = (defaults: TrainingDefaults) =>
  [
    {
      key: 'epochs',
      type: 'integer',
      default: defaults.epochs ?? 1000,
      min: 1,
      max: 100_000,
      group: 'training',
      sweep: false,
      label: 'Epochs, at most',
      help: 'Training ends here unless early stopping ends it before.',
    },
    {
      key: 'patience',
      type: 'integer',
      default: defaults.patience ?? 20,
      min: 0,
      max: 100_000,
      group: 'evaluation',
      sweep: false,
      label: 'Patience',
      help: 'Evaluations without a strictly better value; the run stops at the next one. 0 turns early stopping off.',
    },
    {
      key: 'stopMetric',
      type: 'choice',
      default: defaults.stopMetric ?? 'recall@20',
      group: 'evaluation',
      sweep: false,
      label: 'Best epoch by',
      help: 'The validation metric that chooses the best epoch. Test metrics never choose anything.',
      choices: METRIC_KEYS.map((key) => ({ value: key, label: metricLabel(key) })),
    },
    {
      key: 'relevant',
      type: 'choice',
      default: 'all',
      group: 'evaluation',
      sweep: false,
      label: 'Best epoch judged on',
      help: 'On rated data, metrics are also computed over liked held-out items (rated above the user’s threshold). This option sets which of the two chooses the best epoch.',
      choices: [
        { value: 'all', label: 'all held-out items' },
        { value: 'liked', label: 'liked held-out items' },
      ],
    },
    {
      key: 'roundForStopping',
      type: 'choice',
      default: 'off',
      group: 'evaluation',
      sweep: false,
      label: 'Round for stopping',
      help: 'MMRec compares values rounded to 4 decimals; the reported metrics stay unrounded.',
      choices: [
        { value: 'off', label: 'no' },
        { value: '4', label: '4 decimals (MMRec)' },
      ],
    },
    {
      key: 'evaluateEvery',
      type: 'integer',
      default: 1,
      min: 1,
      max: 1000,
      group: 'evaluation',
      sweep: false,
      label: 'Evaluate every',
      help: 'Epochs between evaluations on the validation split.',
    },
  ] as const satisfies readonly Option[];

/** Weight of the L2 term. */
export function regulariser(defaultWeight: number, help: string) {
  return {
    key: 'regWeight',
    type: 'number',
    default: defaultWeight,
    min: 0,
    max: 10,
    group: 'loss',
    sweep: true,
    label: 'Regulariser weight',
    help,
    suggested: [0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1],
  } as const satisfies NumberOption;
}
