import type { Observation } from '../../../src/domain/observations';
import { trainingOptions } from '../../../src/domain/models/options/training';
import { featurePrecisionOption } from '../../../src/domain/models/options/graphs';
import { modalitiesOf } from '../../../src/domain/dataset';
import { routingGroups } from '../../../src/domain/routing';
import {
  defineTable,
  type Ablation,
  type CautionBasis,
  type Changes,
  type Condition,
  type Option,
  type OptionsConfig,
  type Preset,
  type RecommendationBasis,
  type Routing,
} from '../../../src/domain/models/table';
import { expertsOf, familiesOf } from './experts.table';

const DUAL: Condition = { key: 'view', values: ['dual'] };
const ROUTED: Condition = { key: 'experts', values: [true] };
const COMPLEMENTARY: Condition = { key: 'families', values: ['all', 'bal+com', 'dom+com'] };
const BY_ENTROPY: Condition = { key: 'stages', values: ['entropy'] };
const TRAINING = { batchSize: 1024, epochs: 200, patience: 5, stopMetric: 'ndcg@20' } as const;

const options = [
  {
    key: 'view',
    type: 'choice',
    default: 'dual',
    group: 'graph',
    sweep: true,
    section: '3.1',
    label: 'Views',
    help: 'Encodes the interactions only, or also a second view with content-induced edges.',
    choices: [
      { value: 'dual', label: 'dual (DV)' },
      { value: 'single', label: 'single (SV)' },
    ],
  },
  {
    key: 'layers',
    type: 'integer',
    default: 2,
    min: 1,
    max: 8,
    group: 'model',
    sweep: true,
    label: 'Layers L',
    help: 'Propagation steps over each view; the mean of all layers is used.',
    suggested: [1, 2, 3],
  },
  {
    key: 'neighbours',
    type: 'integer',
    default: 20,
    min: 1,
    max: 200,
    group: 'graph',
    sweep: true,
    when: DUAL,
    label: 'Content neighbours k',
    help: 'Most cosine-similar items per item and modality, without the item itself; they form a user’s candidate pool.',
    suggested: [10, 20, 30],
  },
  {
    key: 'inducedPerUser',
    type: 'integer',
    default: 150,
    min: 1,
    max: 5000,
    group: 'graph',
    sweep: true,
    when: DUAL,
    label: 'Induced edges per user r',
    help: 'Number of best candidates in the pool that become edges of the induced view.',
    suggested: [50, 100, 150, 200],
  },
  {
    key: 'fanOut',
    type: 'integer',
    default: 0,
    min: 0,
    max: 10_000,
    group: 'graph',
    sweep: false,
    label: 'Neighbour fan-out F',
    help: 'Neighbours sampled per node and layer, redrawn every epoch; 0 uses all.',
  },
  {
    key: 'userCue',
    type: 'choice',
    default: 'leaveOneOut',
    group: 'model',
    sweep: true,
    label: 'User cue',
    help: 'A user’s modality cue is the mean of the history. As printed, it contains the item being scored during training.',
    choices: [
      { value: 'history', label: 'whole history (as printed)' },
      { value: 'leaveOneOut', label: 'history without the item being scored' },
    ],
  },
  {
    key: 'featureScale',
    type: 'choice',
    default: 'standardise',
    group: 'model',
    sweep: true,
    label: 'Scale of features',
    help: 'Without scaling, cues start hundreds of times larger than the ID embeddings.',
    choices: [
      { value: 'none', label: 'as they are (as printed)' },
      { value: 'standardise', label: 'standardised per dimension, then unit rows' },
    ],
  },
  featurePrecisionOption,
  {
    key: 'expertHead',
    type: 'choice',
    default: 'mlp',
    group: 'model',
    sweep: true,
    label: 'Expert head',
    help: 'How an expert combines its user and item vectors. The MLP was better wherever both were measured with the recommended settings.',
    choices: [
      { value: 'hadamard', label: 'Hadamard: (x_u W_u) ⊙ (x_i W_i)' },
      { value: 'mlp', label: 'MLP: ReLU([x_u; x_i] W + b)' },
    ],
  },
  {
    key: 'dropout',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 0.95,
    group: 'model',
    sweep: true,
    label: 'Expert dropout p_d',
    help: 'Share of an expert’s outputs dropped in a training step.',
    suggested: [0.1, 0.15, 0.2],
  },
  {
    key: 'alpha',
    type: 'number',
    default: 0.6,
    min: 0,
    max: 1,
    group: 'model',
    sweep: true,
    when: { key: 'families', values: ['all', 'bal+dom', 'dom+com'] },
    label: 'Dominance α',
    help: 'Share that a dominant expert gives its anchor.',
    suggested: [0.2, 0.4, 0.6, 0.8],
  },
  {
    key: 'beta',
    type: 'number',
    default: 0.2,
    min: 0,
    max: 1,
    group: 'model',
    sweep: true,
    when: { key: 'families', values: ['all', 'bal', 'bal+dom', 'bal+com'] },
    label: 'Balance β',
    help: 'Share that a balanced expert gives its anchor.',
    suggested: [0.1, 0.2, 0.4],
  },
  {
    key: 'delta',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    group: 'model',
    sweep: true,
    when: COMPLEMENTARY,
    label: 'Complement δ',
    help: 'How a complementary expert splits its share between the two groups that are not its anchor.',
    suggested: [0.4, 0.5, 0.6, 0.8],
  },
  {
    key: 'comEpsilon',
    type: 'number',
    default: 0.05,
    min: 0,
    max: 1,
    group: 'model',
    sweep: false,
    when: COMPLEMENTARY,
    label: 'Complement ε',
    help: 'Share that a complementary expert leaves to its anchor.',
  },
  {
    key: 'templates',
    type: 'boolean',
    default: true,
    group: 'model',
    sweep: false,
    when: ROUTED,
    label: 'Fixed templates',
    help: 'Off: each expert’s shares are learned, initialised from its template (w/o templates).',
  },
  {
    key: 'families',
    type: 'choice',
    default: 'all',
    group: 'model',
    sweep: true,
    when: ROUTED,
    label: 'Expert families',
    help: 'Families of experts in use.',
    choices: [
      { value: 'all', label: 'Dom + Bal + Com' },
      { value: 'bal', label: 'Bal' },
      { value: 'bal+dom', label: 'Bal + Dom' },
      { value: 'bal+com', label: 'Bal + Com' },
      { value: 'dom+com', label: 'Dom + Com' },
    ],
  },
  {
    key: 'expertCopies',
    type: 'integer',
    default: 1,
    min: 1,
    max: 5,
    group: 'model',
    sweep: true,
    when: ROUTED,
    label: 'Expert splitting p',
    help: 'Experts per template: E = 9p with two modalities.',
    suggested: [1, 2, 3, 4, 5],
  },
  {
    key: 'topExperts',
    type: 'integer',
    default: 4,
    min: 1,
    max: 64,
    group: 'model',
    sweep: true,
    when: ROUTED,
    label: 'Experts per pair K',
    help: 'Number of experts each pair is routed to.',
    suggested: [1, 2, 4, 6, 9],
  },
  {
    key: 'experts',
    type: 'boolean',
    default: true,
    group: 'model',
    sweep: false,
    label: 'Mixture of experts',
    help: 'Off: a single head on the mean of all vectors (w/o MoE).',
  },
  {
    key: 'router',
    type: 'choice',
    default: 'learned',
    group: 'model',
    sweep: false,
    when: ROUTED,
    label: 'Router',
    help: 'A control: whether a learned routing is better than none. Frozen routers learn nothing; what they read still does.',
    choices: [
      { value: 'learned', label: 'learned' },
      { value: 'uniform', label: 'frozen, every expert the same share (control)' },
      { value: 'random', label: 'frozen as it was drawn (control)' },
    ],
  },
  {
    key: 'routerHidden',
    type: 'integer',
    default: 0,
    min: 0,
    max: 512,
    group: 'model',
    sweep: true,
    when: ROUTED,
    label: 'Router hidden size',
    help: 'Width of a hidden ReLU layer; 0 makes the router linear.',
    suggested: [0, 32, 64],
  },
  {
    key: 'stages',
    type: 'choice',
    default: 'entropy',
    group: 'loss',
    sweep: true,
    when: ROUTED,
    label: 'Stages',
    help: 'When the router’s regulariser switches from coverage to confidence.',
    choices: [
      { value: 'entropy', label: 'by entropy' },
      { value: 'fixed', label: 'after a fixed number of steps' },
      { value: 'coverage', label: 'never: coverage only' },
      { value: 'confidence', label: 'at once: confidence only' },
    ],
  },
  {
    key: 'entropyThreshold',
    type: 'number',
    default: 0.9,
    min: 0,
    max: 1,
    group: 'loss',
    sweep: true,
    when: BY_ENTROPY,
    label: 'Entropy threshold H*',
    help: 'Normalised entropy of the mean routing above which the experts count as covered.',
    suggested: [0.85, 0.87, 0.9],
  },
  {
    key: 'coverageWindow',
    type: 'integer',
    default: 3,
    min: 1,
    max: 100_000,
    group: 'loss',
    sweep: true,
    when: BY_ENTROPY,
    label: 'Coverage window W',
    help: 'Consecutive steps above the threshold after which stage 2 begins.',
    suggested: [3, 4, 5],
  },
  {
    key: 'minCoverageEpochs',
    type: 'number',
    default: 1,
    min: 0,
    max: 1000,
    group: 'loss',
    sweep: false,
    when: BY_ENTROPY,
    label: 'Minimum coverage, epochs',
    help: 'Stage 1 lasts at least this long. The paper has 0: a router that starts near uniform then leaves stage 1 at once.',
  },
  {
    key: 'switchStep',
    type: 'integer',
    default: 1000,
    min: 0,
    max: 10_000_000,
    group: 'loss',
    sweep: false,
    when: { key: 'stages', values: ['fixed'] },
    label: 'Fixed switch step T',
    help: 'Stage 2 begins after this step; half the steps of a finished run is a reasonable choice.',
  },
  {
    key: 'stageWeights',
    type: 'choice',
    default: 'lin',
    group: 'loss',
    sweep: true,
    when: ROUTED,
    label: 'Stage weights',
    help: 'How the weight of the router’s regulariser follows the entropy.',
    choices: [
      { value: 'lin', label: 'linear' },
      { value: 'quad', label: 'squared' },
      { value: 'const', label: 'constant' },
      { value: 'rev', label: 'reversed' },
    ],
  },
  {
    key: 'routingWeight',
    type: 'number',
    default: 0.03,
    min: 0,
    max: 10,
    group: 'loss',
    sweep: true,
    when: ROUTED,
    label: 'Routing weight λ_r',
    help: 'Weight of coverage and confidence. At the printed 0.3, routing collapsed onto one expert when tried with a mean-reduced loss.',
    suggested: [0, 0.01, 0.03, 0.1, 0.3],
  },
  {
    key: 'contrastWeight',
    type: 'number',
    default: 0.01,
    min: 0,
    max: 10,
    group: 'loss',
    sweep: true,
    when: DUAL,
    label: 'View contrast λ_ctr',
    help: 'Weight of the InfoNCE term between the two views.',
    suggested: [0, 0.01, 0.1],
  },
  {
    key: 'temperature',
    type: 'number',
    default: 0.5,
    min: 0.01,
    max: 10,
    group: 'loss',
    sweep: true,
    when: DUAL,
    label: 'Temperature τ',
    help: 'Divides the cosines of the view contrast.',
    suggested: [0.2, 0.5, 1, 1.5],
  },
  {
    key: 'weightDecay',
    type: 'number',
    default: 2e-5,
    min: 0,
    max: 1,
    group: 'loss',
    sweep: true,
    label: 'Parameter decay λ',
    help: 'Multiplies the sum of squares of all parameters; part of the gradient, not decoupled.',
    suggested: [2e-5, 4e-5, 2e-4],
  },
  ...trainingOptions(TRAINING),
] as const satisfies readonly Option[];

