import { at } from '../../src/domain/at';
import type { DatasetDocument, DatasetLabels } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import type { ImportStep, InputCounts, Override, ReasoningJob, TextOrigin } from '../../src/domain/reasoning';
import {
  cutHistory,
  filled,
  heldOutItems,
  historyRoom,
  itemDocument,
  NO_TEXT,
  trainingHistories,
  type CutHistory,
  type ItemText,
} from '../../src/domain/reasoningText';
import type { Database } from '../../src/storage/database';
import { readDataset, readInteractions, readLabels } from '../../src/storage/datasets';
import {
  answerKeys,
  readCandidates,
  readDigests,
  readImported,
  readInputs,
  readJob,
  readText,
  type ImportedTexts,
  type ModelDigests,
  type StoredCandidates,
  type StoredInputs,
} from '../../src/storage/reasoning';
import { orInstead } from '../../src/storage/replaced';
import { answerKey } from './keys';
import { LONGEST_SIDE } from './pictures';
import { samplingOf } from './server';
import { type Sampling } from './connection';

/** A question whose answer is stored under its key. */
export interface TextQuestion {
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
  /** Item whose picture goes along. */
  readonly picture: number | null;
  readonly sampling: Sampling;
}

/** What an item's description or a user's profile is: words of a person or a file, or the answer to a question; null where there is nothing to ask. */
export type TextSource = { readonly own: string; readonly imported?: ImportStep } | TextQuestion | null;

export const isQuestion = (source: TextSource): source is TextQuestion => source !== null && 'key' in source;

/** All that the stage reads of a dataset. Profiles are made of training interactions: no other is in it. */
export interface ReasoningStudy {
  readonly database: Database;
  readonly dataset: DatasetDocument;
  readonly labels: DatasetLabels | null;
  readonly job: ReasoningJob;
  /** Digests of the server's models. */
  readonly digests: ModelDigests;
  readonly inputs: StoredInputs;
  readonly imported: Readonly<Record<ImportStep, ImportedTexts | null>>;
  /** Training items of each user, the oldest first. */
  readonly histories: readonly (readonly number[])[];
  /** By user: what no question may show as a part of a history. */
  readonly heldOut: ReadonlyMap<number, ReadonlySet<number>>;
  /** What users choose among, as the settings ask for it; null where it is still to be taken from the base run. */
  readonly candidates: StoredCandidates | null;
  /** Keys of stored answers; grows while answers come. */
  readonly stored: Set<string>;
}

export async function openStudy(database: Database, datasetId: string): Promise<ReasoningStudy> {
  const dataset = await readDataset(database, datasetId);
  const job = await readJob(database, datasetId);
  const interactions = await readInteractions(database, datasetId);
  return {
    database,
    dataset,
    labels: await readLabels(database, datasetId),
    job,
    digests: await readDigests(database, job.settings.server.url),
    inputs: await readInputs(database, datasetId),
    imported: {
      descriptions: await readImported(database, datasetId, 'descriptions'),
      documents: await readImported(database, datasetId, 'documents'),
      profiles: await readImported(database, datasetId, 'profiles'),
    },
    histories: trainingHistories(interactions, dataset.statistics.users),
    heldOut: heldOutItems(interactions),
    candidates: await candidatesFor(database, job),
    stored: await answerKeys(database),
  };
}

/** The stored candidates if they are the ones that the settings ask for. Damaged ones are taken anew. */
async function candidatesFor(
  database: Database,
  { datasetId, settings }: ReasoningJob,
): Promise<StoredCandidates | null> {
  const { on, run, mask } = settings.choices;
  const stored = on ? await orInstead(readCandidates(database, datasetId), null) : null;
  return stored && stored.run.id === run && stored.masked === mask ? stored : null;
}

/** Throws `REASONING_LEAK` where a history that is about to be shown to a model has an item that is held out. */
export function refuseHeldOut(
  { heldOut }: Pick<ReasoningStudy, 'heldOut'>,
  user: number,
  history: readonly number[],
): void {
  const leaked = history.find((item) => heldOut.get(user)?.has(item));
  if (leaked === undefined) return;
  throw new AppError(
    'REASONING_LEAK',
    `The history of user ${user} has item ${leaked}, which is held out for validation or test.`,
    'Models are asked about training interactions only. Import the dataset again; if it happens again, please report it.',
    { user, item: leaked },
  );
}

/** Who a text is from. */
export function originOf(source: TextSource): TextOrigin {
  if (source === null) return 'none';
  if (isQuestion(source)) return 'model';
  return source.imported ? 'imported' : 'own';
}

/** What stands before the paragraph in an item's description: nothing where a whole text was brought along. */
export const itemText = (study: ReasoningStudy, item: number): ItemText =>
  wholeText(study, item) === null ? givenText(study, item) : NO_TEXT;

/** The whole text that was brought along for an item; null where there is none, or a model is to be asked instead. */
export const wholeText = ({ imported, job }: ReasoningStudy, item: number): string | null =>
  job.overrides.items[item]?.kind === 'again' ? null : (imported.documents?.texts[item] ?? null);

/** A file's text; without a file the dataset's own names, as the demo has them. */
export function givenText({ inputs, labels }: Pick<ReasoningStudy, 'inputs' | 'labels'>, item: number): ItemText {
  if (inputs.texts) return inputs.texts[item] ?? NO_TEXT;
  const category = labels?.itemCategories;
  return { ...NO_TEXT, title: labels?.items?.[item] ?? '', categories: category?.names[at(category.of, item)] ?? '' };
}

