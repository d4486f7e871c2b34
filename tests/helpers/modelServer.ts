import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a call. `drop` cuts the connection, `cut` the body; `garbage` is no JSON, `wrong` is JSON of another form. */
export type ServerFault = 'slow' | '429' | '500' | '400' | '401' | 'drop' | 'cut' | 'garbage' | 'wrong' | 'absent';

export interface ModelServerOptions {
  /** Origins that CORS lets in; `*` for all. Default: all. */
  readonly origins?: string;
  readonly models?: readonly string[];
  /** Models that see images. */
  readonly vision?: readonly string[];
  readonly key?: string;
  readonly columns?: number;
  /** 0: any that is free. */
  readonly port?: number;
  /** Writes the answers in the place of repeated words; `drawn` is a hash of the image, empty without one. */
  readonly write?: (prompt: string, drawn: string, model: string) => string;
}

const WORDS = [
  'plain',
  'striped',
  'wooden',
  'woollen',
  'bright',
  'dark',
  'small',
  'sturdy',
  'round',
  'soft',
  'glossy',
  'old-fashioned',
];

/**
 * A loopback server that speaks Ollama's and OpenAI's API. Chat answers repeat words of the prompt and add some drawn from a hash of
 * the image; embeddings are bags of hashed words. The same question always gets the same answer.
 */
export class ModelServer {
  /** Calls answered in full, by what was asked: for embeddings, each text. */
  readonly answered = new Map<string, number>();
  /** Every header and body that came in. */
  readonly requests: { readonly path: string; readonly authorization: string | undefined; readonly body: string }[] =
    [];
  /** Chosen per call, counted from 0 over all calls that ask a model. */
  fault: (call: number) => ServerFault | null = () => null;
  /** By model; what `/api/tags` tells. */
  digests: Readonly<Record<string, string>> = {};
  /** `Retry-After` of the fault `429`, in seconds. */
  retryAfter = 7;
  /** While set, calls wait for it before they are answered. */
  gate: Promise<void> | null = null;
  /** Calls that wait at the gate. */
  waiting = 0;
  /** Calls whose asker hung up before they were answered. */
  dropped = 0;
  #calls = 0;
  #server: Server | null = null;
  #port = 0;
  readonly #options: ModelServerOptions;

  constructor(options: ModelServerOptions = {}) {
    this.#options = options;
    this.#port = options.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<this> {
    const server = createServer(
      (request, response) => void this.#handle(request, response).catch(() => response.destroy()),
    );
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address() as AddressInfo;
    this.#port = address.port;
    this.#server = server;
    return this;
  }

