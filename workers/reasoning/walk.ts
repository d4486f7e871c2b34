import type { Stage } from '../../src/domain/reasoning';
import { allAttributes, allFieldTexts, attributeFields, itemAttributes } from './attributes';
import { allChoices, choiceLines, userChoice } from './choices';
import {
  formedPlan,
  itemDocuments,
  itemSources,
  textPlan,
  userSources,
  userTexts,
  vectorPlan,
  type StagePlan,
  type TextTask,
  type VectorTask,
} from './stages';
import type { ReasoningStudy } from './study';

export type AnyPlan = StagePlan<TextTask> | StagePlan<VectorTask>;
type Visit = (stage: Stage, plan: AnyPlan) => Promise<void>;

/** Visits the stages in order, each as soon as all it depends on is stored; says whether all answers of all stages are. */
export async function walk(study: ReasoningStudy, visit: Visit): Promise<boolean> {
  const paragraphs = await itemSources(study);
  await visit('describe', textPlan(study, paragraphs));
  const documents = await itemDocuments(study, paragraphs);
  if (!documents) return false;
  const fields = await attributeTexts(study, visit);
  if (fields.texts === null) return false;
  const profiles = await userSources(study, documents);
  await visit('profile', textPlan(study, profiles));
  const texts = await userTexts(study, profiles);
  if (!texts || !(await chosen(study, documents, visit))) return false;
  for (const [stage, all, perEntity] of [
    ['encodeItems', documents, 1],
    ['encodeUsers', texts, 1],
    ['encodeAttributes', fields.texts, fields.perItem],
  ] as const) {
    if (perEntity === 0) continue;
    const plan = await vectorPlan(study, all, perEntity);
    await visit(stage, plan);
    if (plan.keys.some((key) => !study.stored.has(key))) return false;
  }
  return true;
}

/** All attributes' texts, of so many for each item; none where they are not asked for, null while an answer is missing. */
async function attributeTexts(
  study: ReasoningStudy,
  visit: Visit,
): Promise<{ readonly texts: readonly string[] | null; readonly perItem: number }> {
  if (!study.job.settings.attributes.on) return { texts: [], perItem: 0 };
  const found = await allAttributes(study);
  const plan = formedPlan(found, (item) => itemAttributes(study, item));
  await visit('attributes', plan);
  const fields = attributeFields(study);
  const answered = plan.tasks.length > 0 ? await allAttributes(study) : found;
  return { texts: allFieldTexts(study, fields, answered), perItem: fields.length };
}

/** Whether all choices that are asked for are stored. */
async function chosen(study: ReasoningStudy, documents: readonly string[], visit: Visit): Promise<boolean> {
  if (!study.job.settings.choices.on) return true;
  const { candidates } = study;
  if (!candidates) return false;
  const lines = choiceLines(study, documents);
  const found = await allChoices(study, candidates, documents);
  const plan = formedPlan(found, (user) => userChoice(study, candidates, lines, user));
  await visit('choose', plan);
  const made = plan.tasks.length > 0 ? await allChoices(study, candidates, documents) : found;
  return made.every(({ state }) => state !== 'pending');
}

export const missingOf = (plan: AnyPlan): number =>
  plan.tasks.reduce((sum, task) => sum + ('question' in task ? 1 : task.texts.length), 0);
