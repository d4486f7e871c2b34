import type { ItemText } from './reasoningText';

/**
 * LLMRec's attributes of items: texts that a dataset has, and fields that a language model answers. Each is encoded by itself, so that there is a matrix
 * for each.
 */

/** Texts of an item that become an attribute as they are, where the dataset has them. */
export const GIVEN_FIELDS = ['title', 'brand', 'categories'] as const satisfies readonly (keyof ItemText)[];

export interface AttributeSettings {
  /** Whether attributes are asked for at all. */
  readonly on: boolean;
  /** Names of the fields that the model answers, in order. */
  readonly asked: readonly string[];
  readonly prompt: string;
}

/** Ours: the authors ask films for director, country and language. */
export const DEFAULT_ATTRIBUTES: AttributeSettings = {
  on: false,
  asked: ['material', 'style', 'target group'],
  prompt:
    'These are the texts of an item of the dataset “{{dataset}}”:\n{{item}}\nName these attributes of the item, each in a few words: {{fields}}. Where the texts do not tell one, give the likeliest; never answer that it is unknown. Answer with one line alone, the answers in this order between double colons: {{form}}',
};

/** One matrix of attributes. */
export interface AttributeField {
  readonly name: string;
  /** `given`: a text of the dataset. `asked`: answered by the model. */
  readonly origin: 'given' | 'asked';
}

/** The key of the matrix at a place among the fields. */
export const attributeKey = (place: number): string => `attribute_${place + 1}`;

const MOST_FIELDS = 8;
const LONGEST_NAME = 40;

/** Names of fields as a person writes them, between commas. */
export const fieldNames = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** What is wrong with such names; null where nothing is. */
export function fieldNamesProblem(text: string): string | null {
  const names = fieldNames(text);
  if (names.length === 0) return 'Name at least one field.';
  if (names.length > MOST_FIELDS) return `At most ${MOST_FIELDS} fields.`;
  if (names.some((name) => name.length > LONGEST_NAME || name.includes(':')))
    return `A field has at most ${LONGEST_NAME} characters and no colon.`;
  return new Set(names.map((name) => name.toLowerCase())).size < names.length ? 'A field is named twice.' : null;
}

/** The form that an answer must have: `::material::style::`. */
export const answerForm = (asked: readonly string[]): string => `::${asked.join('::')}::`;

/** The answered fields, from the last line that has as many between `::`; null where there is none. */
export function parseAttributes(answer: string, asked: readonly string[]): readonly string[] | null {
  for (const line of answer.split('\n').reverse()) {
    const fields = fieldsOf(line, asked);
    if (fields) return fields;
  }
  return null;
}

function fieldsOf(line: string, asked: readonly string[]): readonly string[] | null {
  const parts = line.split('::');
  if (parts.length < 2) return null;
  const bare = parts.map((part, place) => bareText(part, asked[place - 1] ?? ''));
  // Words may stand around the answer: “Answer: ::cotton::casual::”.
  const before = parts[0]?.trim() ?? '';
  const enclosed = parts.length === asked.length + 2 && (bare[0] === '' || before.endsWith(':'));
  const inner = enclosed ? bare.slice(1, -1) : bare.filter((text) => text !== '');
  if (inner.length !== asked.length || inner.some((text) => text === '')) return null;
  // The form itself is no answer.
  return inner.every((text, place) => text.toLowerCase() === asked[place]?.toLowerCase()) ? null : inner;
}

/** Without marks around it, and without its field's name before it. */
function bareText(part: string, name: string): string {
  const text = part.trim().replace(/^[\s"'`*“”[\]<>]+|[\s"'`*“”[\]<>]+$/g, '');
  const named = name !== '' && text.toLowerCase().startsWith(`${name.toLowerCase()}:`);
  return named ? text.slice(name.length + 1).trim() : text;
}

/** How the attributes of a derived dataset came about; part of its origin. */
export interface AttributeProvenance {
  readonly model: string;
  readonly prompt: { readonly hash: string; readonly text: string };
  /** In the order of the matrices. */
  readonly fields: readonly AttributeField[];
  readonly counts: {
    /** Items whose fields the model answered. */
    readonly answered: number;
    /** Items whose answers had the wrong form, however often it was asked. */
    readonly unparsed: number;
    /** Items that have no text, so that nothing was asked. */
    readonly withoutText: number;
    /** Left out by a person. */
    readonly leftOut: number;
  };
}
