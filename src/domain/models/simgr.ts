import { regulariser, trainingOptions } from './common';
import { featurePrecisionOption } from './graphOptions';
import type { Condition, ModelTable } from './table';

const SIGNED: Condition = { key: 'signed', values: [true] };
const UNSIGNED: Condition = { key: 'signed', values: [false] };
const PSEUDO: Condition = { key: 'pseudoFeedback', values: [true] };

export const simgr: ModelTable = {
  id: 'simgr',
  name: 'SiMGR',
  summary: 'Signed graphs from personal rating thresholds and pseudo feedback, encoded beside the interaction and modality views.',
  citation: {
    title: 'Sign-Aware Multimodal Graph Recommendation',
    venue: 'recorded talk',
    year: 2025,
    url: 'https://underline.io/lecture/142356-sign-aware-multimodal-graph-recommendation',
  },
  publishedAs: ['SiMGR'],
  minModalities: 1,
  options: [
    {
      key: 'signed', type: 'boolean', default: true, group: 'model', sweep: false,
      label: 'Signed encoders (SGA)', help: 'Encode what users liked and disliked in graphs of their own. Off: Base.',
    },
    {
      key: 'personalThreshold', type: 'boolean', default: true, group: 'graph', sweep: false,
      label: 'Personal threshold (PST)', help: 'A rating is positive above the user’s own threshold; off, above 3.',
    },
    {
      key: 'pseudoFeedback', type: 'boolean', default: true, group: 'graph', sweep: false, when: SIGNED,
      label: 'Pseudo feedback (APFI)', help: 'Add positive edges to tail items that resemble the history, and negative edges to popular items that do not.',
    },
    {
      key: 'layers', type: 'integer', default: 2, min: 1, max: 8, group: 'model', sweep: true,
      label: 'Layers L', help: 'Propagations over the graph of all interactions and over the positive graph, mean of all layers.', suggested: [1, 2, 3],
    },
    {
      key: 'modalityLayers', type: 'integer', default: 2, min: 1, max: 8, group: 'model', sweep: true,
      label: 'Modality layers P', help: 'Propagations of the modality vectors; the last layer is used.', suggested: [1, 2, 3],
    },
    {
      key: 'modalityFusion', type: 'choice', default: 'attention', group: 'model', sweep: false,
      label: 'Modality fusion', help: 'How the modalities’ vectors of a node are joined.',
      choices: [
        { value: 'attention', label: 'linear attention' },
        { value: 'normalisedSum', label: 'sum of unit vectors' },
      ],
    },
    featurePrecisionOption,
    {
      key: 'attention', type: 'choice', default: 'softplus', group: 'model', sweep: false, when: SIGNED,
      label: 'Sign attention', help: 'How the shares of the positive and negative encoder are formed. The printed ratio has a pole where the two scores cancel.',
      choices: [
        { value: 'softplus', label: 'softplus before the ratio' },
        { value: 'ratio', label: 'ratio as printed' },
      ],
    },
    {
      key: 'shareEmbeddings', type: 'boolean', default: false, group: 'model', sweep: false, when: SIGNED,
      label: 'Share embeddings', help: 'Use the ID tables in the signed encoders instead of tables of their own.',
    },
    {
      key: 'thresholdMix', type: 'number', default: 0.5, min: 0, max: 1, group: 'graph', sweep: true,
      label: 'Threshold mix ν', help: 'The threshold is δ_u = ν · mean − (1 − ν) · deviation of the user’s training ratings.', suggested: [0.5, 0.8, 0.9],
    },
    {
      key: 'tailShare', type: 'number', default: 0.1, min: 0, max: 1, group: 'graph', sweep: true, when: PSEUDO,
      label: 'Tail share ξ', help: 'Share of the items, of lowest training degree, that are the tail.', suggested: [0.05, 0.1, 0.15, 0.2],
    },
    {
      key: 'pseudoPerUser', type: 'integer', default: 20, min: 0, max: 1000, group: 'graph', sweep: true, when: PSEUDO,
      label: 'Pseudo edges per user Q', help: 'Most similar tail pairs and least similar popular pairs taken for each user, before the cuts.', suggested: [10, 20, 30],
    },
    {
      key: 'positiveCut', type: 'number', default: 0.4, min: 0, max: 1, group: 'graph', sweep: true, when: PSEUDO,
      label: 'Positive cut ζ⁺', help: 'Similarity above which a tail item becomes a positive pseudo edge.', suggested: [0.35, 0.4, 0.45, 0.5],
    },
    {
      key: 'negativeCut', type: 'number', default: 0.1, min: 0, max: 1, group: 'graph', sweep: true, when: PSEUDO,
      label: 'Negative cut ζ⁻', help: 'Similarity below which a popular item becomes a negative pseudo edge.', suggested: [0, 0.1, 0.2],
    },
    {
      key: 'pseudoRows', type: 'choice', default: 'all', group: 'graph', sweep: false, when: PSEUDO,
      label: 'Rows of pseudo feedback', help: 'Which items of the history raise positive pseudo edges.',
      choices: [
        { value: 'all', label: 'all of the history' },
        { value: 'positive', label: 'liked items only' },
      ],
    },
    {
      key: 'perItemCap', type: 'integer', default: 0, min: 0, max: 1_000_000, group: 'graph', sweep: false, when: PSEUDO,
      label: 'Pseudo edges per item, at most', help: 'Against edges piling up on few items; 0 is no limit.',
    },
    {
      key: 'signWeight', type: 'number', default: 0.1, min: 0, max: 100, group: 'loss', sweep: true, when: SIGNED,
      label: 'Sign loss weight λ_s', help: 'Weight of the cosine loss on liked and disliked pairs. 1 serves the evaluation on liked items.', suggested: [0.01, 0.1, 1],
    },
    {
      key: 'negativeWeight', type: 'number', default: 1, min: 0, max: 100, group: 'loss', sweep: true, when: SIGNED,
      label: 'Negative pairs γ', help: 'Weight of disliked pairs in the sign loss.', suggested: [0.5, 1, 2],
    },
    {
      key: 'margin', type: 'number', default: 0, min: -1, max: 1, group: 'loss', sweep: true, when: SIGNED,
      label: 'Margin ψ', help: 'Cosine above which a disliked pair is pushed apart.', suggested: [0, 0.1, 0.2],
    },
    {
      key: 'contrastWeight', type: 'number', default: 0.01, min: 0, max: 100, group: 'loss', sweep: true, when: SIGNED,
      label: 'Contrastive weight β', help: 'Weight of InfoNCE between interaction and final embeddings.', suggested: [0.001, 0.01, 0.1],
    },
    {
      key: 'temperature', type: 'number', default: 0.5, min: 0.01, max: 10, group: 'loss', sweep: true, when: SIGNED,
      label: 'Temperature', help: 'Divides the cosines of the contrastive terms.', suggested: [0.2, 0.5],
    },
    {
      key: 'literalContrast', type: 'boolean', default: false, group: 'loss', sweep: false, when: SIGNED,
      label: 'Denominator as printed', help: 'Each row’s own pair in the denominator of the contrastive terms, instead of the anchor with every row.',
    },
    {
      key: 'positivesOnly', type: 'boolean', default: false, group: 'loss', sweep: false,
      label: 'BPR over liked pairs only', help: 'Leave disliked training pairs out of BPR.',
    },
    {
      key: 'likedGraph', type: 'boolean', default: false, group: 'graph', sweep: false, when: UNSIGNED,
      label: 'Graph of liked pairs only', help: 'Build Base’s graph and the users’ histories from liked training pairs; off, from all of them.',
    },
    regulariser(1e-4, 'Times half the squared norm of the batch’s final rows, divided by the configured batch size.'),
    ...trainingOptions({}),
  ],
  presets: [
    { id: 'paper-baby', label: 'Paper: Baby', config: {} },
    { id: 'paper-sports', label: 'Paper: Sports', config: { negativeCut: 0.2, thresholdMix: 0.8 } },
    { id: 'paper-electronics', label: 'Paper: Electronics', config: { thresholdMix: 0.9 } },
    { id: 'liked', label: 'For the evaluation on liked items', config: { signWeight: 1, relevant: 'liked' } },
  ],
  terms: [
    { key: 'bpr', label: 'BPR' },
    { key: 'sign', label: 'Sign' },
    { key: 'contrastUsers', label: 'InfoNCE, users' },
    { key: 'contrastItems', label: 'InfoNCE, items' },
    { key: 'reg', label: 'L2' },
  ],
  ablations: [
    { id: 'Base', label: 'Base', config: { signed: false, personalThreshold: false, pseudoFeedback: false } },
    // Figure 1 of the paper: what is learnt from all interactions, from liked ones alone, and from signed ones.
    { id: 'liked', label: 'Base, high ratings only', config: { signed: false, personalThreshold: false, pseudoFeedback: false, positivesOnly: true, likedGraph: true }, needs: 'ratings' },
    { id: 'SGA', label: '+SGA', config: { personalThreshold: false, pseudoFeedback: false } },
    { id: 'SGA+PST', label: '+SGA+PST', config: { pseudoFeedback: false } },
    { id: 'SGA+APFI', label: '+SGA+APFI', config: { personalThreshold: false } },
  ],
};
