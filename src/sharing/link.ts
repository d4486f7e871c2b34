import { AppError } from '../domain/errors';
import type { SharedStudy } from '../domain/shared';
import { deflated, inflated, parseJson } from './deflate';
import { fromPayload, toPayload } from './payload';

/** The newest form. A form that was ever given out is read for ever. */
const VERSION = 1;
/** Characters that a link may have before the file form is offered in its place. */
export const MOST_CHARACTERS = 8000;
/** What is read at all: more than any link that was made here. */
const MOST_ENCODED = 64 * 1024;
const MOST_INFLATED = 256 * 1024;

/** Where a link is cut by what carries it. */
export const CARRIERS = [
  { name: 'Discord', characters: 2000 },
  { name: 'Teams', characters: 2048 },
  { name: 'Slack', characters: 4000 },
] as const;

/** `x=1.<payload>`: deflated JSON in base64url, to stand after `#`. */
export const encodeStudy = (study: SharedStudy): Promise<string> => encodeLink('x', toPayload(study));

/**
 * Reads what `encodeStudy` made. Throws `LINK_TRUNCATED`, `LINK_VERSION`, `LINK_TOO_LARGE` or `LINK_INVALID`; nothing of a link that
 * is not whole and right is used.
 */
export const decodeStudy = async (text: string): Promise<SharedStudy> => fromPayload(await decodeLink('x', text));

/** What a link of each letter holds. */
export type LinkLetter = 'x' | 'p';

/** `<letter>=1.<payload>` of a JSON value. */
export async function encodeLink(letter: LinkLetter, value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return `${letter}=${VERSION}.${toBase64Url(await deflated(bytes))}`;
}

/** The value of such a link, unchecked. Throws `LINK_TRUNCATED`, `LINK_VERSION` or `LINK_TOO_LARGE`. */
export async function decodeLink(letter: LinkLetter, text: string): Promise<unknown> {
  const parts = /^([a-z])=(\d{1,4})\.([A-Za-z0-9_-]*)$/.exec(text);
  if (text.length > MOST_ENCODED)
    throw new AppError(
      'LINK_TOO_LARGE',
      `The link has ${text.length} characters; Lodestone makes none of more than ${MOST_CHARACTERS}.`,
      'Ask for the file instead.',
    );
  if (parts?.[1] !== letter)
    throw new AppError(
      'LINK_TRUNCATED',
      'The link has characters that do not belong in it.',
      'Copy the whole link again, from beginning to end.',
    );
  const [, , version, payload = ''] = parts;
  if (Number(version) !== VERSION)
    throw new AppError(
      'LINK_VERSION',
      `The link was made by another version of Lodestone (its format is ${version}; this page reads format ${VERSION}).`,
      'Reload the page to get the newest version, or ask for a new link.',
    );
  return parseJson(await inflatedText(fromBase64Url(payload)), truncated);
}

const truncated = (): AppError =>
  new AppError(
    'LINK_TRUNCATED',
    'The link is incomplete: it was cut or changed on the way.',
    'Copy the whole link again, or ask for the file.',
  );

/** Text of a deflated payload. */
async function inflatedText(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const whole = await inflated(
    bytes,
    MOST_INFLATED,
    truncated,
    () =>
      new AppError(
        'LINK_TOO_LARGE',
        'The link unpacks to more than any link needs.',
        'Lodestone did not make it; nothing of it was used.',
      ),
  );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(whole);
  } catch {
    throw truncated();
  }
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
  } catch {
    throw truncated();
  }
}
