import { entityLabel, idOf } from '../../src/domain/entityNames';
import type { ReasonedEntity } from '../../src/domain/reasoning';
import { itemDocument } from '../../src/domain/reasoningText';
import type { Database } from '../../src/storage/database';
import { readPicture, readText } from '../../src/storage/reasoning';
import { base64 } from './answers';
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
    ...(await answered(study, await itemParagraph(study, item))),
  };
}

async function readUser(study: ReasoningStudy, user: number): Promise<ReasonedEntity> {
  const own = study.histories[user] ?? [];
  const documents: string[] = [];
  let complete = true;
  for (const item of own) {
    const paragraph = await textOf(study, await itemParagraph(study, item));
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
    history: own.map((item) => ({
      item,
      name: itemText(study, item).title || entityLabel(study.labels, 'item', item),
      read: read.has(item),
    })),
    override: study.job.overrides.users[user] ?? null,
    inFile: (study.imported.profiles?.texts[user] ?? null) !== null,
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
