import { configProblems, defaultConfig, isModelId, modelTable } from '../domain/models/catalogue';
import { MOST_PLANNED, type Plan } from '../domain/plan';
import { prerequisiteOf, sameExperiment } from '../domain/prerequisite';
import { member } from './check';
import { readingSchema } from './reading';
import { groupOf, settingsOf } from './runFields';
import { z } from './schemas';
import { demoOptions, splitRule } from './shared';
import { count, fromFile, seed } from './values';

/** A plan as a file has it, form 1: runs without their dataset, which stands once. */

export const PLAN_FORMAT = 'lodestone/plan';
export const PLAN_VERSION = 1;

const id = z.string().regex(/^[\w-]{1,64}$/);
const words = z.string().max(500);

const plannedRun = z.strictObject({
  id,
  name: words,
  ...settingsOf(fromFile),
  group: z.exactOptional(groupOf(fromFile)),
  asked: z.boolean(),
  after: z.array(id).max(10),
});

export const planSchema = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  version: z.literal(PLAN_VERSION),
  app: words,
  made: z.iso.datetime(),
  name: words.min(1),
  dataset: z.strictObject({
    id,
    name: words,
    fingerprint: z.string().regex(/^[0-9a-f]{16,64}$/),
    users: count,
    items: count,
    interactions: count,
    split: splitRule,
    splitSeed: seed.nullable(),
    demo: demoOptions.nullable(),
    reading: readingSchema.exactOptional(),
  }),
  runs: z.array(plannedRun).min(1).max(MOST_PLANNED),
});

/** Written by a version that knows more: a model or an option that is not here. In a clause; null where there is none. */
export function newerPart(value: unknown): string | null {
  const runs = member(value, 'runs');
  if (!Array.isArray(runs)) return null;
  for (const run of runs) {
    const model = member(run, 'model');
    const name = String(model).slice(0, 60);
    if (typeof model !== 'string') continue;
    if (!isModelId(model)) return `this version does not have its model “${name}”`;
    const config = member(run, 'config');
    const known = defaultConfig(model);
    const strange =
      typeof config === 'object' && config !== null
        ? Object.keys(config).find((key) => !Object.hasOwn(known, key))
        : undefined;
    if (strange !== undefined)
      return `${modelTable(model).name} has no option “${strange.slice(0, 60)}” in this version`;
  }
  return null;
}

/** What a schema cannot say of a plan, in a clause; null where all is right. */
export function planProblem({ runs }: Pick<Plan, 'runs'>): string | null {
  const before = new Map<string, Plan['runs'][number]>();
  for (const run of runs) {
    const { model, config } = run.experiment;
    const [wrong] = configProblems(model, config).values();
    if (wrong !== undefined) return `of ${modelTable(model).name}: ${wrong.replace(/\.$/, '')}`;
    if (before.has(run.id)) return `two of its runs have the id ${run.id}`;
    const needs = run.after.map((one) => before.get(one));
    if (needs.includes(undefined)) return `the run ${run.id} waits for one that does not stand before it`;
    const needed = prerequisiteOf(run.experiment);
    if (needed && !needs.some((one) => one && sameExperiment(one.experiment, needed)))
      return `the run ${run.id} does not say which run it takes its pre-trained embeddings from`;
    before.set(run.id, run);
  }
  return null;
}
