import type { Override } from '../../src/domain/reasoning';
import { readText } from '../../src/storage/reasoning';
import { answerKey } from './keys';
import { samplingOf } from './server';
import { attemptOf, identity, type ReasoningStudy, type TextQuestion } from './study';

/** A question is asked so often, each time under another seed, until its answer has the form. */
export const TRIES = 3;

/** A question whose answer must have a form. */
interface FormedQuestion<T> {
  readonly step: 'attributes' | 'choose';
  readonly prompt: string;
  readonly override: Override | undefined;
  /** null where an answer has another form. */
  readonly parse: (answer: string) => T | null;
}

/** How such a question stands. `key` is that of its first try, by which equal questions are known. */
export type Settled<T> =
  | { readonly state: 'none' }
  | { readonly state: 'skipped' }
  | { readonly state: 'pending'; readonly key: string; readonly question: TextQuestion }
  | { readonly state: 'parsed'; readonly key: string; readonly model: string; readonly value: T }
  | { readonly state: 'unparsed'; readonly key: string };

/** Reads what is stored of a question's tries, up to the first answer that has the form or the first that is not there. */
export async function settle<T>(study: ReasoningStudy, asked: FormedQuestion<T>): Promise<Settled<T>> {
  if (asked.override?.kind === 'skipped') return { state: 'skipped' };
  const first = attemptOf(asked.override) * TRIES;
  let key: string | null = null;
  for (let attempt = first; attempt < first + TRIES; attempt++) {
    const question = await questionAt(study, asked, attempt);
    key ??= question.key;
    const answer = study.stored.has(question.key) ? await readText(study.database, question.key) : null;
    if (!answer) return { state: 'pending', key, question };
    const value = asked.parse(answer.text);
    if (value !== null) return { state: 'parsed', key, model: answer.model, value };
  }
  return { state: 'unparsed', key: key ?? '' };
}

async function questionAt(
  study: ReasoningStudy,
  { step, prompt }: Pick<FormedQuestion<unknown>, 'step' | 'prompt'>,
  attempt: number,
): Promise<TextQuestion> {
  const { settings } = study.job;
  const sampling = samplingOf(settings, attempt);
  const model = settings.models.profile;
  // A server that takes no seed is asked the same again: that must be another question here.
  const content = { step, model: identity(study, model), sampling, prompt, ...(attempt > 0 && { attempt }) };
  return { key: await answerKey(content), model, prompt, picture: null, sampling };
}
