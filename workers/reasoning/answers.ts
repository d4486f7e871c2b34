import { AppError } from '../../src/domain/errors';

/** The answer without the thoughts that some models write before it. Throws `SERVER_ANSWER` when nothing is left. */
export function answerText(content: string): string {
  const text = content.replace(/<think>[\s\S]*?(<\/think>|$)/g, '').trim();
  if (text === '')
    throw new AppError(
      'SERVER_ANSWER',
      'The model’s answer has no text.',
      'Raise the maximum answer length if the model thinks first, or choose another model.',
    );
  return text;
}

/** One vector for each text, finite and all of one length. Throws `SERVER_ANSWER`. */
export function vectorsOf(rows: readonly (readonly number[])[], texts: number): Float32Array[] {
  const columns = rows[0]?.length ?? 0;
  const vectors = rows.map((row) => Float32Array.from(row));
  const sound =
    rows.length === texts &&
    columns > 0 &&
    vectors.every((vector) => vector.length === columns && vector.every(Number.isFinite));
  if (!sound)
    throw new AppError(
      'SERVER_ANSWER',
      `The encoder returned ${rows.length} vectors for ${texts} texts, or vectors of different lengths.`,
      'Check that the model is a text encoder, or choose another one.',
    );
  return vectors;
}

export function base64(bytes: Uint8Array): string {
  const PART = 0x8000;
  let text = '';
  for (let start = 0; start < bytes.length; start += PART)
    text += String.fromCharCode(...bytes.subarray(start, start + PART));
  return btoa(text);
}
