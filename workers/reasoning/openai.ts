import { z } from '../../src/documents/schemas';
import { answerText, base64, vectorsOf } from './answers';
import { callJson } from './http';
import type { Connection, ModelServer } from './connection';

const models = z.object({ data: z.array(z.object({ id: z.string() })) });
const usage = z.object({ prompt_tokens: z.number().optional(), completion_tokens: z.number().optional() }).nullish();
const chat = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string() }), finish_reason: z.string().nullish() }))
    .min(1),
  usage,
});
const embeddings = z.object({
  data: z.array(z.object({ index: z.number().int(), embedding: z.array(z.number()) })),
  usage,
});

/** Servers that speak `/v1/models`, `/v1/chat/completions` and `/v1/embeddings`: vLLM, llama.cpp, LM Studio, hosted ones. */
export function newOpenAi(connection: Connection): ModelServer {
  return {
    models: async (signal) =>
      (await callJson(connection, { path: '/v1/models', answer: models, signal })).data.map(({ id }) => ({
        name: id,
        digest: null,
      })),
    seesImages: async () => null,
    chat: async ({ model, prompt, picture, sampling }, signal) => {
      const content = picture
        ? [
            { type: 'text', text: prompt },
            { type: 'image_url', image_url: { url: `data:${picture.type};base64,${base64(picture.bytes)}` } },
          ]
        : prompt;
      const body = {
        model,
        messages: [{ role: 'user', content }],
        stream: false,
        ...(sampling && { temperature: 0, seed: sampling.seed, max_tokens: sampling.answerTokens }),
      };
      const answer = await callJson(connection, { path: '/v1/chat/completions', body, answer: chat, model, signal });
      const [first] = answer.choices;
      return {
        text: answerText(first?.message.content ?? ''),
        promptTokens: answer.usage?.prompt_tokens ?? null,
        answerTokens: answer.usage?.completion_tokens ?? null,
        cut: first?.finish_reason === 'length',
      };
    },
    embed: async (model, texts, signal) => {
      const answer = await callJson(connection, {
        path: '/v1/embeddings',
        body: { model, input: texts, encoding_format: 'float' },
        answer: embeddings,
        model,
        signal,
      });
      const inOrder = answer.data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
      return { vectors: vectorsOf(inOrder, texts.length), promptTokens: answer.usage?.prompt_tokens ?? null };
    },
  };
}
