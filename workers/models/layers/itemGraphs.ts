import { at } from '../../../src/domain/at';
import type {
  EnhancerConfig,
  PretrainedConfig,
  RefinedGraphConfig,
  RefinementConfig,
} from '../../../src/domain/models/options/graphs';
import { countBetween, type Finding } from '../../../src/domain/observations';
import { nearestRows } from '../../engine/nearest';
import { heldRows, readAll } from '../../engine/rowSource';
import { interactionMatrix } from '../../graphs/behaviour';
import { symmetricNormalised, type Csr } from '../../graphs/csr';
import {
  adjacentInAll,
  equalWeightGraph,
  linkMatrix,
  symmetrised,
  weightedSum,
  type NeighbourLists,
} from '../../graphs/neighbours';
import { refinedGraph } from '../../graphs/refined';
import { requireFeatures } from './features';
import { normals } from './initialisers';
import type { BuildContext, FeatureMatrix, Model, NamedGraph, NamedInput } from '../model';

/** The items most similar to each item, with progress told to the person who waits. */
export function itemNeighbours(
  { progress }: Pick<BuildContext, 'progress'>,
  feature: FeatureMatrix,
  count: number,
  includeSelf: boolean,
): Promise<NeighbourLists> {
  const neighbours = Math.min(count, includeSelf ? feature.rows : feature.rows - 1);
  const text = `finding the ${neighbours} nearest items by ${feature.key}`;
  return nearestRows(feature, neighbours, includeSelf, (fraction) => progress(text, fraction));
}

/** Neighbours of every modality, the item itself counted. Throws `MODEL_NEEDS_FEATURES` in the name of `model`. */
export async function modalityNeighbours(
  context: BuildContext<{ readonly neighbours: number }>,
  model: string,
): Promise<NeighbourLists[]> {
  requireFeatures(context.input.features, model);
  const lists: NeighbourLists[] = [];
  for (const feature of context.input.features)
    lists.push(await itemNeighbours(context, feature, context.config.neighbours, true));
  return lists;
}

/** One modality's item–item graph: the model's own, or (+GR) MLLMRec's refined construction, normalised. */
export function modalityGraph(
  context: BuildContext<RefinedGraphConfig>,
  lists: NeighbourLists,
  own: (lists: NeighbourLists) => Csr,
): Csr {
  return context.config.itemGraph === 'refined'
    ? symmetricNormalised(refined(context, lists, true, true).matrix)
    : own(lists);
}

/** The image graph gets `vision`, the others share the rest; without an image all get the same. */
export function modalityShares(keys: readonly string[], vision: number): number[] {
  if (keys.length === 1 || !keys.includes('image')) return keys.map(() => 1 / keys.length);
  return keys.map((key) => (key === 'image' ? vision : (1 - vision) / (keys.length - 1)));
}

/**
 * FREEDOM's item graph without a plug-in: `Σ_m ω_m sym(S_m)`, every neighbour with weight 1, `epsilon` added to row sums, the
 * shares as `modalityShares` has them.
 */
export const mixedGraph = (
  lists: readonly NeighbourLists[],
  keys: readonly string[],
  vision: number,
  epsilon: number,
): Csr =>
  weightedSum(
    lists.map((list) => equalWeightGraph(list, epsilon)),
    modalityShares(keys, vision),
  );

/** `S + C` as the configuration asks for it. */
export function refined(
  { input, config }: BuildContext<RefinementConfig>,
  lists: NeighbourLists,
  threshold: boolean,
  cooccurrence: boolean,
) {
  return refinedGraph(lists, interactionMatrix(input.train, input.users, input.items), {
    minSimilarity: threshold ? config.minSimilarity : null,
    coNeighbours: cooccurrence ? config.coNeighbours : 0,
    dropIdentical: config.dropIdentical,
  });
}

/** Bins of a hundredth: thresholds are chosen in such steps. */
const STEPS = 100;

/**
 * How similar neighbours are (MLLMRec, Figure 1b), with the threshold α as the run used it; null where it kept all. The item
 * itself is left out, and so are cosines that are not positive, which are never edges.
 */
export function similarityFinding(lists: NeighbourLists, of: string, alpha: number | null): Finding {
  const known = Array.from(lists.values).filter(
    (cosine, place) =>
      cosine > 0 && at(lists.indices, place) >= 0 && lists.indices[place] !== Math.floor(place / lists.k),
  );
  const lowest = Math.min(STEPS - 1, Math.floor(known.reduce((low, cosine) => Math.min(low, cosine), 1) * STEPS));
  const edges = Array.from({ length: STEPS - lowest + 1 }, (_, i) => (lowest + i) / STEPS);
  return {
    kind: 'histogram',
    key: `similarity/${of}`,
    title: `Similarity of neighbours, ${of}`,
    axis: 'cosine',
    edges,
    counts: countBetween(known, edges),
    threshold: { option: 'minSimilarity', value: alpha },
  };
}

