import type { ServerAddress } from '../../src/domain/reasoningSettings';

export interface Picture {
  /** `image/jpeg`, … */
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is sent along with a question; null where the server is to use its own. */
export type Sampling = { readonly seed: number; readonly answerTokens: number; readonly contextTokens: number } | null;

export interface ChatQuestion {
  readonly model: string;
  readonly prompt: string;
  readonly picture: Picture | null;
  readonly sampling: Sampling;
}

export interface ChatAnswer {
  readonly text: string;
  /** null where the server does not count. */
  readonly promptTokens: number | null;
  readonly answerTokens: number | null;
  /** Whether the answer ended at its longest. */
  readonly cut: boolean;
}

export interface Embeddings {
  /** In the order of the texts, all of one length. */
  readonly vectors: readonly Float32Array[];
  readonly promptTokens: number | null;
}

export interface OfferedModel {
  readonly name: string;
  /** Ollama: changes with the model's weights. null where the server tells none. */
  readonly digest: string | null;
}

/** A model server. Every method throws `AppError`s of the codes `SERVER_…` and `MODEL_…`, none of which holds the key. */
export interface ModelServer {
  models(signal?: AbortSignal): Promise<readonly OfferedModel[]>;
  /** What the server says of one model. */
  seesImages(model: string, signal?: AbortSignal): Promise<boolean | null>;
  chat(question: ChatQuestion, signal?: AbortSignal): Promise<ChatAnswer>;
  embed(model: string, texts: readonly string[], signal?: AbortSignal): Promise<Embeddings>;
}

export interface Connection {
  readonly server: ServerAddress;
  readonly key: string | null;
  /** ms. */
  readonly timeout?: number;
}
