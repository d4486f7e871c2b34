import { regulariser, trainingOptions } from '../../../src/domain/models/options/training';
import { decoupledDecayOptions, steppedRateOptions } from '../../../src/domain/models/options/schedule';
import { defineTable } from '../../../src/domain/models/table';

/** What all of the authors' runs have in common. */
const AUTHORS = {
  threshold: 2.5,
  negativesPerPositive: 40,
  negativesFrom: 'degree',
  optimiser: 'adamw',
  lrStepFirst: 20,
  lrStepSecond: 200,
  epochs: 201,
} as const;

const score = (key: string, of: string) =>
  [
    {
      key: `${key}/liked`,
      title: `${of} of liked items`,
      help: `Mean ${of.toLowerCase()} of the batch’s liked interactions.`,
      kind: 'curve',
    },
    {
      key: `${key}/disliked`,
      title: `${of} of disliked items`,
      help: `Mean ${of.toLowerCase()} of the batch’s disliked interactions; compare it with that of liked and of drawn items.`,
      kind: 'curve',
    },
    {
      key: `${key}/drawn`,
      title: `${of} of drawn items`,
      help: `Mean ${of.toLowerCase()} of the batch’s negatives.`,
      kind: 'curve',
    },
  ] as const;

export const table = defineTable({
  id: 'lsgrec',
  name: 'LSGRec',
  summary:
    'Light convolution over likes for a positive embedding, over dislikes and then likes for a negative one, with BPR for both, a regression of ratings and a term that keeps the two apart.',
  citation: { title: 'LSGRec', venue: 'DASFAA', year: 2025, url: 'https://github.com/VanillaCreamer/LSGRec' },
  publishedAs: ['LSGRec'],
  minModalities: 0,
  readsRatings: true,
  options: [
    {
      key: 'threshold',
      type: 'number',
      default: 3,
      min: -1000,
      max: 1000,
      group: 'graph',
      sweep: true,
      label: 'Liked above',
      help: 'A training interaction is liked if its rating is greater than this. The same number is subtracted from ratings before they are predicted. Without ratings every interaction is liked.',
      suggested: [2.5, 3, 3.5],
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
      help: 'Propagation steps of both embeddings. The first step of the negative one goes along dislikes, the others along likes.',
      suggested: [1, 2, 3, 4],
    },
    {
      key: 'ratingLoss',
      type: 'choice',
      default: 'batchMean',
      group: 'loss',
      sweep: true,
      label: 'Ratings are compared with',
      help: 'What a predicted rating is compared with. In the authors’ code every prediction is drawn to the mean rating of the batch, so no rating is learned.',
      choices: [
        { value: 'batchMean', label: 'the batch’s mean (authors’ code)' },
        { value: 'perPair', label: 'the rating of its own pair' },
      ],
    },
    {
      key: 'ratingWeight',
      type: 'number',
      default: 1,
      min: 0,
      max: 100,
      group: 'loss',
      sweep: true,
      label: 'Rating weight',
      help: 'Weight of the squared error of predicted ratings. Without ratings there is no such term.',
      suggested: [0, 0.025, 0.1, 1],
    },
    {
      key: 'orthogonalWeight',
      type: 'number',
      default: 1,
      min: 0,
      max: 100,
      group: 'loss',
      sweep: true,
      label: 'Orthogonality weight',
      help: 'Weight of the squared products of the positive and the negative embedding of the same user or item.',
      suggested: [0, 0.025, 0.1, 1],
    },
    {
      key: 'bprSum',
      type: 'choice',
      default: 'sum',
      group: 'loss',
      sweep: false,
      label: 'Over negatives',
      help: 'How the BPR terms of a row’s negatives are put together. The mean divides the regulariser by their number too.',
      choices: [
        { value: 'sum', label: 'sum (authors)' },
        { value: 'mean', label: 'mean' },
      ],
    },
    regulariser(
      5e-5,
      'Multiplies half the sum of the squares of the batch’s rows of both embeddings. It is not divided by the batch size.',
    ),
    {
      key: 'negativeFilter',
      type: 'choice',
      default: 'none',
      group: 'evaluation',
      sweep: true,
      label: 'Filter by the negative score',
      help: 'Whether the items with the greatest negative scores of a user are put at the end of the ranking. Such filters lie in the authors’ code, switched off.',
      choices: [
        { value: 'none', label: 'none (authors’ runs)' },
        { value: 'top', label: 'the greatest go last' },
      ],
    },
    {
      key: 'filterCount',
      type: 'integer',
      default: 20,
      min: 1,
      max: 1000,
      group: 'evaluation',
      sweep: true,
      when: { key: 'negativeFilter', values: ['top'] },
      label: 'Filtered items F',
      help: 'How many items of each user the filter puts last, out of all items.',
      suggested: [5, 10, 20, 50],
    },
    ...trainingOptions({}),
    ...decoupledDecayOptions,
    ...steppedRateOptions(0.2),
  ],
  presets: [
    { id: 'compared', label: 'As SiMGR compares with it', config: {} },
    { id: 'authors-yelp', label: 'Authors: Yelp', config: { ...AUTHORS, learningRate: 5e-3 } },
    { id: 'authors-book', label: 'Authors: Amazon-Book', config: { ...AUTHORS, learningRate: 1e-2, regWeight: 1e-5 } },
    { id: 'authors-beauty', label: 'Authors: Beauty', config: { ...AUTHORS, learningRate: 3e-3, regWeight: 2e-5 } },
    { id: 'authors-ml-1m', label: 'Authors: ML-1M', config: { ...AUTHORS, learningRate: 5e-4 } },
  ],
  ablations: [
    { id: 'per-pair', label: 'ratings pair by pair', config: { ratingLoss: 'perPair' }, needs: 'ratings' },
    { id: 'w/o-rating', label: 'w/o ratings’ term', config: { ratingWeight: 0 }, needs: 'ratings' },
    { id: 'w/o-orthogonal', label: 'w/o orthogonality', config: { orthogonalWeight: 0 } },
    { id: 'filtered', label: 'filter by the negative score', config: { negativeFilter: 'top' }, needs: 'ratings' },
  ],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'bprNegative', label: 'BPR, negative embedding' },
    { key: 'rating', label: 'Ratings' },
    { key: 'orthogonal', label: 'Orthogonality' },
    { key: 'reg', label: 'L2' },
  ],
  oddities: [
    {
      text: 'A slip in the shapes of the authors’ code draws every predicted rating to the batch’s mean, so that no rating is learned.',
      when: { key: 'ratingLoss', values: ['batchMean'] },
    },
    { text: 'In the negative score observed pairs are pushed below drawn ones, dislikes too.' },
    {
      text: 'The paper speaks of ranking by negative preferences; its code ranks by the positive score alone.',
      when: { key: 'negativeFilter', values: ['none'] },
    },
    { text: 'The regulariser is a sum over the batch: its weight depends on the batch size.' },
  ],
  observations: [...score('score', 'Score'), ...score('negativeScore', 'Negative score')],
  vectorColumns: ({ embeddingSize }) => embeddingSize,
  mmrec: null,
  cautions: (_config, { name, statistics }) =>
    statistics.ratings
      ? []
      : [`${name} has no ratings: every interaction counts as liked, and the negative embedding sees no graph.`],
});
