import { newerPart, PLAN_FORMAT, PLAN_VERSION, planProblem, planSchema } from '../documents/plan';
import { z } from '../documents/schemas';
import { AppError } from '../domain/errors';
import { defaultConfig } from '../domain/models/catalogue';
import type { Plan } from '../domain/plan';
import { APP_VERSION } from '../domain/version';
import { parseJson } from './deflate';

/** Plans as files. */

export const PLAN_ENDING = '.plan.json';
const MOST_BYTES = 64 * 2 ** 20;

const head = z.object({ format: z.literal(PLAN_FORMAT), version: z.number() });

/** Text that `decodePlan` reads. Throws `PLAN_EMPTY` for a plan without runs. */
export function encodePlan({ name, made, dataset, runs }: Plan): string {
  if (runs.length === 0)
    throw new AppError(
      'PLAN_EMPTY',
      'The plan has no runs.',
      'Choose at least one model or row that can run on this dataset, and one seed.',
    );
  const entries = runs.map(({ experiment: { dataset: _dataset, ...settings }, ...run }) => ({ ...run, ...settings }));
  return `${JSON.stringify({ format: PLAN_FORMAT, version: PLAN_VERSION, app: APP_VERSION, name, made, dataset, runs: entries }, null, 1)}\n`;
}

/** Reads what `encodePlan` made; `file` is its name. Throws `PLAN_UNREADABLE` and `PLAN_VERSION`. */
export function decodePlan(file: string, text: string): Plan {
  const unreadable = (what: string): AppError =>
    new AppError(
      'PLAN_UNREADABLE',
      `${file} cannot be read: ${what}.`,
      'It may be truncated, changed, or no plan. Make it again with npm run lodestone -- plan, or on the page.',
    );
  if (text.length > MOST_BYTES) throw unreadable(`it is longer than ${MOST_BYTES / 2 ** 20} MiB`);
  const value = parseJson(text, () => unreadable('it is not JSON'));
  const kind = head.safeParse(value);
  if (!kind.success) throw unreadable('it is not marked as a plan');
  const newer =
    kind.data.version === PLAN_VERSION
      ? newerPart(value)
      : `its form is ${kind.data.version}, and this version reads form ${PLAN_VERSION}`;
  if (newer)
    throw new AppError(
      'PLAN_VERSION',
      `${file} was made by another version of Lodestone: ${newer}.`,
      'Use the version that made it on every machine, or make the plan again with this one.',
    );
  const found = planSchema.safeParse(value);
  if (!found.success)
    throw unreadable(`${found.error.issues[0]?.path.map(String).join('.') || 'its content'} is invalid`);
  const { name, made, dataset, runs } = found.data;
  const { id, name: called, fingerprint } = dataset;
  const plan: Plan = {
    name,
    made,
    dataset,
    runs: runs.map(({ model, config, seed, backend, allowSoftware, ...run }) => ({
      ...run,
      experiment: {
        model,
        config: { ...defaultConfig(model), ...config },
        seed,
        dataset: { id, name: called, fingerprint },
        backend,
        allowSoftware,
      },
    })),
  };
  const problem = planProblem(plan);
  if (problem) throw unreadable(problem);
  return plan;
}
