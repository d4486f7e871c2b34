import { CANDIDATES } from '../../src/domain/candidateChoices';
import { entityLabel, idOf } from '../../src/domain/entityNames';
import type { ReasonedEntity } from '../../src/domain/reasoning';
import { itemDocument } from '../../src/domain/reasoningText';
import type { Database } from '../../src/storage/database';
import { readPicture, readText } from '../../src/storage/reasoning';
import { base64 } from './answers';
import { attributeFields, fieldTexts, itemAttributes } from './attributes';
import { candidatesOf, choiceLines, userChoice } from './choices';
import {
  isQuestion,
  itemParagraph,
  itemText,
  openStudy,
  originOf,
  textOf,
  userHistory,
  userProfile,
  type ReasoningStudy,
  type TextSource,
} from './study';

/** One item or user, as a person looks at it. */
export async function readEntity(
  database: Database,
  datasetId: string,
  scope: 'item' | 'user',
  index: number,
): Promise<ReasonedEntity> {
  return entityIn(await openStudy(database, datasetId), scope, index);
}

/** The same of a study that is open. */
export const entityIn = (study: ReasoningStudy, scope: 'item' | 'user', index: number): Promise<ReasonedEntity> =>
  scope === 'item' ? readItem(study, index) : readUser(study, index);

async function readItem(study: ReasoningStudy, item: number): Promise<ReasonedEntity> {
  const info = study.inputs.pictures.get(item);
  const bytes = info ? await readPicture(study.database, study.dataset.id, item) : null;
  return {
    scope: 'item',
    index: item,
    id: idOf(study.labels, 'item', item),
    name: entityLabel(study.labels, 'item', item),
    given: itemDocument(itemText(study, item), ''),
    picture: info && bytes ? `data:${info.type};base64,${base64(bytes)}` : null,
    history: [],
    override: study.job.overrides.items[item] ?? null,
    inFile: (study.imported.documents?.texts[item] ?? study.imported.descriptions?.texts[item] ?? null) !== null,
    attributes: study.job.settings.attributes.on ? await attributesOf(study, item) : null,
    choice: null,
    ...(await answered(study, await itemParagraph(study, item))),
  };
}

async function attributesOf(study: ReasoningStudy, item: number): Promise<ReasonedEntity['attributes']> {
  const fields = attributeFields(study);
  const settled = await itemAttributes(study, item);
  const known = settled.state === 'pending' ? ({ state: 'none' } as const) : settled;
  const texts = fieldTexts(study, fields, item, known) ?? [];
  return { state: settled.state, fields: fields.map((field, place) => ({ ...field, text: texts[place] ?? '' })) };
}

/** `documents`: by item, at least of the user's history. */
async function choiceOf(
  study: ReasoningStudy,
  user: number,
  documents: readonly string[],
): Promise<ReasonedEntity['choice']> {
  const { candidates } = study;
  if (!study.job.settings.choices.on || !candidates) return null;
  const known = [...documents];
  const place = user * CANDIDATES;
  for (const item of candidates.items.subarray(place, place + CANDIDATES))
    if (item >= 0) known[item] ??= itemDocument(itemText(study, item), (await paragraphOf(study, item)) ?? '');
  const lines = choiceLines(
    study,
    Array.from(known, (document) => document ?? ''),
  );
  const settled = await userChoice(study, candidates, lines, user);
  const markOf = (item: number) => {
    if (settled.state !== 'parsed') return null;
    if (item === settled.value.preferred) return 'preferred';
    return item === settled.value.refused ? 'refused' : null;
  };
  return {
    state: settled.state,
    candidates: candidatesOf(candidates, lines, user).map((item) => ({
      item,
      name: nameIn(study, item),
      mark: markOf(item),
    })),
  };
}

const nameIn = (study: ReasoningStudy, item: number): string =>
  itemText(study, item).title || entityLabel(study.labels, 'item', item);

/** The paragraph on an item's picture; null while it is missing. */
const paragraphOf = async (study: ReasoningStudy, item: number): Promise<string | null> =>
  textOf(study, await itemParagraph(study, item));

async function readUser(study: ReasoningStudy, user: number): Promise<ReasonedEntity> {
  const own = study.histories[user] ?? [];
  const documents: string[] = [];
  let complete = true;
  for (const item of own) {
    const paragraph = await paragraphOf(study, item);
    complete &&= paragraph !== null;
    documents[item] = itemDocument(itemText(study, item), paragraph ?? '');
  }
  const read = new Set(userHistory(study, documents, user).items);
  const source = complete ? await userProfile(study, documents, user) : null;
  return {
    scope: 'user',
    index: user,
    id: idOf(study.labels, 'user', user),
    name: entityLabel(study.labels, 'user', user),
    given: '',
    picture: null,
    history: own.map((item) => ({ item, name: nameIn(study, item), read: read.has(item) })),
    override: study.job.overrides.users[user] ?? null,
    inFile: (study.imported.profiles?.texts[user] ?? null) !== null,
    attributes: null,
    choice: complete ? await choiceOf(study, user, documents) : null,
    ...(complete ? await answered(study, source) : { text: null, origin: 'model', model: null, endedEarly: false }),
  };
}

async function answered(
  study: ReasoningStudy,
  source: TextSource,
): Promise<Pick<ReasonedEntity, 'text' | 'origin' | 'model' | 'endedEarly'>> {
  if (!isQuestion(source)) return { text: source?.own ?? '', origin: originOf(source), model: null, endedEarly: false };
  const stored = await readText(study.database, source.key);
  return { text: stored?.text ?? null, origin: 'model', model: source.model, endedEarly: stored?.cut ?? false };
}
