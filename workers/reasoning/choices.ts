import { entry } from '../../src/domain/at';
import { CANDIDATES, parseChoice, type Choice } from '../../src/domain/candidateChoices';
import { cutHistory, filled, historyRoom, itemDocument } from '../../src/domain/reasoningText';
import type { StoredCandidates } from '../../src/storage/reasoning';
import { givenText, refuseHeldOut, type ReasoningStudy } from './study';
import { settle, type Settled } from './tries';

/** The items that a user's choice names, or why there is none: without a history, or with fewer than two candidates. */
export type UserChoice =
  Exclude<Settled<Choice>, { state: 'none' }> | { readonly state: 'none'; readonly lacks: 'history' | 'candidates' };

/** Longest line on a candidate, characters. */
const LONGEST_LINE = 300;

/** A line on each item: its title, brand and categories, or else what is known of it. `documents` by item. */
export const choiceLines = (study: ReasoningStudy, documents: readonly string[]): string[] =>
  documents.map((document, item) => {
    const text = { ...givenText(study, item), description: '' };
    const line = itemDocument(text, '').replaceAll('\n', ' · ');
    return (line === '' ? document : line).slice(0, LONGEST_LINE);
  });

/** A user's candidates that have a line, best first. */
export const candidatesOf = ({ items }: StoredCandidates, lines: readonly string[], user: number): number[] =>
  Array.from(items.subarray(user * CANDIDATES, (user + 1) * CANDIDATES)).filter(
    (item) => item >= 0 && (lines[item] ?? '') !== '',
  );

/** What a user's choice is. Throws `REASONING_LEAK` where the history has a held-out item. */
export async function userChoice(
  study: ReasoningStudy,
  taken: StoredCandidates,
  lines: readonly string[],
  user: number,
): Promise<UserChoice> {
  const { choices, contextTokens, answerTokens, history } = study.job.settings;
  const candidates = candidatesOf(taken, lines, user);
  const listed = candidates
    .map((item, place) => `[${place + 1}] ${entry(lines, item).replaceAll('\n', ' · ')}`)
    .join('\n');
  const room = historyRoom(choices.prompt + listed, contextTokens, answerTokens);
  const { items, list } = cutHistory(study.histories[user] ?? [], lines, history.rule, history.most, room);
  if (items.length === 0) return { state: 'none', lacks: 'history' };
  if (candidates.length < 2) return { state: 'none', lacks: 'candidates' };
  refuseHeldOut(study, user, items);
  const settled = await settle(study, {
    step: 'choose',
    prompt: filled(choices.prompt, {
      dataset: study.dataset.name,
      count: String(items.length),
      items: list,
      candidates: listed,
    }),
    override: study.job.overrides.choices?.[user],
    parse: (answer) => {
      const places = parseChoice(answer, candidates.length);
      return places && { preferred: entry(candidates, places.preferred), refused: entry(candidates, places.refused) };
    },
  });
  return settled.state === 'none' ? { state: 'none', lacks: 'history' } : settled;
}

/** The choices of all users. */
export async function allChoices(
  study: ReasoningStudy,
  taken: StoredCandidates,
  documents: readonly string[],
): Promise<UserChoice[]> {
  const lines = choiceLines(study, documents);
  const all: UserChoice[] = [];
  for (let user = 0; user < study.dataset.statistics.users; user++)
    all.push(await userChoice(study, taken, lines, user));
  return all;
}

/** `[users, 2]`: the preferred and the refused item, −1 twice for users without a pair. */
export function pairRows(choices: readonly UserChoice[]): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(choices.length * 2).fill(-1);
  choices.forEach((choice, user) => {
    if (choice.state === 'parsed') rows.set([choice.value.preferred, choice.value.refused], user * 2);
  });
  return rows;
}
