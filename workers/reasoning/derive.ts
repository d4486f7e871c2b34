import type { DatasetDocument, Problem } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import type { ImportStep, ReasoningProvenance } from '../../src/domain/reasoning';
import type { ReasoningModels, ReasoningSettings } from '../../src/domain/reasoningSettings';
import type { Database } from '../../src/storage/database';
import {
  commitDataset,
  deleteDataset,
  readFeatureChunks,
  readInteractions,
  writeFeatureChunk,
} from '../../src/storage/datasets';
import { readVector, type ModelDigests } from '../../src/storage/reasoning';
import { assemble } from '../dataset/assemble';
import { unknownProfiles } from '../dataset/check';
import { FeatureObserver } from '../dataset/featureStatistics';
import { matrixOf, storeFeature, type StoredFeature } from '../dataset/features';
import { digest } from '../dataset/fingerprint';
import { textHash } from './keys';
import { itemDocuments, itemSources, userSources, userTexts } from './stages';
import {
  digestOf,
  givenText,
  isQuestion,
  originOf,
  openStudy,
  userHistory,
  vectorKey,
  type ReasoningStudy,
  type TextSource,
} from './study';

/** The keys that MLLMRec reads. */
const ITEM_KEY = 'image_text';
const USER_KEY = 'user_preferences';

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
}

/** Gathers what the job has stored. Throws `REASONING_UNFINISHED` while something is missing. */
export async function readEncoded(database: Database, datasetId: string): Promise<EncodedStudy> {
  const study = await openStudy(database, datasetId);
  const paragraphs = await itemSources(study);
  const documents = await itemDocuments(study, paragraphs);
  const profiles = documents && (await userSources(study, documents));
  const profileTexts = profiles && (await userTexts(study, profiles));
  if (!documents || !profiles || !profileTexts) throw unfinished();
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
    items: stacked(itemVectors, columns),
    users: stacked(userVectors, columns),
  };
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

/**
 * Stores a new dataset: the interactions and features of the old one, with `image_text` and `user_preferences` of the reasoning stage in the
 * place of any it had. The old dataset and its runs stay as they are. Throws `REASONING_UNFINISHED`.
 */
export async function deriveDataset(
  database: Database,
  datasetId: string,
  id: string,
  name: string,
  progress: (text: string, fraction: number | null) => void,
): Promise<DatasetDocument> {
  progress('reading the vectors', null);
  const encoded = await readEncoded(database, datasetId);
  const { dataset, labels } = encoded.study;
  try {
    const features: StoredFeature[] = [];
    for (const info of dataset.features.filter(({ key, scope }) => key !== ITEM_KEY && scope === 'item')) {
      progress(`copying ${info.key}`, null);
      features.push(await copyFeature(database, dataset, id, info));
    }
    progress('storing the vectors', null);
    const made = (key: string, scope: 'item' | 'user', values: Float32Array<ArrayBuffer>) =>
      storeFeature(
        database,
        id,
        {
          key,
          scope,
          file: `${encoderName(encoded.study.job.settings)}, reasoning stage`,
          matrix: matrixOf(values, encoded.columns),
        },
        null,
        {},
      );
    features.push(await made(ITEM_KEY, 'item', encoded.items), await made(USER_KEY, 'user', encoded.users));
    const document = await assemble(database, {
      id,
      name,
      users: dataset.statistics.users,
      items: dataset.statistics.items,
      interactions: await readInteractions(database, datasetId),
      labels: labels ?? { items: null, users: null, itemCategories: null, originalUsers: null, originalItems: null },
      features,
      split: dataset.split,
      source: { kind: 'reasoning', provenance: await provenanceOf(encoded) },
      statistics: dataset.statistics,
      problems: [...dataset.problems.filter(({ rule }) => rule !== 'user-file-provenance'), ...fromElsewhere(encoded)],
    });
    await commitDataset(database, document);
    return document;
  } catch (error) {
    await deleteDataset(database, id).catch(() => undefined);
    throw error;
  }
}

/** A note where profiles are a file's. */
function fromElsewhere({ study, profiles }: EncodedStudy): Problem[] {
  const { profiles: file } = study.imported;
  return file && profiles.some((source) => originOf(source) === 'imported')
    ? [{ severity: 'note', ...unknownProfiles(file.file) }]
    : [];
}

const encoderName = ({ encoder, models }: ReasoningSettings): string =>
  encoder.kind === 'page' ? encoder.name : models.encode;

async function copyFeature(
  database: Database,
  { id: from }: DatasetDocument,
  id: string,
  info: DatasetDocument['features'][number],
): Promise<StoredFeature> {
  const digests: string[] = [];
  for await (const { values } of readFeatureChunks(database, from, info)) {
    await writeFeatureChunk(database, id, info.key, digests.length, values);
    digests.push(await digest(values));
  }
  return { info, digests, observer: new FeatureObserver() };
}

async function provenanceOf({
  study,
  documents,
  paragraphs,
  profiles,
  profileTexts,
}: EncodedStudy): Promise<ReasoningProvenance> {
  const {
    dataset,
    job: { settings, overrides },
    inputs,
    digests,
  } = study;
  const { server, models, encoder, prompts, sampling, seed, answerTokens, contextTokens, history } = settings;
  const used: ReasoningModels = { ...models, encode: encoderName(settings) };
  const prompt = async (text: string) => ({ hash: await textHash(text), text });
  const count = (sources: readonly TextSource[]): number => sources.filter(isQuestion).length;
  const byHand = [...Object.values(overrides.items), ...Object.values(overrides.users)].filter(
    ({ kind }) => kind !== 'again',
  ).length;
  return {
    from: { id: dataset.id, name: dataset.name, fingerprint: dataset.fingerprint },
    server: server.kind,
    models: used,
    ...digestsOf(digests, used),
    ...(encoder.kind === 'page' && encoder.id !== null && { encoder: { name: encoder.name, id: encoder.id } }),
    prompts: { describe: await prompt(prompts.describe), profile: await prompt(prompts.profile) },
    sampling,
    seed,
    answerTokens,
    contextTokens,
    interactions: 'training',
    history,
    counts: {
      describedItems: count(paragraphs),
      itemsWithoutImage: documents.length - inputs.pictures.size,
      itemsWithoutText: documents.filter((_, item) =>
        Object.values(givenText(study, item)).every((part) => part.trim() === ''),
      ).length,
      emptyItems: documents.filter((text) => text === '').length,
      profiledUsers: count(profiles),
      emptyUsers: profileTexts.filter((text) => text === '').length,
      cutHistories: profiles.filter((_, user) => userHistory(study, documents, user).cut).length,
      editedTexts: byHand,
      ...importedCounts([...paragraphs, ...profiles]),
    },
  };
}

function digestsOf(
  all: ModelDigests,
  { describe, profile, encode }: ReasoningModels,
): Pick<ReasoningProvenance, 'digests'> {
  const known = { describe: digestOf(all, describe), profile: digestOf(all, profile), encode: digestOf(all, encode) };
  return Object.values(known).some((digest) => digest !== null) ? { digests: known } : {};
}

function importedCounts(sources: readonly TextSource[]): Pick<ReasoningProvenance['counts'], 'imported'> {
  const count = (step: ImportStep): number =>
    sources.filter((source) => source !== null && !isQuestion(source) && source.imported === step).length;
  return sources.some((source) => originOf(source) === 'imported')
    ? { imported: { descriptions: count('descriptions'), documents: count('documents'), profiles: count('profiles') } }
    : {};
}
