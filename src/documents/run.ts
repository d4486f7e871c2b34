import { configProblems, defaultConfig, isModelId, modelTable } from '../domain/models/catalogue';
import type { Experiment, RunDocument, RunSummary } from '../domain/run';
import type { Checked, Unreadable } from '../domain/unreadable';
import { check, damaged, member } from './check';
import { runFields } from './runFields';
import { z } from './schemas';
import { sharedDataset, sharedRunSchema } from './shared';
import { count, fromStorage } from './values';

/** Runs as they are stored: a summary for lists, and the whole document with its curves. */

/** The newest form of a run document. */
const VERSION = 1;

const fields = runFields(fromStorage);
const kept = {
  ...fields.summary,
  theirs: z.exactOptional(sharedRunSchema),
  origin: z.exactOptional(z.strictObject({ file: z.string(), importedAt: fromStorage.time, dataset: sharedDataset })),
};
/** Epochs and intervals. */
export const { curves } = fields;
const documentSchema = z.strictObject({ ...kept, ...curves });
const summarySchema = z.strictObject({ ...kept, epochsDone: count });

/** A stored run document. Options that were not there when it was written have their defaults. */
export function checkRun(value: unknown): Checked<RunDocument> {
  const why = otherModel(value);
  if (why) return { value: null, why };
  const found = check(documentSchema, value, VERSION);
  if (found.why) return found;
  const run = { ...found.value, experiment: completed(found.value.experiment) };
  const problem = configTrouble(run.experiment) ?? epochTrouble(run, run.epochs.length) ?? orderTrouble(run);
  return problem ? { value: null, why: problem } : { value: run, why: null };
}

/** A stored summary. */
export function checkSummary(value: unknown): Checked<RunSummary> {
  const why = otherModel(value);
  if (why) return { value: null, why };
  const found = check(summarySchema, value, VERSION);
  if (found.why) return found;
  const run = { ...found.value, experiment: completed(found.value.experiment) };
  const problem = configTrouble(run.experiment) ?? epochTrouble(run, run.epochsDone);
  return problem ? { value: null, why: problem } : { value: run, why: null };
}

/** A run of a model that is not here, whatever else is in it; one of a newer form is that first. */
function otherModel(value: unknown): Unreadable | null {
  const version = member(value, 'version');
  if (typeof version === 'number' && version > VERSION) return { kind: 'newer' };
  const model = member(member(value, 'experiment'), 'model');
  return typeof model === 'string' && !isModelId(model) ? { kind: 'model', model } : null;
}

const completed = (experiment: Experiment): Experiment => ({
  ...experiment,
  config: { ...defaultConfig(experiment.model), ...experiment.config },
});

/** An option that the model does not have here comes from a version that has it; a value that it refuses is damage. */
function configTrouble({ model, config }: Experiment): Unreadable | null {
  const known = defaultConfig(model);
  if (Object.keys(config).some((key) => !Object.hasOwn(known, key))) return { kind: 'newer' };
  const [wrong] = configProblems(model, config).values();
  return wrong === undefined ? null : damaged(`of ${modelTable(model).name}: ${wrong.replace(/\.$/, '')}`);
}

type Ends = Pick<RunSummary, 'best' | 'result'>;

function epochTrouble({ best, result }: Ends, epochs: number): Unreadable | null {
  const known = (epoch: number | undefined): boolean => epoch === undefined || epoch < epochs;
  return known(best?.epoch) && known(result?.bestEpoch) ? null : damaged('its best epoch is not among its epochs');
}

const orderTrouble = ({ epochs }: Pick<RunDocument, 'epochs'>): Unreadable | null =>
  epochs.some(({ epoch }, place) => epoch !== place) ? damaged('its epochs are not in order') : null;
