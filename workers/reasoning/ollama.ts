import { z } from '../../src/documents/schemas';
import { answerText, base64, vectorsOf } from './answers';
import { callJson } from './http';
import type { Connection, ModelServer } from './connection';

const tags = z.object({ models: z.array(z.object({ name: z.string(), digest: z.string().optional() })) });
const shown = z.object({ capabilities: z.array(z.string()).optional() });
const chat = z.object({
  message: z.object({ content: z.string() }),
  done_reason: z.string().optional(),
  prompt_eval_count: z.number().optional(),
  eval_count: z.number().optional(),
});
const embed = z.object({ embeddings: z.array(z.array(z.number())), prompt_eval_count: z.number().optional() });

/** Ollama's HTTP API: `/api/tags`, `/api/show`, `/api/chat`, `/api/embed`. */
export function newOllama(connection: Connection): ModelServer {
  return {
    models: async (signal) =>
      (await callJson(connection, { path: '/api/tags', answer: tags, signal })).models.map(({ name, digest }) => ({
        name,
        digest: digest ?? null,
      })),
    seesImages: async (model, signal) => {
      const { capabilities } = await callJson(connection, {
        path: '/api/show',
        body: { model },
        answer: shown,
        model,
        signal,
      });
      return capabilities ? capabilities.includes('vision') : null;
    },
    chat: async ({ model, prompt, picture, sampling }, signal) => {
      const body = {
        model,
        stream: false,
        messages: [{ role: 'user', content: prompt, ...(picture && { images: [base64(picture.bytes)] }) }],
        // Without num_ctx Ollama cuts long prompts silently.
        ...(sampling && {
          options: {
            temperature: 0,
            seed: sampling.seed,
            num_predict: sampling.answerTokens,
            num_ctx: sampling.contextTokens,
          },
        }),
      };
      const answer = await callJson(connection, { path: '/api/chat', body, answer: chat, model, signal });
      return {
        text: answerText(answer.message.content),
        promptTokens: answer.prompt_eval_count ?? null,
        answerTokens: answer.eval_count ?? null,
        cut: answer.done_reason === 'length',
      };
    },
    embed: async (model, texts, signal) => {
      const answer = await callJson(connection, {
        path: '/api/embed',
        body: { model, input: texts, truncate: true },
        answer: embed,
        model,
        signal,
      });
      return { vectors: vectorsOf(answer.embeddings, texts.length), promptTokens: answer.prompt_eval_count ?? null };
    },
  };
}
