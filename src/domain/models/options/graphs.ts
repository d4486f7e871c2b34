import type { Condition, OptionsConfig } from '../table';

/** Sources of pre-trained embeddings that are no model. */
const GIVEN = ['imported', 'random'] as const;
const TRAINED_FIRST: Condition = { key: 'pretrained', except: GIVEN };
/** What layers read of these options. */
export type EnhancerConfig = OptionsConfig<ReturnType<typeof edgeEnhancerOptions>>;
export type PretrainedConfig = OptionsConfig<ReturnType<typeof pretrainedOptions>>;
export type RefinementConfig = OptionsConfig<ReturnType<typeof refinementOptions>>;
export type RefinedGraphConfig = OptionsConfig<ReturnType<typeof refinedGraphOptions>>;
export type TrainFeaturesConfig = OptionsConfig<typeof trainFeaturesOptions>;
export type PrecisionConfig = OptionsConfig<readonly [typeof featurePrecisionOption]>;

const REFINED: Condition = { key: 'itemGraph', values: ['refined'] };

/** Where pre-trained item embeddings `E_pt` come from, and how many neighbours they give; read where `when` holds. */
export const pretrainedOptions = (neighbours: number, when: Condition) =>
  [
    {
      key: 'pretrained',
      type: 'choice',
      default: 'imported',
      adds: 'pretrainingModels',
      group: 'graph',
      sweep: true,
      when,
      label: 'Pre-trained embeddings',
      help: 'Item embeddings whose neighbours become item–item edges. The model is pre-trained in a separate run with the same seed, which later runs reuse.',
      section: 'EGRA, stage 0',
      choices: [
        { value: 'imported', label: 'a file in this dataset', needs: 'pretrained' },
        { value: 'random', label: 'random (control)' },
      ],
    },
    {
      key: 'pretrainingEpochs',
      type: 'integer',
      default: 1000,
      min: 1,
      max: 100_000,
      group: 'graph',
      sweep: false,
      when: TRAINED_FIRST,
      label: 'Pre-training epochs, at most',
      help: 'Early stopping usually ends the pre-training run earlier.',
    },
    {
      key: 'enhancedNeighbours',
      type: 'integer',
      default: neighbours,
      min: 1,
      max: 100,
      group: 'graph',
      sweep: true,
      when,
      label: 'Pre-trained neighbours H',
      help: 'Number of most similar items in the pre-trained embeddings that each item is linked to.',
      suggested: [3, 5, 10],
    },
    {
      key: 'excludeSelf',
      type: 'boolean',
      default: true,
      group: 'graph',
      sweep: false,
      when,
      label: 'Exclude the item itself',
      help: 'Off: the item counts as one of its H neighbours.',
    },
    {
      key: 'symmetrise',
      type: 'boolean',
      default: false,
      group: 'graph',
      sweep: false,
      when,
      label: 'Symmetrise item edges',
      help: 'Adds every item–item edge in the other direction too. In the paper they are directed.',
    },
  ] as const;

/** Item–item edges in the behaviour graph of any backbone that propagates over it. */
export const edgeEnhancerOptions = () =>
  [
    {
      key: 'edgeEnhancer',
      type: 'choice',
      default: 'none',
      group: 'graph',
      sweep: true,
      label: 'Edge enhancer',
      help: 'Adds item–item edges to the user–item graph before normalisation.',
      section: 'EGRA, Table IV',
      choices: [
        { value: 'none', label: 'none' },
        { value: '+E', label: '+E: neighbours by pre-trained embeddings (EGRA)' },
        { value: '+G', label: '+G: neighbours in every modality (GUME)', needs: 'features' },
      ],
    },
    ...pretrainedOptions(5, { key: 'edgeEnhancer', values: ['+E'] }),
    { ...mutualOption, when: { key: 'edgeEnhancer', values: ['+G'] } },
  ] as const;

export const mutualOption = {
  key: 'mutual',
  type: 'boolean',
  default: false,
  group: 'graph',
  sweep: false,
  label: 'Mutual neighbours only',
  help: 'Keeps only +G edges that exist in both directions.',
} as const;

/** MLLMRec's refined construction in place of a backbone's item–item graphs. */
export const refinedGraphOptions = () =>
  [
    {
      key: 'itemGraph',
      type: 'choice',
      default: 'own',
      group: 'graph',
      sweep: true,
      label: 'Item graph',
      help: 'With +GR, MLLMRec’s graph replaces each modality’s own: neighbours above a threshold, joined by co-occurrence.',
      section: 'MLLMRec, Figure 3',
      choices: [
        { value: 'own', label: 'the model’s own' },
        { value: 'refined', label: '+GR: refined (MLLMRec)' },
      ],
    },
    ...refinementOptions(0.5, REFINED, REFINED),
  ] as const;