export type MagnetConfig = OptionsConfig<typeof options>;

const PRINTED: Changes<MagnetConfig> = { userCue: 'history', featureScale: 'none', minCoverageEpochs: 0 };

/** Table 3, and the same with what `recommended` changes. */
const DATASETS: readonly { readonly id: string; readonly name: string; readonly config: Changes<MagnetConfig> }[] = [
  { id: 'baby', name: 'Baby', config: { routingWeight: 0.3 } },
  {
    id: 'sports',
    name: 'Sports',
    config: {
      inducedPerUser: 200,
      delta: 0.4,
      entropyThreshold: 0.87,
      coverageWindow: 4,
      routingWeight: 0.3,
      learningRate: 1.5e-3,
      dropout: 0.2,
      temperature: 1.5,
    },
  },
  {
    id: 'clothing',
    name: 'Clothing',
    config: {
      neighbours: 30,
      inducedPerUser: 200,
      embeddingSize: 48,
      beta: 0.1,
      delta: 0.8,
      coverageWindow: 5,
      routingWeight: 0.4,
      weightDecay: 4e-5,
      dropout: 0.2,
      temperature: 0.2,
    },
  },
  {
    id: 'electronics',
    name: 'Electronics',
    config: {
      neighbours: 30,
      inducedPerUser: 200,
      embeddingSize: 48,
      delta: 0.6,
      entropyThreshold: 0.87,
      coverageWindow: 5,
      routingWeight: 0.3,
      weightDecay: 2e-4,
      dropout: 0.15,
      temperature: 0.2,
    },
  },
];

