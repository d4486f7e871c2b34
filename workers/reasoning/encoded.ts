import type { AttributeField } from '../../src/domain/itemAttributes';
import { AppError } from '../../src/domain/errors';
import type { Database } from '../../src/storage/database';
import { readVector, type StoredCandidates } from '../../src/storage/reasoning';
import { allAttributes, allFieldTexts, attributeFields, type AnsweredFields } from './attributes';
import { allChoices, type UserChoice } from './choices';
import { itemDocuments, itemSources, userSources, userTexts } from './stages';
import { openStudy, vectorKey, type ReasoningStudy, type TextSource } from './study';

/** Attributes of all items. */
export interface EncodedAttributes {
  readonly fields: readonly AttributeField[];
  /** By item. */
  readonly answered: readonly AnsweredFields[];
  /** `[items · fields]`, an item's one after the other. */
  readonly texts: readonly string[];
}

/** Choices of all users. */
export interface MadeChoices {
  readonly candidates: StoredCandidates;
  readonly choices: readonly UserChoice[];
}

/** Vectors by item and by user, zero where there was no text, with the texts. */
export interface EncodedStudy {
  readonly study: ReasoningStudy;
  readonly documents: readonly string[];
  readonly paragraphs: readonly TextSource[];
  readonly profiles: readonly TextSource[];
  readonly profileTexts: readonly string[];
  readonly items: Float32Array<ArrayBuffer>;
  readonly users: Float32Array<ArrayBuffer>;
  readonly columns: number;
  /** null where they are not asked for. */
  readonly attributes: EncodedAttributes | null;
  readonly choices: MadeChoices | null;
}

/** Gathers what the job has stored. Throws `REASONING_UNFINISHED` while something is missing. */
export async function readEncoded(database: Database, datasetId: string): Promise<EncodedStudy> {
  const study = await openStudy(database, datasetId);
  const paragraphs = await itemSources(study);
  const documents = await itemDocuments(study, paragraphs);
  const profiles = documents && (await userSources(study, documents));
  const profileTexts = profiles && (await userTexts(study, profiles));
  if (!documents || !profiles || !profileTexts) throw unfinished();
  const attributes = study.job.settings.attributes.on ? await readAttributes(study) : null;
  const choices = study.job.settings.choices.on ? await readChoices(study, documents) : null;
  const itemVectors = await vectorsOf(study, documents);
  const userVectors = await vectorsOf(study, profileTexts);
  const columns = [...itemVectors, ...userVectors].find((vector) => vector !== null)?.length;
  if (columns === undefined)
    throw new AppError(
      'REASONING_INPUT',
      'No item has a text or a picture, so there is nothing to encode.',
      'Add item texts or pictures on the Reasoning page.',
    );
  return {
    study,
    documents,
    paragraphs,
    profiles,
    profileTexts,
    columns,
    attributes,
    choices,
    items: stacked(itemVectors, columns),
    users: stacked(userVectors, columns),
  };
}

async function readAttributes(study: ReasoningStudy): Promise<EncodedAttributes> {
  const fields = attributeFields(study);
  const answered = await allAttributes(study);
  const texts = allFieldTexts(study, fields, answered);
  if (!texts) throw unfinished();
  for (const text of texts) if (text !== '' && !study.stored.has(await vectorKey(study, text))) throw unfinished();
  return { fields, answered, texts };
}

async function readChoices(study: ReasoningStudy, documents: readonly string[]): Promise<MadeChoices> {
  const { candidates } = study;
  const choices = candidates && (await allChoices(study, candidates, documents));
  if (!choices || choices.some(({ state }) => state === 'pending')) throw unfinished();
  return { candidates, choices };
}

/** Vectors of the field at a place, `[items, columns]`, zero where an item has no text of it. */
export async function attributeVectors(
  { study, columns }: Pick<EncodedStudy, 'study' | 'columns'>,
  { fields, texts }: EncodedAttributes,
  place: number,
): Promise<Float32Array<ArrayBuffer>> {
  const own = texts.filter((_, index) => index % fields.length === place);
  return stacked(await vectorsOf(study, own), columns);
}

async function vectorsOf(study: ReasoningStudy, texts: readonly string[]): Promise<(Float32Array | null)[]> {
  const vectors: (Float32Array | null)[] = [];
  for (const text of texts) {
    if (text === '') {
      vectors.push(null);
      continue;
    }
    const vector = await readVector(study.database, await vectorKey(study, text));
    if (!vector) throw unfinished();
    vectors.push(vector);
  }
  return vectors;
}

function stacked(vectors: readonly (Float32Array | null)[], columns: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(vectors.length * columns);
  vectors.forEach((vector, row) => {
    if (vector && vector.length !== columns)
      throw new AppError(
        'SERVER_ANSWER',
        'The encoder’s stored vectors have different lengths.',
        'Another model may have had the same name. Give the encoder another name and encode again.',
      );
    if (vector) values.set(vector, row * columns);
  });
  return values;
}

const unfinished = (): AppError =>
  new AppError(
    'REASONING_UNFINISHED',
    'Some items or users have no vector yet.',
    'Start the pipeline again and let it finish.',
  );
