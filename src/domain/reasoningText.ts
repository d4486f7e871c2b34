import { at, entry } from './at';
import type { Interactions } from './interactions';

/** How texts are put together: templates, item descriptions, and the cut of a history that does not fit. */

/** Which items of a long history stay: the last ones, or evenly spaced ones with the first and the last among them. */
export type HistoryRule = 'recent' | 'spaced';

export interface ItemText {
  readonly title: string;
  readonly brand: string;
  readonly categories: string;
  readonly description: string;
}

export const NO_TEXT: ItemText = { title: '', brand: '', categories: '', description: '' };

/** Variables of a prompt, by the step they belong to. */
export const PROMPT_VARIABLES = {
  describe: ['dataset', 'title', 'brand', 'categories', 'description'],
  profile: ['dataset', 'count', 'items'],
  attributes: ['dataset', 'item', 'fields', 'form', 'title', 'brand', 'categories', 'description'],
  choose: ['dataset', 'count', 'items', 'candidates'],
} as const;

const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

/** Puts values in the place of `{{name}}`; a name that is not known stays as it is. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(VARIABLE, (whole, name: string) => values[name] ?? whole);
}

/** Variables of a template that the step does not have. */
export function unknownVariables(template: string, step: keyof typeof PROMPT_VARIABLES): string[] {
  const known: readonly string[] = PROMPT_VARIABLES[step];
  return [...new Set([...template.matchAll(VARIABLE)].map(([, name]) => name ?? ''))].filter(
    (name) => !known.includes(name),
  );
}

/** An item's description: its text, then the paragraph on its image; empty when there is neither. */
export function itemDocument(text: ItemText, paragraph: string): string {
  return [text.title, text.brand, text.categories, text.description, paragraph]
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n');
}

/** Token counts are the server's secret; a token has about four characters in English and seldom fewer than three. */
const CHARACTERS_PER_TOKEN = 3;

/** Longest description of one item in a profile's prompt, characters. */
const LONGEST_DOCUMENT = 1500;

/** Characters of descriptions that fit beside the template and the answer. */
export function historyRoom(template: string, contextTokens: number, answerTokens: number): number {
  return Math.max(0, (contextTokens - answerTokens) * CHARACTERS_PER_TOKEN - template.length);
}

export interface CutHistory {
  /** The items that stay, in order. */
  readonly items: readonly number[];
  /** The numbered list for the prompt. */
  readonly list: string;
  /** Whether items or ends of descriptions were left out. */
  readonly cut: boolean;
}

/**
 * The longest part of a history that has at most `most` items and fits `room` characters, chosen by the rule. At least one item
 * stays, its description shortened where it must be. Items without a description are no part of it.
 */
export function cutHistory(
  history: readonly number[],
  documents: readonly string[],
  rule: HistoryRule,
  most: number,
  room: number,
): CutHistory {
  const known = history.filter((item) => entry(documents, item) !== '');
  const line = (item: number, place: number): string =>
    `${place + 1}. ${entry(documents, item).slice(0, LONGEST_DOCUMENT).replaceAll('\n', ' · ')}`;
  const listOf = (items: readonly number[]): string => items.map(line).join('\n');
  let count = Math.min(known.length, Math.max(1, most));
  let items = chosen(known, count, rule);
  let list = listOf(items);
  while (count > 1 && list.length > room) {
    count--;
    items = chosen(known, count, rule);
    list = listOf(items);
  }
  const short = list.slice(0, Math.max(1, room));
  const shortened = items.some((item) => entry(documents, item).length > LONGEST_DOCUMENT);
  return { items, list: short, cut: items.length < known.length || short.length < list.length || shortened };
}

function chosen(items: readonly number[], count: number, rule: HistoryRule): readonly number[] {
  if (count >= items.length) return items;
  if (rule === 'recent' || count === 1) return items.slice(items.length - count);
  return Array.from({ length: count }, (_, i) => entry(items, Math.round((i * (items.length - 1)) / (count - 1))));
}

/** The items of each user that are held out for validation or test, and are no training items. */
export function heldOutItems({ users, items, split }: Interactions): ReadonlyMap<number, ReadonlySet<number>> {
  const held = new Map<number, Set<number>>();
  users.forEach((user, row) => {
    if (split[row] !== 0) held.set(user, (held.get(user) ?? new Set()).add(at(items, row)));
  });
  users.forEach((user, row) => split[row] === 0 && held.get(user)?.delete(at(items, row)));
  return held;
}

/** The TRAINING items of each user, the oldest first where there are timestamps, else in file order. No other interaction is read. */
export function trainingHistories({ users, items, timestamps, split }: Interactions, userCount: number): number[][] {
  const rows: number[][] = Array.from({ length: userCount }, () => []);
  users.forEach((user, row) => split[row] === 0 && rows[user]?.push(row));
  const time = (row: number): number => timestamps?.[row] ?? 0;
  return rows.map((own) => own.sort((a, b) => time(a) - time(b) || a - b).map((row) => at(items, row)));
}