const presets: readonly Preset<MagnetConfig>[] = [
  ...DATASETS.map(({ id, name, config }): Preset<MagnetConfig> => ({
    id: `paper-${id}`,
    label: `Paper: ${name}`,
    config: { ...PRINTED, ...config },
  })),
];

const ablations: readonly Ablation<MagnetConfig>[] = [
  { id: 'SV', label: 'single view (SV)', printedAs: 'MAGNET-SV', config: { view: 'single' } },
  { id: 'DV', label: 'dual view (DV)', printedAs: 'MAGNET-DV', config: { view: 'dual' } },
  { id: 'routing', label: 'w/o routing regularisers', config: { routingWeight: 0 } },
  { id: 'contrast', label: 'w/o view contrast', printedAs: 'w/o view-contrastive', config: { contrastWeight: 0 } },
  {
    id: 'fixed',
    label: 'fixed-step switch',
    config: { stages: 'fixed' },
    afterReference: {
      changes: (steps) => ({ switchStep: Math.round(steps / 2) }),
      note: 'half the steps of the newest finished run',
      noteBefore: 'the form’s value: there is no finished run to take half the steps of',
    },
  },
  { id: 'coverage', label: 'coverage only', printedAs: 'coverage-only', config: { stages: 'coverage' } },
  { id: 'confidence', label: 'confidence only', printedAs: 'confidence-only', config: { stages: 'confidence' } },
  { id: 'templates', label: 'w/o templates', config: { templates: false } },
  { id: 'moe', label: 'w/o MoE', printedAs: 'w/o MoE fusion', config: { experts: false } },
  { id: 'bal', label: 'Bal', config: { families: 'bal' } },
  { id: 'bal+dom', label: 'Bal + Dom', config: { families: 'bal+dom' } },
  { id: 'bal+com', label: 'Bal + Com', config: { families: 'bal+com' } },
  { id: 'dom+com', label: 'Dom + Com', config: { families: 'dom+com' } },
  { id: 'quad', label: 'squared stage weights', printedAs: 'quad', config: { stageWeights: 'quad' } },
  { id: 'const', label: 'constant stage weights', printedAs: 'const', config: { stageWeights: 'const' } },
  { id: 'rev', label: 'reversed stage weights', printedAs: 'rev', config: { stageWeights: 'rev' } },
  ...[2, 3, 4, 5].map((p): Ablation<MagnetConfig> => ({
    id: `p${p}`,
    label: `${p} experts per template`,
    config: { expertCopies: p },
  })),
];

