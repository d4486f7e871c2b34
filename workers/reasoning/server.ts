import { type Sampling, type OfferedModel, type ModelServer, type Connection } from './connection';
import type { ReasoningSettings } from '../../src/domain/reasoningSettings';
import { newOllama } from './ollama';
import { newOpenAi } from './openai';

export const newServer = (connection: Connection): ModelServer =>
  connection.server.kind === 'ollama' ? newOllama(connection) : newOpenAi(connection);

/** Digests by name, of those that have one. */
export const digestsIn = (models: readonly OfferedModel[]): Record<string, string> =>
  Object.fromEntries(models.flatMap(({ name, digest }) => (digest === null ? [] : [[name, digest]])));

/** `attempt` shifts the seed: another try at the same question. */
export function samplingOf({ sampling, seed, answerTokens, contextTokens }: ReasoningSettings, attempt = 0): Sampling {
  return sampling === 'greedy' ? { seed: seed + attempt, answerTokens, contextTokens } : null;
}