/** α, K_c and what counts as co-occurrence, and where the threshold and the co-occurrence are used. */
export const refinementOptions = (minSimilarity: number, threshold: Condition, cooccurrence: Condition) =>
  [
    {
      key: 'minSimilarity',
      type: 'number',
      default: minSimilarity,
      min: -1,
      max: 1,
      group: 'graph',
      sweep: true,
      when: threshold,
      label: 'Similarity threshold α',
      help: 'Neighbours with a lower similarity are dropped from the semantic graph.',
      suggested: [0.4, 0.5, 0.6, 0.7],
    },
    {
      key: 'coNeighbours',
      type: 'integer',
      default: 10,
      min: 1,
      max: 100,
      group: 'graph',
      sweep: true,
      when: cooccurrence,
      label: 'Co-occurrence neighbours K_c',
      help: 'Number of items with the most similar training audience (Jaccard) to add.',
      suggested: [5, 10, 15, 20],
    },
    {
      key: 'dropIdentical',
      type: 'choice',
      default: 'all',
      group: 'graph',
      sweep: false,
      when: cooccurrence,
      label: 'Identical audiences',
      help: 'Which items with a Jaccard similarity of 1 to exclude from the co-occurrence graph.',
      choices: [
        { value: 'all', label: 'exclude the item itself and identical audiences' },
        { value: 'none', label: 'exclude the item itself only' },
        { value: 'authors', label: 'as in the authors’ code: keep them if the audience is one user' },
      ],
    },
  ] as const;

/** Rows for backbones in the papers' plug-in tables. */
export const PLUG_INS = [
  { id: '+E', label: '+E', config: { edgeEnhancer: '+E' } },
  { id: '+G', label: '+G', config: { edgeEnhancer: '+G' } },
] as const;
export const REFINED_PLUG_IN = { id: '+GR', label: '+GR', config: { itemGraph: 'refined' } } as const;

export const featurePrecisionOption = {
  key: 'featurePrecision',
  type: 'choice',
  default: 'single',
  group: 'model',
  sweep: false,
  label: 'Frozen features in',
  help: 'Half precision rounds them to 11 binary digits and halves their memory; computation stays in single precision.',
  choices: [
    { value: 'single', label: 'single precision' },
    { value: 'half', label: 'half precision' },
  ],
} as const;

/** How FREEDOM's item graph is mixed of those of the modalities. */
export const visionWeightOption = {
  key: 'visionWeight',
  type: 'number',
  default: 0.1,
  min: 0,
  max: 1,
  group: 'graph',
  sweep: true,
  label: 'Vision weight',
  help: 'Share of the image graph in the item graph; the other modalities share the rest equally. Without images, all have the same weight.',
  suggested: [0.1, 0.3, 0.5],
} as const;

/** Options of models that may train their feature tables. */
export const trainFeaturesOptions = [
  {
    key: 'trainFeatures',
    type: 'boolean',
    default: true,
    group: 'model',
    sweep: false,
    label: 'Train feature tables',
    help: 'Trains the raw features with Adam, as MMRec does. Off saves three times their memory.',
  },
  { ...featurePrecisionOption, when: { key: 'trainFeatures', values: [false] } },
] as const;

/** Propagation steps over the user–item graph, as the backbones that have item graphs too call them. */
export const behaviourLayersOption = (
  help: string,
  more: { readonly start?: number; readonly label?: string; readonly suggested?: readonly number[] } = {},
) =>
  ({
    key: 'userItemLayers',
    type: 'integer',
    default: more.start ?? 2,
    min: 1,
    max: 8,
    group: 'model',
    sweep: true,
    label: more.label ?? 'Behaviour layers',
    help,
    suggested: more.suggested ?? [1, 2, 3],
  }) as const;

/** Propagation steps over item graphs. */
export const itemLayersOption = (label: string, help: string) =>
  ({
    key: 'itemItemLayers',
    type: 'integer',
    default: 1,
    min: 1,
    max: 4,
    group: 'model',
    sweep: true,
    label,
    help,
    suggested: [1, 2],
  }) as const;

/** How many neighbours an item has in each modality's graph; `more` says what else becomes of them. */
export const neighboursOption = (more = '.') =>
  ({
    key: 'neighbours',
    type: 'integer',
    default: 10,
    min: 1,
    max: 100,
    group: 'graph',
    sweep: true,
    label: 'Neighbours K',
    help: `Most cosine-similar items per item and modality, including the item itself${more}`,
    suggested: [5, 10, 15, 20],
  }) as const;