export function inputCounts(study: ReasoningStudy): InputCounts {
  const { dataset, inputs, histories } = study;
  const items = Array.from({ length: dataset.statistics.items }, (_, item) => item);
  const hasText = (item: number): boolean => itemDocument(givenText(study, item), '') !== '';
  const isImported = (item: number): boolean =>
    Boolean(study.imported.descriptions?.texts[item] ?? study.imported.documents?.texts[item]);
  return {
    items: items.length,
    texts: items.filter(hasText).length,
    images: inputs.pictures.size,
    neither: items.filter((item) => !hasText(item) && !inputs.pictures.has(item) && !isImported(item)).length,
    strangers: inputs.strangers,
    imported: {
      descriptions: countOf(study, 'descriptions'),
      documents: countOf(study, 'documents'),
      profiles: countOf(study, 'profiles'),
    },
    users: histories.length,
    withoutHistory: histories.filter((history) => history.length === 0).length,
  };
}

function countOf({ imported }: ReasoningStudy, step: ImportStep): InputCounts['imported'][ImportStep] {
  const texts = imported[step];
  return texts && { texts: texts.texts.filter((text) => text !== null).length, file: texts.file };
}

/** The words of a person before those of a file; null where a model is to be asked. */
function ownWords(
  override: Override | undefined,
  texts: readonly (readonly [ImportStep, string | null | undefined])[],
): { readonly own: string; readonly imported?: ImportStep } | null {
  if (override?.kind === 'edited') return { own: override.text };
  if (override?.kind === 'skipped') return { own: '' };
  if (override?.kind === 'again') return null;
  for (const [imported, own] of texts) if (typeof own === 'string') return { own, imported };
  return null;
}

export const attemptOf = (override: Override | undefined): number =>
  override?.kind === 'again' ? override.attempt : 0;

/** What the paragraph on an item's picture is. */
export async function itemParagraph(study: ReasoningStudy, item: number): Promise<TextSource> {
  const { settings, overrides } = study.job;
  const override = overrides.items[item];
  const own = ownWords(override, [
    ['documents', study.imported.documents?.texts[item]],
    ['descriptions', study.imported.descriptions?.texts[item]],
  ]);
  if (own) return own;
  const picture = study.inputs.pictures.get(item);
  if (!picture) return null;
  const prompt = filled(settings.prompts.describe, { dataset: study.dataset.name, ...itemText(study, item) });
  const sampling = samplingOf(settings, attemptOf(override));
  const model = settings.models.describe;
  return {
    key: await answerKey({
      step: 'describe',
      model: identity(study, model),
      sampling,
      prompt,
      picture: picture.hash,
      side: LONGEST_SIDE,
    }),
    model,
    prompt,
    picture: item,
    sampling,
  };
}

/** A user's history as it goes into the prompt; `documents` by item. */
export function userHistory(
  { job, histories }: Pick<ReasoningStudy, 'job' | 'histories'>,
  documents: readonly string[],
  user: number,
): CutHistory {
  const { prompts, contextTokens, answerTokens, history } = job.settings;
  return cutHistory(
    histories[user] ?? [],
    documents,
    history.rule,
    history.most,
    historyRoom(prompts.profile, contextTokens, answerTokens),
  );
}

/** What a user's profile is; needs the description of every item of the history. */
export async function userProfile(
  study: ReasoningStudy,
  documents: readonly string[],
  user: number,
): Promise<TextSource> {
  const { settings, overrides } = study.job;
  const override = overrides.users[user];
  const own = ownWords(override, [['profiles', study.imported.profiles?.texts[user]]]);
  if (own) return own;
  const { items, list } = userHistory(study, documents, user);
  if (items.length === 0) return null;
  refuseHeldOut(study, user, items);
  const prompt = filled(settings.prompts.profile, {
    dataset: study.dataset.name,
    count: String(items.length),
    items: list,
  });
  const sampling = samplingOf(settings, attemptOf(override));
  const model = settings.models.profile;
  return {
    key: await answerKey({ step: 'profile', model: identity(study, model), sampling, prompt }),
    model,
    prompt,
    picture: null,
    sampling,
  };
}

/** The text of a source; null while its answer is not stored. */
export async function textOf(
  { database, stored }: Pick<ReasoningStudy, 'database' | 'stored'>,
  source: TextSource,
): Promise<string | null> {
  if (source === null) return '';
  if (!isQuestion(source)) return source.own;
  return stored.has(source.key) ? ((await readText(database, source.key))?.text ?? null) : null;
}

/** Key of a text's vector. That it was made on a GPU or the CPU is no part of it. */
export function vectorKey(study: Pick<ReasoningStudy, 'job' | 'digests'>, text: string): Promise<string> {
  const { encoder, models } = study.job.settings;
  return answerKey(
    encoder.kind === 'page'
      ? { step: 'encode', encoder: encoder.id, pooling: 'mean', length: 1, text }
      : { step: 'encode', model: identity(study, models.encode), text },
  );
}

/** What Ollama names without a tag has the tag `latest`. */
export const digestOf = (digests: ModelDigests, model: string): string | null =>
  digests[model] ?? digests[`${model}:latest`] ?? null;

/** A model as it stands in keys: one that was fetched anew under its name is another. */
export function identity({ digests }: Pick<ReasoningStudy, 'digests'>, model: string): string {
  const digest = digestOf(digests, model);
  return digest === null ? model : `${model}@${digest}`;
}