const observations: readonly Observation[] = [
  {
    key: 'entropy',
    title: 'Normalised entropy of the mean routing',
    help: '1: all experts share the batch equally. The stage switches when the entropy stays above the threshold.',
    kind: 'curve',
  },
  { key: 'stage', title: 'Stage', help: '1: coverage, 2: confidence.', kind: 'curve' },
  {
    key: 'counter',
    title: 'Consecutive steps above the threshold',
    help: 'The stage switches when this reaches the window.',
    kind: 'curve',
  },
  {
    key: 'effectiveExperts',
    title: 'Effective experts',
    help: 'exp of the entropy of the mean routing over the validation pairs: 1 means collapse.',
    kind: 'curve',
  },
  {
    key: 'hhi',
    title: 'Concentration (HHI)',
    help: 'Sum of squared mean shares: 1/E when even, 1 on collapse.',
    kind: 'curve',
  },
  { key: 'diversity', title: 'Diversity', help: 'Entropy of the mean routing over ln E.', kind: 'curve' },
  { key: 'winnerShare', title: 'Winner share', help: 'Mean of a pair’s largest probability.', kind: 'curve' },
  {
    key: 'top3Mass',
    title: 'Top-3 mass',
    help: 'Mean of the sum of a pair’s three largest probabilities.',
    kind: 'curve',
  },
  {
    key: 'gap',
    title: 'Top-2 gap',
    help: 'Mean difference between a pair’s two largest probabilities.',
    kind: 'curve',
  },
  {
    key: 'maxLoad',
    title: 'Largest load',
    help: 'Largest share of pairs with the same first-choice expert.',
    kind: 'curve',
  },
  {
    key: 'specialisation',
    title: 'Specialisation',
    help: '1 − mean entropy of a pair’s routing over ln E.',
    kind: 'curve',
  },
  {
    key: 'routing',
    title: 'Mean routing by expert',
    help: 'Mean probability of each expert over the validation pairs.',
    kind: 'parts',
  },
  {
    key: 'reliance',
    title: 'Modality reliance',
    help: 'Mean routing weighted by each expert’s group shares.',
    kind: 'parts',
  },
  {
    key: 'familyMass',
    title: 'Mass by family',
    help: 'Mean routing summed over the experts of a family.',
    kind: 'parts',
  },
];

