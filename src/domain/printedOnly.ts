/** A system of the papers' tables that cannot be run, and what that would take. */
export interface PrintedOnly {
  /** As the tables print it. */
  readonly name: string;
  readonly title: string;
  /** Why it cannot be run. */
  readonly why: string;
  readonly needed: string;
}

export const PRINTED_ONLY: readonly PrintedOnly[] = [
  {
    name: 'SiGRec',
    title:
      'Negative Can Be Positive: Signed Graph Neural Networks for Recommendation (Information Processing & Management, 2023)',
    why: 'Its code is not public, and what is said of it elsewhere does not determine the model: it splits interactions by rating, encodes both graphs and compares signs by cosine.',
    needed: 'The encoders’ layers, how the two graphs are fused, the weights of the loss, and what ranks.',
  },
  {
    name: 'DOGE',
    title: 'LLMs-enhanced hyper-knowledge graph recommender (AAAI 2025)',
    why: 'Its code is not public. The paper that prints it on Sports and Clothing, MLLMRec, ran it with code of its own: DOGE’s paper does not use these datasets.',
    needed: 'Prompts, the encoder of the answers, the relations of the graph, propagation, losses and all settings.',
  },
  {
    name: 'LIP',
    title: 'Large multimodal model-based intent prompting learning (Information Fusion, 2026)',
    why: 'Neither code nor a description that determines it is public. On Baby it is printed 30 % above the next system, which nobody can check: whether its prompts read held-out interactions is not known.',
    needed: 'Prompts and what they read, the graph, the encoder, losses and settings.',
  },
  {
    name: 'ModalSync',
    title: 'Synchronising user behaviour with multimodal features (WWW 2025)',
    why: 'Its code is not public. It seems to train the encoders of images and texts themselves, on raw files, which Lodestone does not do.',
    needed: 'Encoders, stages, losses, the recommender behind them and settings.',
  },
  {
    name: 'ITCoHD-MRec',
    title: 'Independent topological preference and cooperative hypergraph diffusion (TOIS 2025)',
    why: 'Its code is not public, and nothing that is known of it can be computed. MAGNET’s row is a re-implementation or a copied figure; the paper does not say which.',
    needed: 'What is pruned, the hyperedges, the diffusion process, encoders, losses and settings.',
  },
  {
    name: 'NEGGEN',
    title: 'Generated negatives for multimodal recommendation (MM 2025)',
    why: 'Its public code has the scoring class alone. The negatives that give it its name cannot be made from it, and what there is ranks no catalogue.',
    needed:
      'The prompts and the texts they generated, the encoder, how modalities become one vector, and the training loop.',
  },
];

export const printedOnly = (name: string): PrintedOnly | null => PRINTED_ONLY.find((one) => one.name === name) ?? null;
