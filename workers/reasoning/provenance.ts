import { CANDIDATES, type ChoiceProvenance } from '../../src/domain/candidateChoices';
import type { AttributeProvenance } from '../../src/domain/itemAttributes';
import type { ImportStep, ReasoningProvenance } from '../../src/domain/reasoning';
import type { ReasoningModels, ReasoningSettings } from '../../src/domain/reasoningSettings';
import type { ModelDigests } from '../../src/storage/reasoning';
import type { EncodedAttributes, EncodedStudy, MadeChoices } from './encoded';
import { textHash } from './keys';
import { digestOf, givenText, isQuestion, originOf, userHistory, type TextSource } from './study';

/** Who turns texts into vectors. */
export const encoderName = ({ encoder, models }: ReasoningSettings): string =>
  encoder.kind === 'page' ? encoder.name : models.encode;

const promptOf = async (text: string) => ({ hash: await textHash(text), text });

/** How often a state occurs. */
const among = <S extends string>(all: readonly { readonly state: S }[], state: S): number =>
  all.filter((one) => one.state === state).length;

/** Where the vectors of a derived dataset come from. */
export async function provenanceOf({
  study,
  documents,
  paragraphs,
  profiles,
  profileTexts,
  attributes,
  choices,
}: EncodedStudy): Promise<ReasoningProvenance> {
  const {
    dataset,
    job: { settings, overrides },
    inputs,
    digests,
  } = study;
  const { server, models, encoder, prompts, sampling, seed, answerTokens, contextTokens, history } = settings;
  const used: ReasoningModels = { ...models, encode: encoderName(settings) };
  // What was copied has the origin that it had.
  const before = dataset.source.kind === 'reasoning' ? dataset.source.provenance : null;
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
    prompts: { describe: await promptOf(prompts.describe), profile: await promptOf(prompts.profile) },
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
    ...(attributes && { attributes: await attributeOrigin(settings, attributes) }),
    ...(!attributes && before?.attributes && { attributes: before.attributes }),
    ...(choices && { choices: await choiceOrigin(settings, choices) }),
    ...(!choices && before?.choices && { choices: before.choices }),
  };
}

async function attributeOrigin(
  { models, attributes }: ReasoningSettings,
  { fields, answered }: EncodedAttributes,
): Promise<AttributeProvenance> {
  return {
    model: models.profile,
    prompt: await promptOf(attributes.prompt),
    fields,
    counts: {
      answered: among(answered, 'parsed'),
      unparsed: among(answered, 'unparsed'),
      withoutText: among(answered, 'none'),
      leftOut: among(answered, 'skipped'),
    },
  };
}

async function choiceOrigin(
  { models, choices: settings }: ReasoningSettings,
  { candidates: { run, masked }, choices }: MadeChoices,
): Promise<ChoiceProvenance> {
  const lacking = (what: 'history' | 'candidates'): number =>
    choices.filter((choice) => choice.state === 'none' && choice.lacks === what).length;
  return {
    model: models.profile,
    prompt: await promptOf(settings.prompt),
    run,
    masked,
    candidates: CANDIDATES,
    counts: {
      pairs: among(choices, 'parsed'),
      unparsed: among(choices, 'unparsed'),
      withoutHistory: lacking('history'),
      withoutCandidates: lacking('candidates'),
      leftOut: among(choices, 'skipped'),
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