/** The paper's datasets take a hundred steps and more per epoch; this many steps without progress are waited for at least. */
const PATIENT_STEPS = 250;

/**
 * Single view where most users have at most three training interactions; otherwise `r` about twice the mean history, so
 * that the score still chooses among the pool. Where an epoch has few steps, patience counts more of them.
 */
function recommend({ statistics: { splits, userDegrees } }: RecommendationBasis): Changes<MagnetConfig> {
  const users = userDegrees.reduce((sum, [, count]) => sum + count, 0);
  const kept =
    splits.train.interactions /
    Math.max(1, splits.train.interactions + splits.valid.interactions + splits.test.interactions);
  const few = userDegrees.reduce((sum, [degree, count]) => sum + (Math.round(degree * kept) <= 3 ? count : 0), 0);
  const steps = Math.max(1, Math.ceil(splits.train.interactions / TRAINING.batchSize));
  const patience = Math.max(TRAINING.patience, Math.ceil(PATIENT_STEPS / steps));
  if (few > users / 2) return { view: 'single', patience };
  const history = splits.train.interactions / Math.max(1, splits.train.users);
  return { view: 'dual', inducedPerUser: Math.max(10, Math.round(2 * history)), patience };
}

/** More induced edges than this many times the real ones drown them. */
export const TOO_MANY_INDUCED = 3;