/** The similarities of each modality where +GR thresholds them; nothing for a model's own graphs. */
export function refinedFindings(
  { input, config }: BuildContext<RefinedGraphConfig>,
  lists: readonly NeighbourLists[],
): Finding[] {
  if (config.itemGraph !== 'refined') return [];
  return lists.map((list, modality) =>
    similarityFinding(list, input.features[modality]?.key ?? `modality ${modality + 1}`, config.minSimilarity),
  );
}

/** Item–item edges that enter the behaviour graph, with where they come from. */
export interface Enhancement {
  readonly block: Csr;
  readonly graph: NamedGraph;
  readonly inputs: readonly NamedInput[];
  readonly findings: readonly Finding[];
}

/**
 * `S_pt`: 1 where `j` is among the `H` items most similar to `i` by pre-trained embeddings. Random embeddings are drawn
 * here; others come with the input.
 */
export async function pretrainedEnhancement(
  context: BuildContext<PretrainedConfig & { readonly embeddingSize: number }>,
): Promise<Enhancement> {
  const { input, config, random } = context;
  const width = config.embeddingSize;
  const table = input.pretrained ?? {
    key: 'random',
    ...heldRows(normals(random('input/pretrained'), input.items * width, 1), input.items, width),
  };
  const lists = await itemNeighbours(
    context,
    { ...table, key: 'pre-trained embeddings' },
    config.enhancedNeighbours,
    !config.excludeSelf,
  );
  const block = config.symmetrise ? symmetrised(linkMatrix(lists)) : linkMatrix(lists);
  return {
    block,
    graph: {
      name: 'enhanced',
      meaning: 'S_pt: item–item edges by pre-trained embeddings, items × items, before normalisation',
      matrix: block,
    },
    inputs: [
      {
        name: 'pretrained',
        meaning: `E_pt, pre-trained item embeddings (${table.key})`,
        shape: [table.rows, table.columns],
        read: () => readAll(table),
      },
    ],
    findings: [enhancementFinding(block, input.train.users.length)],
  };
}

/** GUME's block: items that are neighbours in every modality. */
export function adjacencyEnhancement(
  { input, config }: BuildContext<{ readonly mutual: boolean }>,
  lists: readonly NeighbourLists[],
): Enhancement {
  const block = adjacentInAll(lists, config.mutual);
  return {
    block,
    graph: {
      name: 'enhanced',
      meaning: 'item–item edges between neighbours in every modality, items × items, before normalisation',
      matrix: block,
    },
    inputs: [],
    findings: [enhancementFinding(block, input.train.users.length)],
  };
}

/** A model's inputs and findings where its behaviour graph may be enhanced. */
export const enhancementRecord = (enhancement: Enhancement | null): Pick<Model, 'inputs' | 'findings'> =>
  enhancement ? { inputs: enhancement.inputs, findings: enhancement.findings } : {};

/** What the option `edgeEnhancer` asks for; null for none. `lists` are made when they are needed and not given. */
export async function edgeEnhancement(
  context: BuildContext<EnhancerConfig & { readonly embeddingSize: number; readonly neighbours: number }>,
  lists: readonly NeighbourLists[] | null,
): Promise<Enhancement | null> {
  switch (context.config.edgeEnhancer) {
    case '+E':
      return pretrainedEnhancement(context);
    case '+G':
      return adjacencyEnhancement(context, lists ?? (await modalityNeighbours(context, 'The enhancer +G')));
    case 'none':
      return null;
  }
}

function enhancementFinding(block: Csr, interactions: number): Finding {
  const linked = Array.from({ length: block.rows }, (_, row) => row).filter(
    (row) => at(block.pointers, row + 1) > at(block.pointers, row),
  ).length;
  return {
    kind: 'numbers',
    key: 'enhancement',
    title: 'Enhanced behaviour graph',
    rows: [
      { label: 'item–item edges added', value: block.indices.length },
      { label: 'items with an added edge', value: linked / Math.max(1, block.rows), unit: 'share' },
      { label: 'added edges per training interaction', value: block.indices.length / Math.max(1, interactions) },
    ],
  };
}
