import { digest } from '../dataset/fingerprint';

/** What decides an answer. Everything in it is plain JSON. */
export type KeyContent = Readonly<Record<string, unknown>>;

/** SHA-256, hex, of the content with its names in order: the key an answer is stored under. */
export const answerKey = (content: KeyContent): Promise<string> =>
  textHash(JSON.stringify(ordered({ form: 1, ...content })));

/** SHA-256 of a text, hex. */
export const textHash = (text: string): Promise<string> => digest(new TextEncoder().encode(text));

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, ordered(inner)]),
  );
}
