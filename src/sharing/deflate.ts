import { AppError } from '../domain/errors';

/** Raw deflate, as the browser does it. */
export async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * What a deflated payload holds. It is counted while it is inflated, so that a small one cannot become a large one. Throws `broken()`
 * where it is none, `tooLarge()` beyond `most` bytes.
 */
export async function inflated(
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
  broken: () => AppError,
  tooLarge: () => AppError,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > most) break;
      chunks.push(next.value);
    }
  } catch {
    throw broken();
  }
  if (length > most) {
    await reader.cancel();
    throw tooLarge();
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** JSON's value; a key that would reach a prototype is none of ours. Throws `broken()`. */
export function parseJson(json: string, broken: () => AppError): unknown {
  try {
    return JSON.parse(json, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('a prototype');
      return value;
    });
  } catch {
    throw broken();
  }
}