function cautions({ view, inducedPerUser, neighbours }: MagnetConfig, dataset: CautionBasis): string[] {
  if (view !== 'dual') return [];
  const { train } = dataset.statistics.splits;
  // A pool holds at most k neighbours per modality and history item.
  const history = train.interactions / Math.max(1, train.users);
  const most = train.users * Math.min(inducedPerUser, history * neighbours * modalitiesOf(dataset).length);
  const ratio = most / Math.max(1, train.interactions);
  if (ratio <= TOO_MANY_INDUCED) return [];
  return [
    `Up to ${ratio.toFixed(1)} induced edges per real edge; for pools smaller than r, the score filters nothing. About twice the mean history (r = ${Math.round(2 * history)}) leaves the score something to choose from.`,
  ];
}

const routing: Routing<MagnetConfig> = {
  active: ({ experts }) => experts,
  shape: (config, groups) => {
    const experts = expertsOf(config, groups);
    return experts.length < 2 ? null : { experts, groups, families: familiesOf(config) };
  },
  stages: ({ stages, coverageWindow }) => {
    switch (stages) {
      case 'entropy':
        return { kind: 'entropy', window: coverageWindow };
      case 'fixed':
        return { kind: 'fixed' };
      case 'coverage':
        return { kind: 'coverageOnly' };
      case 'confidence':
        return { kind: 'confidenceOnly' };
    }
  },
};

export const table = defineTable({
  id: 'magnet',
  name: 'MAGNET',
  summary:
    'A mixture of experts with fixed modality shares. Each user–item pair is routed to some of them, and entropy decides when routing switches from coverage to confidence.',
  citation: {
    authors: 'Dai, Fang, Cai',
    title: 'Modality-Guided Mixture of Graph Experts with Entropy-Triggered Routing for Multimodal Recommendation',
    venue: 'arXiv 2602.20723',
    year: 2026,
    url: 'https://arxiv.org/abs/2602.20723',
  },
  publishedAs: ['MAGNET-SV', 'MAGNET-DV', 'MAGNET', 'lin'],
  minModalities: 1,
  options,
  presets,
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'contrast', label: 'View contrast' },
    { key: 'coverage', label: 'Coverage' },
    { key: 'confidence', label: 'Confidence' },
    { key: 'decay', label: 'Parameter decay' },
  ],
  ablations,
  controls: [
    { id: 'uniformRouter', label: 'router frozen, uniform', config: { router: 'uniform' } },
    { id: 'randomRouter', label: 'router frozen, random', config: { router: 'random' } },
  ],
  oddities: [
    {
      text: 'As printed, a user’s cue contains the very item that is scored in training, and not in the test: the model can learn to look for it.',
      when: { key: 'userCue', values: ['history'] },
    },
    {
      text: 'A new router is nearly uniform, so the entropy is above its threshold from the first step: without a least number of epochs the second stage begins before the first has acted.',
      when: { key: 'stages', values: ['entropy'] },
      seen: 'entropy',
    },
  ],
  shownFirst: ['entropy', 'effectiveExperts'],
  observations,
  recommend,
  mmrec: null,
  routing,
  // The router's logits follow the experts' vectors.
  vectorColumns: (config, modalities) => expertsOf(config, routingGroups(modalities)).length * config.embeddingSize,
  cautions,
});
