import { AppError, faultOf } from '../../src/domain/errors';
import type { ServerCheck, ServerTest, TestedModels } from '../../src/domain/reasoning';
import { parseAddress } from '../../src/domain/serverAddress';

import { newServer } from './server';
import { type Connection, type ModelServer, type OfferedModel } from './connection';

/** The smallest picture there is: one grey pixel, PNG. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCB02+T9gAAAABJRU5ErkJggg==';
const TEST_TIMEOUT_MS = 60_000;

/**
 * Says what of a server works and what exactly does not. `origin` is the page's own; `blocked` says whether the content policy refused an
 * address; `learned` takes what the server has. No model writes a text here but where only that shows whether it sees images.
 */
export async function testServer(
  connection: Connection,
  models: TestedModels,
  origin: string,
  blocked: (url: string) => boolean,
  learned: (offered: readonly OfferedModel[]) => Promise<void> = async () => undefined,
): Promise<ServerTest> {
  const checks: ServerCheck[] = [];
  const add = (what: string, ok: boolean, words: string, hint: string | null = null): boolean => {
    checks.push({ what, ok, words, hint });
    return ok;
  };
  const patient: Connection = { timeout: TEST_TIMEOUT_MS, ...connection };
  const server = newServer(patient);
  let offered: readonly string[] = [];
  try {
    const all = await server.models();
    offered = all.map(({ name }) => name);
    await learned(all);
    add('Server', true, `It answers and has ${offered.length} ${offered.length === 1 ? 'model' : 'models'}.`);
  } catch (error) {
    const fault =
      error instanceof AppError && error.code === 'SERVER_UNREACHABLE'
        ? (await whyUnreachable(connection, origin, blocked)).toFault()
        : faultOf(error);
    add('Server', false, fault.message, fault.hint);
    return { checks, models: [] };
  }
  const has = (name: string): boolean => offered.includes(name) || offered.includes(`${name}:latest`);
  const present = (what: string, name: string): boolean => {
    if (name === '') return add(what, false, 'No model is chosen.', 'Choose a model that the server has.');
    if (has(name)) return add(what, true, `${name} is there.`);
    const hint =
      connection.server.kind === 'ollama' ? `Run: ollama pull ${name}` : 'Choose a model that the server has.';
    return add(what, false, `The server has no model ${name}.`, hint);
  };
  if (present('Model that describes images', models.describe)) await sees(server, models.describe, add);
  present('Model that writes profiles', models.profile);
  if (models.encode !== null && present('Encoder', models.encode)) {
    try {
      const { vectors } = await server.embed(models.encode, ['a test']);
      add('Encoder answers', true, `${vectors[0]?.length ?? 0} dimensions.`);
    } catch (error) {
      const fault = faultOf(error);
      add('Encoder answers', false, fault.message, 'Choose a text encoder, for instance all-minilm.');
    }
  }
  return { checks, models: offered };
}

async function sees(
  server: ModelServer,
  model: string,
  add: (what: string, ok: boolean, words: string, hint?: string) => boolean,
): Promise<void> {
  const what = 'Sees images';
  const blind = `${model} does not see images.`;
  const hint = 'Choose a multimodal model, for instance gemma3, llava or qwen2.5vl.';
  try {
    const told = await server.seesImages(model);
    if (told !== null) return void (told ? add(what, true, 'The server says so.') : add(what, false, blind, hint));
    const picture = { type: 'image/png', bytes: Uint8Array.from(atob(PIXEL), (sign) => sign.charCodeAt(0)) };
    await server.chat({ model, prompt: 'Answer with the word yes.', picture, sampling: null });
    add(what, true, 'It accepted a picture.');
  } catch (error) {
    const { message, code } = faultOf(error);
    add(what, false, code === 'SERVER_REQUEST' || code === 'SERVER_FAILED' ? `${blind} ${message}` : message, hint);
  }
}

/** A request that fails tells a page nothing; one without CORS, whose answer cannot be read, tells whether somebody is there. */
async function whyUnreachable(
  { server }: Connection,
  origin: string,
  blocked: (url: string) => boolean,
): Promise<AppError> {
  const url = parseAddress(server.url);
  const { origin: host } = new URL(url);
  // The browser tells of a refusal after it has refused.
  await new Promise((resolve) => setTimeout(resolve, 100));
  if (blocked(url)) {
    return new AppError(
      'SERVER_UNREACHABLE',
      `This page may not connect to ${host}: its content policy allows this machine (localhost, 127.0.0.1) and the hosts listed when the app was built.`,
      `Build the app with LODESTONE_MODEL_HOSTS=${host}, or reach the server through a port of this machine.`,
    );
  }
  const there = await fetch(url, { mode: 'no-cors', credentials: 'omit', signal: AbortSignal.timeout(10_000) }).then(
    () => true,
    () => false,
  );
  if (!there)
    return new AppError(
      'SERVER_UNREACHABLE',
      `Nothing answers at ${url}.`,
      server.kind === 'ollama'
        ? 'Start it with: ollama serve. If the browser asked whether this page may reach the local network, allow it.'
        : 'Start the server and check the port. If the browser asked about the local network, allow it.',
    );
  const cors =
    server.kind === 'ollama'
      ? `Start it with: OLLAMA_ORIGINS=${origin} ollama serve`
      : `Make the server send CORS headers for ${origin}: vLLM has --allowed-origins '["${origin}"]', LM Studio has “Enable CORS”.`;
  return new AppError(
    'SERVER_UNREACHABLE',
    `A server answers at ${url}, but it does not let this page read its answers (CORS).`,
    cors,
  );
}
