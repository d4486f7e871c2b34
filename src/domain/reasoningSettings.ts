import type { ChoiceSettings } from './candidateChoices';
import type { EncoderChoice } from './encoder';
import type { AttributeSettings } from './itemAttributes';
import type { HistoryRule } from './reasoningText';

/** `ollama`: Ollama's own API. `openai`: any server that speaks `/v1/chat/completions` and `/v1/embeddings`. */
export type ServerKind = 'ollama' | 'openai';

/**
 * MLLMRec's reasoning stage: a model server of the user's own describes item images, writes profiles of users from their
 * training histories, and encodes both as vectors. For LLMRec it answers attributes of items and chooses among candidates.
 */

export interface ServerAddress {
  readonly kind: ServerKind;
  /** Origin and path; never a key, a name or a password. */
  readonly url: string;
}

export interface ReasoningModels {
  /** Sees images. */
  readonly describe: string;
  readonly profile: string;
  /** Turns texts into vectors, unless the page does. */
  readonly encode: string;
}

export interface ReasoningPrompts {
  readonly describe: string;
  readonly profile: string;
}

/** All that decides what is asked; what changes an answer is part of the key it is stored under. */
export interface ReasoningSettings {
  readonly server: ServerAddress;
  readonly models: ReasoningModels;
  readonly encoder: EncoderChoice;
  readonly prompts: ReasoningPrompts;
  /** `greedy`: temperature 0, the seed and the longest answer are sent. `server`: for servers that refuse them. */
  readonly sampling: 'greedy' | 'server';
  readonly seed: number;
  /** Longest answer, tokens. */
  readonly answerTokens: number;
  /** What the model reads at once, prompt and answer, tokens. */
  readonly contextTokens: number;
  readonly history: { readonly rule: HistoryRule; /** Items at most. */ readonly most: number };
  /** Calls under way at once. */
  readonly concurrency: number;
  /** Attributes and choices are asked of the model that writes profiles. */
  readonly attributes: AttributeSettings;
  readonly choices: ChoiceSettings;
}
