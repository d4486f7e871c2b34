import { markdownText } from '../../src/domain/markdown';
import { nameOf } from '../../src/domain/entityNames';
import type { ReasonedEntity } from '../../src/domain/reasoning';
import type { TextVariant } from '../../src/domain/textVariants';
import type { Database } from '../../src/storage/database';
import { readVariants, writeVariants } from '../../src/storage/reasoning';
import { orInstead } from '../../src/storage/replaced';
import { entityIn } from './entity';
import { answerKey } from './keys';
import { digestOf, openStudy, type ReasoningStudy } from './study';

type Scope = ReasonedEntity['scope'];
type Pair = readonly [ReasonedEntity, ReasonedEntity];

/** Writes down with what the texts of a study are asked for, so that its answers are found again after the settings changed. */
export async function rememberVariant({ database, dataset, job, digests }: ReasoningStudy, now: Date): Promise<void> {
  const { models, prompts, sampling, seed, answerTokens, contextTokens, history } = job.settings;
  const model = (name: string) => ({ name, digest: digestOf(digests, name) });
  const content = {
    describe: model(models.describe),
    profile: model(models.profile),
    prompts,
    sampling,
    seed,
    answerTokens,
    contextTokens,
    history,
  };
  const id = await answerKey(content);
  const known = await orInstead(readVariants(database, dataset.id), []);
  if (!known.some((one) => one.id === id))
    await writeVariants(database, dataset.id, [...known, { ...content, id, at: now.toISOString() }]);
}

/** The study as it was asked with the variant. */
function studyWith(
  study: ReasoningStudy,
  { describe, profile, prompts, sampling, seed, answerTokens, contextTokens, history }: TextVariant,
): ReasoningStudy {
  const models = { ...study.job.settings.models, describe: describe.name, profile: profile.name };
  const digests = Object.fromEntries(
    [describe, profile].flatMap(({ name, digest }) => (digest === null ? [] : [[name, digest]])),
  );
  return {
    ...study,
    digests,
    job: {
      ...study.job,
      settings: { ...study.job.settings, models, prompts, sampling, seed, answerTokens, contextTokens, history },
    },
  };
}

/** The study in which one item or user is what models first said of it, whatever a person or a file put in its place. */
function unedited(study: ReasoningStudy, scope: Scope, index: number): ReasoningStudy {
  const { items, users } = study.job.overrides;
  const asked = { [index]: { kind: 'again', attempt: 0 } } as const;
  return {
    ...study,
    job: {
      ...study.job,
      overrides: scope === 'item' ? { items: { ...items, ...asked }, users } : { items, users: { ...users, ...asked } },
    },
  };
}

const pairIn = async (
  study: ReasoningStudy,
  scope: Scope,
  index: number,
  [a, b]: readonly [TextVariant, TextVariant],
): Promise<Pair> => {
  const own = unedited(study, scope, index);
  return [await entityIn(studyWith(own, a), scope, index), await entityIn(studyWith(own, b), scope, index)];
};

/** The same item or user as two variants have it; a text that was not asked for is null. */
export const readPair = async (
  database: Database,
  datasetId: string,
  scope: Scope,
  index: number,
  variants: readonly [TextVariant, TextVariant],
): Promise<Pair> => pairIn(await openStudy(database, datasetId), scope, index, variants);

/** Both texts of all items or users of which at least one variant has one, or of the one with the index, as Markdown. */
export async function pairsFile(
  database: Database,
  datasetId: string,
  scope: Scope,
  index: number | null,
  variants: readonly [TextVariant, TextVariant],
  labels: readonly [string, string],
): Promise<Blob> {
  const study = await openStudy(database, datasetId);
  const size = scope === 'item' ? study.dataset.statistics.items : study.dataset.statistics.users;
  const parts = [`# ${markdownText(study.dataset.name)}: ${labels[0]} beside ${labels[1]}\n`];
  for (const one of index === null ? Array.from({ length: size }, (_, place) => place) : [index]) {
    const pair = await pairIn(study, scope, one, variants);
    if (index === null && pair.every(({ text }) => text === null || text === '')) continue;
    parts.push(sectionOf(study, pair, labels));
  }
  return new Blob([parts.join('\n')], { type: 'text/markdown' });
}

function sectionOf(study: ReasoningStudy, pair: Pair, labels: readonly [string, string]): string {
  const [{ scope, index, id, given, history }] = pair;
  const about = scope === 'item' ? given : history.map((one) => `- ${markdownText(one.name)}`).join('\n');
  const texts = pair.map(
    ({ text }, side) => `### ${labels[side] ?? ''}\n\n${text === null ? '(not asked)' : text || '(nothing to ask)'}\n`,
  );
  const name = nameOf(study.labels, scope, index);
  const head = `${scope} ${markdownText(id)}${id === String(index) ? '' : ` (index ${index})`}`;
  return [
    `## ${head}${name === null ? '' : `: ${markdownText(name)}`}\n`,
    ...(about === '' ? [] : [`${about}\n`]),
    ...texts,
  ].join('\n');
}
