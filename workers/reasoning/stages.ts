import { itemDocument } from '../../src/domain/reasoningText';
import {
  isQuestion,
  itemParagraph,
  itemText,
  textOf,
  userProfile,
  vectorKey,
  type ReasoningStudy,
  type TextQuestion,
  type TextSource,
} from './study';
import type { Settled } from './tries';

export interface TextTask {
  readonly question: TextQuestion;
  /** First item or user that needs the answer. */
  readonly entity: number;
  /** Where an answer must have a form: what is to be asked as things stand; null once nothing is. */
  readonly next?: () => Promise<TextQuestion | null>;
}

export interface VectorTask {
  readonly entity: number;
  readonly texts: readonly { readonly key: string; readonly text: string }[];
}

/** What a stage consists of: `keys` of all its answers, and `without` that needs none. */
export interface StagePlan<Task> {
  readonly keys: readonly string[];
  readonly without: number;
  /** Only those that are not stored. */
  readonly tasks: readonly Task[];
}

/** Texts go to the encoder in so many at once. */
const TEXTS_PER_CALL = 32;

/** Sources of all items' paragraphs. */
export const itemSources = (study: ReasoningStudy): Promise<TextSource[]> =>
  Promise.all(Array.from({ length: study.dataset.statistics.items }, (_, item) => itemParagraph(study, item)));

/** Descriptions by item; null while one is missing. */
export async function itemDocuments(study: ReasoningStudy, sources: readonly TextSource[]): Promise<string[] | null> {
  const documents: string[] = [];
  for (const [item, source] of sources.entries()) {
    const paragraph = await textOf(study, source);
    if (paragraph === null) return null;
    documents.push(itemDocument(itemText(study, item), paragraph));
  }
  return documents;
}

export async function userSources(study: ReasoningStudy, documents: readonly string[]): Promise<TextSource[]> {
  const sources: TextSource[] = [];
  for (let user = 0; user < study.dataset.statistics.users; user++)
    sources.push(await userProfile(study, documents, user));
  return sources;
}

/** Profiles by user, empty where there is none; null while one is missing. */
export async function userTexts(study: ReasoningStudy, sources: readonly TextSource[]): Promise<string[] | null> {
  const texts: string[] = [];
  for (const source of sources) {
    const text = await textOf(study, source);
    if (text === null) return null;
    texts.push(text);
  }
  return texts;
}

/** Equal questions are asked once. */
export function textPlan(
  { stored }: Pick<ReasoningStudy, 'stored'>,
  sources: readonly TextSource[],
): StagePlan<TextTask> {
  const tasks = new Map<string, TextTask>();
  let without = 0;
  sources.forEach((question, entity) => {
    if (!isQuestion(question)) without++;
    else if (!tasks.has(question.key)) tasks.set(question.key, { question, entity });
  });
  return {
    keys: [...tasks.keys()],
    without,
    tasks: [...tasks.values()].filter(({ question }) => !stored.has(question.key)),
  };
}

/** The same for answers that must have a form; `again` reads how the question of an item or user stands now. */
export function formedPlan(
  all: readonly Settled<unknown>[],
  again: (entity: number) => Promise<Settled<unknown>>,
): StagePlan<TextTask> {
  const keys = new Set<string>();
  const tasks: TextTask[] = [];
  let without = 0;
  all.forEach((settled, entity) => {
    if (!('key' in settled)) without++;
    else if (!keys.has(settled.key)) {
      keys.add(settled.key);
      if (settled.state !== 'pending') return;
      const next = async (): Promise<TextQuestion | null> => {
        const now = await again(entity);
        return now.state === 'pending' ? now.question : null;
      };
      tasks.push({ question: settled.question, entity, next });
    }
  });
  return { keys: [...keys], without, tasks };
}

/** `perEntity`: how many of the texts belong to one item or user. */
export async function vectorPlan(
  study: Pick<ReasoningStudy, 'stored' | 'job' | 'digests'>,
  texts: readonly string[],
  perEntity = 1,
): Promise<StagePlan<VectorTask>> {
  const known = new Map<string, { key: string; text: string; entity: number }>();
  let without = 0;
  for (const [place, text] of texts.entries()) {
    if (text === '') {
      without++;
      continue;
    }
    const key = await vectorKey(study, text);
    if (!known.has(key)) known.set(key, { key, text, entity: Math.floor(place / perEntity) });
  }
  const missing = [...known.values()].filter(({ key }) => !study.stored.has(key));
  const tasks: VectorTask[] = [];
  for (let start = 0; start < missing.length; start += TEXTS_PER_CALL) {
    const part = missing.slice(start, start + TEXTS_PER_CALL);
    tasks.push({ entity: part[0]?.entity ?? 0, texts: part });
  }
  return { keys: [...known.keys()], without, tasks };
}