  /** Ends every connection, as a server that is killed does. `start` brings it back at the same port. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const origin = this.#options.origins ?? '*';
    const headers: Record<string, string> =
      origin === '*' || request.headers.origin === origin
        ? {
            'Access-Control-Allow-Origin': origin,
            'Access-Control-Allow-Headers': 'authorization, content-type',
            'Access-Control-Expose-Headers': 'Retry-After',
            'Access-Control-Allow-Private-Network': 'true',
          }
        : {};
    const path = request.url ?? '';
    if (request.method === 'OPTIONS') return void response.writeHead(204, headers).end();
    this.requests.push({ path, authorization: request.headers.authorization, body });
    const send = (status: number, value: unknown, extra: Record<string, string> = {}): void =>
      void response
        .writeHead(status, { ...headers, 'Content-Type': 'application/json', ...extra })
        .end(JSON.stringify(value));
    const models = this.#options.models ?? ['seer', 'writer', 'encoder'];
    if (this.#options.key && request.headers.authorization !== `Bearer ${this.#options.key}`)
      return send(401, {
        error: { message: `Incorrect API key provided: ${request.headers.authorization?.slice(7)}` },
      });
    if (path === '/api/tags')
      return send(200, {
        models: models.map((name) => ({
          name,
          model: name,
          ...(this.digests[name] && { digest: this.digests[name] }),
        })),
      });
    if (path === '/v1/models')
      return send(200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
    if (!['/api/show', '/api/chat', '/api/embed', '/v1/chat/completions', '/v1/embeddings'].includes(path))
      return send(404, { error: 'not found' });
    const asked = JSON.parse(body) as Asked;
    if (!models.includes(asked.model))
      return send(404, {
        error: path.startsWith('/v1')
          ? { message: `The model ${asked.model} does not exist.` }
          : `model '${asked.model}' not found`,
      });
    if (path === '/api/show')
      return send(200, {
        capabilities: ['completion', ...((this.#options.vision ?? ['seer']).includes(asked.model) ? ['vision'] : [])],
      });

    const call = this.#calls++;
    this.waiting++;
    response.on('close', () => response.writableFinished || this.dropped++);
    await this.gate;
    this.waiting--;
    switch (this.fault(call)) {
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, 150));
        break;
      case '429':
        return send(429, { error: 'slow down' }, { 'Retry-After': String(this.retryAfter) });
      case '500':
        return send(500, { error: 'out of memory' });
      case '400':
        return send(400, { error: 'this image cannot be read' });
      case '401':
        return send(401, { error: 'who are you' });
      case 'absent':
        return send(404, { error: `model '${asked.model}' not found` });
      case 'drop':
        return void request.socket.destroy();
      case 'garbage':
        return void response.writeHead(200, headers).end('<html>hello</html>');
      case 'wrong':
        return send(200, { model: asked.model, response: 'in a field of another API' });
      case 'cut':
        response.writeHead(200, { ...headers, 'Content-Type': 'application/json', 'Content-Length': '5000' });
        response.write('{"message":{"content":"half of');
        return void setTimeout(() => request.socket.destroy(), 5);
      case null:
        break;
    }
    const { answer, keys } = this.#answer(path, asked);
    // A call counts when its answer has left; whoever hung up before has got nothing.
    if (request.socket.destroyed) return;
    response.on('finish', () => keys.forEach((key) => this.answered.set(key, (this.answered.get(key) ?? 0) + 1)));
    send(200, answer);
  }

  #answer(path: string, asked: Asked): { answer: unknown; keys: string[] } {
    if (path === '/api/embed' || path === '/v1/embeddings') {
      const texts = [asked.input ?? []].flat();
      const vectors = texts.map((text) => this.#vector(text));
      return {
        answer:
          path === '/api/embed'
            ? { model: asked.model, embeddings: vectors, prompt_eval_count: texts.length }
            : {
                data: vectors.map((embedding, index) => ({ index, embedding })).reverse(),
                usage: { prompt_tokens: texts.length },
              },
        keys: texts.map((text) => hash(`${asked.model}/${text}`)),
      };
    }
    const [message] = asked.messages ?? [];
    const parts =
      typeof message?.content === 'string' ? [{ type: 'text', text: message.content }] : (message?.content ?? []);
    const prompt = parts.map((part) => part.text ?? '').join('');
    const image =
      message?.images?.[0] ??
      parts.find(({ type }) => type === 'image_url')?.image_url?.url.replace(/^.*base64,/, '') ??
      '';
    const drawn = hash(image);
    const seen =
      image === ''
        ? ''
        : ` ${[0, 2, 4].map((at) => WORDS[parseInt(drawn.slice(at, at + 2), 16) % WORDS.length]).join(', ')}`;
    const seed = asked.options?.seed ?? asked.seed ?? 0;
    const words = prompt.split(/\s+/);
    const spread = words.filter((_, place) => place % Math.ceil(words.length / 40) === 0).join(' ');
    const content =
      this.#options.write?.(prompt, image === '' ? '' : drawn, asked.model) ??
      `${spread}${seen} ${parseInt(hash(prompt).slice(0, 8), 16)} (${asked.model}, seed ${seed})`;
    const key = hash(
      JSON.stringify([asked.model, prompt, image, asked.options ?? [asked.temperature, asked.seed, asked.max_tokens]]),
    );
    const answer =
      path === '/api/chat'
        ? {
            message: { role: 'assistant', content },
            done: true,
            done_reason: 'stop',
            prompt_eval_count: 100,
            eval_count: 20,
          }
        : {
            choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
            usage: { prompt_tokens: 100, completion_tokens: 20 },
          };
    return { answer, keys: [key] };
  }

  #vector(text: string): number[] {
    const columns = this.#options.columns ?? 24;
    const vector = new Array<number>(columns).fill(0.01);
    for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
      const place = parseInt(hash(word).slice(0, 8), 16);
      vector[place % columns]! += place & 256 ? 1 : -1;
    }
    const norm = Math.hypot(...vector);
    return vector.map((value) => value / norm);
  }
}

interface Asked {
  readonly model: string;
  readonly input?: string | readonly string[];
  readonly messages?: readonly {
    readonly content:
      | string
      | readonly { readonly type: string; readonly text?: string; readonly image_url?: { readonly url: string } }[];
    readonly images?: readonly string[];
  }[];
  readonly options?: { readonly seed: number };
  readonly seed?: number;
  readonly temperature?: number;
  readonly max_tokens?: number;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
