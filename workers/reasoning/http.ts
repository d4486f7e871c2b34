import type { z } from '../../src/documents/schemas';
import { AppError } from '../../src/domain/errors';
import { parseAddress } from '../../src/domain/serverAddress';
import type { Connection } from './connection';

/** A big model's first answer waits until the model is in memory. */
const TIMEOUT_MS = 300_000;
const EXCERPT = 300;

export interface JsonCall<T> {
  readonly path: string;
  /** Absent: GET. */
  readonly body?: unknown;
  readonly answer: z.ZodType<T>;
  /** The model that is asked, for messages. */
  readonly model?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Asks once and checks the answer's form. Throws `SERVER_…`, `MODEL_ABSENT`, or the signal's reason. */
export async function callJson<T>(
  { server, key, timeout = TIMEOUT_MS }: Connection,
  { path, body, answer, model, signal }: JsonCall<T>,
): Promise<T> {
  const url = `${parseAddress(server.url)}${path}`;
  const patience = AbortSignal.timeout(timeout);
  const init: RequestInit = {
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
    // Whatever the browser knows of the host stays here.
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(key && { Authorization: `Bearer ${key}` }),
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  };
  const lost = (error: unknown, whole: boolean): unknown => {
    if (signal?.aborted) return signal.reason;
    if (patience.aborted)
      return new AppError(
        'SERVER_TIMEOUT',
        `The model server did not answer within ${Math.round(timeout / 1000)} s.`,
        'Choose a smaller model or fewer parallel calls, then start again; stored answers are kept.',
      );
    if (whole)
      return new AppError(
        'SERVER_ANSWER',
        'The model server’s answer was interrupted.',
        'Check the server’s log, then start again; stored answers are kept.',
      );
    return error instanceof AppError ? error : unreachable(server.url);
  };
  const response = await fetch(url, init).catch((error: unknown) => {
    throw lost(error, false);
  });
  const text = await response.text().catch((error: unknown) => {
    throw lost(error, true);
  });
  if (!response.ok) throw refusal(response, redacted(text, key), path, model);
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new AppError(
      'SERVER_ANSWER',
      `The model server’s answer to ${path} does not follow its API: ${redacted(excerpt(text), key)}`,
      'Check the server’s kind and address; another program may be answering there.',
      { path },
    );
  }
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const excerpt = (text: string): string =>
  text.trim() === '' ? 'it is empty.' : text.replace(/\s+/g, ' ').slice(0, EXCERPT);

/** A server may repeat the key it was given, in part or whole. */
function redacted(text: string, key: string | null): string {
  const whole = key ? text.replaceAll(key, '‹key›') : text;
  return whole.replace(/\b(sk|key|pk)-[\w*.-]{6,}/g, '‹key›');
}

export function unreachable(url: string): AppError {
  return new AppError(
    'SERVER_UNREACHABLE',
    `Nothing answers at ${url}, or the server does not let this page in.`,
    'Start the model server, then use “Test the server” on the Reasoning page to see which of the two it is.',
    { url },
  );
}

function refusal(response: Response, text: string, path: string, model: string | undefined): AppError {
  const { status } = response;
  const said = excerpt(errorText(text));
  const context = { status, path, retryAfterMs: retryAfterMs(response.headers.get('Retry-After'), Date.now()) };
  if (status === 401 || status === 403)
    return new AppError(
      'SERVER_REFUSED',
      `The model server refuses access (${status}): ${said}`,
      'Enter the right key. For Ollama, allow this page’s origin in OLLAMA_ORIGINS.',
      context,
    );
  if (status === 404 && model !== undefined && /model/i.test(text))
    return new AppError(
      'MODEL_ABSENT',
      `The model server has no model ${model}.`,
      `Choose one that it has, or pull it (with Ollama: ollama pull ${model}), then start again.`,
      context,
    );
  if (status === 404 || status === 405)
    return new AppError(
      'SERVER_REQUEST',
      `The model server does not know ${path}.`,
      'Check the server’s kind and address.',
      context,
    );
  if (status === 429)
    return new AppError(
      'SERVER_BUSY',
      `The model server asks for fewer calls: ${said}`,
      'Wait, or lower the number of parallel calls, then start again; stored answers are kept.',
      context,
    );
  if (status === 503)
    return new AppError(
      'SERVER_BUSY',
      `The model server is busy: ${said}`,
      'Wait, or lower the number of parallel calls, then start again; stored answers are kept.',
      context,
    );
  if (status >= 500 || status === 408)
    return new AppError(
      'SERVER_FAILED',
      `The model server failed (${status}): ${said}`,
      'Check the server’s log, then start again; stored answers are kept.',
      context,
    );
  return new AppError(
    'SERVER_REQUEST',
    `The model server rejects the question (${status}): ${said}`,
    'If the message names an option, choose the server’s default sampling; if it names the image, check that item.',
    context,
  );
}

/** The sentence inside `{error: …}` as both APIs send it. */
function errorText(text: string): string {
  const value = jsonOf(text);
  if (typeof value !== 'object' || value === null || !('error' in value)) return text;
  const { error } = value;
  if (typeof error === 'string') return error;
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
    ? error.message
    : text;
}

/** Seconds or a date, in ms from `now`; null where there is none. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
