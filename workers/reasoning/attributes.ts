import {
  answerForm,
  attributeKey,
  GIVEN_FIELDS,
  parseAttributes,
  type AttributeField,
} from '../../src/domain/itemAttributes';
import { filled } from '../../src/domain/reasoningText';
import { givenText, wholeText, type ReasoningStudy } from './study';
import { settle, type Settled } from './tries';

/** Answered fields of an item, in the order in which they were asked for. */
export type AnsweredFields = Settled<readonly string[]>;

/** Longest description of an item in the prompt, characters. */
const LONGEST_DESCRIPTION = 1500;

/** The matrices that come of a dataset's attributes: the texts that it has, then the fields that are asked for. */
export function attributeFields(study: ReasoningStudy): AttributeField[] {
  const items = Array.from({ length: study.dataset.statistics.items }, (_, item) => givenText(study, item));
  const given = GIVEN_FIELDS.filter((field) => items.some((text) => text[field].trim() !== ''));
  return [
    ...given.map((name) => ({ name, origin: 'given' }) as const),
    ...study.job.settings.attributes.asked.map((name) => ({ name, origin: 'asked' }) as const),
  ];
}

/** What an item's answered fields are. Items without a text are not asked about. */
export async function itemAttributes(study: ReasoningStudy, item: number): Promise<AnsweredFields> {
  const { asked, prompt } = study.job.settings.attributes;
  const about = itemLines(study, item);
  if (about === '') return { state: 'none' };
  return settle(study, {
    step: 'attributes',
    prompt: filled(prompt, {
      dataset: study.dataset.name,
      item: about,
      fields: asked.join(', '),
      form: answerForm(asked),
      ...givenText(study, item),
    }),
    override: study.job.overrides.attributes?.[item],
    parse: (answer) => parseAttributes(answer, asked),
  });
}

/** An item's texts with their names; a whole text of a file where there are no others. */
function itemLines(study: ReasoningStudy, item: number): string {
  const { description, ...text } = givenText(study, item);
  const lines = [...Object.entries(text), ['description', description.slice(0, LONGEST_DESCRIPTION)] as const]
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`);
  return lines.length > 0 ? lines.join('\n') : (wholeText(study, item) ?? '').slice(0, LONGEST_DESCRIPTION);
}

/** Answered fields of all items. */
export async function allAttributes(study: ReasoningStudy): Promise<AnsweredFields[]> {
  const all: AnsweredFields[] = [];
  for (let item = 0; item < study.dataset.statistics.items; item++) all.push(await itemAttributes(study, item));
  return all;
}

/** An item's text of every field, empty where it has none; null while the answer is missing. */
export function fieldTexts(
  study: ReasoningStudy,
  fields: readonly AttributeField[],
  item: number,
  answered: AnsweredFields,
): string[] | null {
  if (answered.state === 'pending') return null;
  const given = givenText(study, item);
  const { asked } = study.job.settings.attributes;
  return fields.map(({ name, origin }) => {
    if (origin === 'asked') return answered.state === 'parsed' ? (answered.value[asked.indexOf(name)] ?? '') : '';
    const field = GIVEN_FIELDS.find((one) => one === name);
    return field === undefined ? '' : given[field].trim();
  });
}

/** Texts of all fields, an item's one after the other; null while an answer is missing. */
export function allFieldTexts(
  study: ReasoningStudy,
  fields: readonly AttributeField[],
  answered: readonly AnsweredFields[],
): string[] | null {
  const texts: string[] = [];
  for (const [item, one] of answered.entries()) {
    const own = fieldTexts(study, fields, item, one);
    if (!own) return null;
    texts.push(...own);
  }
  return texts;
}

/** The name of a matrix's file. */
export const attributeFile = (place: number): string => `${attributeKey(place)}_feat.npy`;
