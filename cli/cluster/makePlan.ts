import { ablationRows, ablationRuns, withReasons } from '../../src/domain/ablation';
import { controlRows } from '../../src/domain/controlSet';
import type { DatasetDocument } from '../../src/domain/dataset';
import { newId } from '../../src/domain/ids';
import { modelTable } from '../../src/domain/models/catalogue';
import { parseOption } from '../../src/domain/models/config';
import type { Config, ModelId } from '../../src/domain/models/table';
import { configLacks } from '../../src/domain/needs';
import { plannedRows, tableRuns, tableTitle, type PaperTable } from '../../src/domain/paperTables';
import { planOf, type Plan } from '../../src/domain/plan';
import { startConfig } from '../../src/domain/presets';
import type { QueuedExperiment } from '../../src/domain/pretraining';
import type { PublishedTable } from '../../src/domain/publishedTables';
import type { Experiment, SweepAxis } from '../../src/domain/run';
import { combinations, MOST_AXES, MOST_RUNS, planSweep, sweepOptions, sweepRuns } from '../../src/domain/sweep';
import { changesOf, wrong } from '../arguments';
import type { PlanArguments, Wanted } from './planArguments';

/** What was planned, and what was left out, in sentences. */
export interface Made {
  readonly plan: Plan;
  readonly notes: readonly string[];
}

type ModelsWanted = Extract<Wanted, { kind: 'models' }>;

/** The set that is asked for, in the words of its group; '' where none is. */
const setOf = ({ ablation, controls }: ModelsWanted): string =>
  ablation ? 'ablations' : controls.length > 0 ? 'controls' : '';

interface Part {
  readonly runs: readonly QueuedExperiment[];
  readonly notes: readonly string[];
}

/** The plan that was asked for. Throws `COMMAND_LINE` and `CONFIG_INVALID`. */
export function makePlan(
  request: PlanArguments,
  wanted: Exclude<Wanted, { kind: 'file' }>,
  dataset: DatasetDocument,
): Made {
  const parts =
    wanted.kind === 'table'
      ? [tablePart(request, wanted, dataset)]
      : wanted.models.map((model) => modelPart(request, wanted, model, dataset));
  const runs = parts.flatMap((part) => part.runs);
  const name = request.name ?? nameOf(request, wanted, dataset);
  const plan = planOf(name, dataset, runs, new Date().toISOString());
  return { plan, notes: parts.flatMap((part) => part.notes) };
}

function nameOf({ axes }: PlanArguments, wanted: Exclude<Wanted, { kind: 'file' }>, { name }: DatasetDocument): string {
  if (wanted.kind === 'table') return `${tableTitle(wanted.table)} on ${name}`;
  const models = wanted.models.map((id) => modelTable(id).name);
  const what = setOf(wanted) ? [setOf(wanted)] : axes.map((axis) => axis.split('=')[0] ?? axis);
  const of = models.length > 3 ? `${models.length} models` : models.join(', ');
  return `${of}${what.length > 0 ? `: ${what.join(', ')}` : ''} on ${name}`;
}

function modelPart(request: PlanArguments, wanted: ModelsWanted, model: ModelId, dataset: DatasetDocument): Part {
  const { seeds, backend, allowSoftware } = request;
  const { id, name, fingerprint } = dataset;
  const config = startConfig(model, wanted.preset, changesOf(model, request), dataset);
  const base = { model, config, dataset: { id, name, fingerprint }, backend, allowSoftware };
  const called = modelTable(model).name;
  const lack = configLacks(model, config, dataset);
  if (lack !== null) return { runs: [], notes: [`${called} is left out. ${lack}`] };
  if (setOf(wanted)) return setPart(wanted, base, request, dataset);
  if (request.axes.length > 0) return sweepPart(base, request, dataset);
  return { runs: seeds.map((seed) => ({ experiment: { ...base, seed } })), notes: [] };
}

/** The rows of an ablation table or of a control set. */
function setPart(
  wanted: ModelsWanted,
  base: Omit<Experiment, 'seed'>,
  { axes, seeds }: PlanArguments,
  dataset: DatasetDocument,
): Part {
  const { ablation, controls } = wanted;
  if ((ablation ? 1 : 0) + (controls.length > 0 ? 1 : 0) + (axes.length > 0 ? 1 : 0) > 1)
    return wrong('--ablation, --controls and --axis make plans of their own; give one of them.');
  const called = modelTable(base.model).name;
  const rows = ablation ? ablationRows(base, dataset, null) : controlRows(base, dataset, controls);
  if (rows.length === 1)
    return { runs: [], notes: [`${called} is left out. It has no ${setOf(wanted)} on ${dataset.name}.`] };
  const able = withReasons(rows, dataset);
  const name = `${called} ${setOf(wanted)} on ${dataset.name}`;
  const group = { id: newId(), name, ...(controls.length > 0 && { controls: true as const }) };
  const notes = able.flatMap(({ label, reason, note }) =>
    reason ? [`“${label}” is left out. ${reason}`] : note ? [`“${label}”: ${note}`] : [],
  );
  const runs = ablationRuns(
    able.filter(({ reason }) => reason === null),
    seeds,
    group,
  );
  return { runs, notes };
}

function sweepPart(
  base: Omit<Experiment, 'seed'>,
  { axes: typed, seeds }: PlanArguments,
  dataset: DatasetDocument,
): Part {
  const axes = typed.map((axis) => axisOf(base.model, axis));
  const called = modelTable(base.model).name;
  if (axes.length > MOST_AXES) return wrong(`A sweep has at most ${MOST_AXES} axes.`);
  if (new Set(axes.map(({ key }) => key)).size < axes.length) return wrong('Two axes vary the same option.');
  if (combinations(axes) * seeds.length > MOST_RUNS)
    return wrong(
      `This sweep of ${called} has ${combinations(axes) * seeds.length} runs; at most ${MOST_RUNS} are planned at once.`,
    );
  const { points, leftOut } = planSweep(base, { axes, method: 'grid', draws: 0, drawSeed: 0 }, dataset);
  const keys = axes.map(({ key }) => key).join(', ');
  const group = {
    id: newId(),
    name: `${called} on ${dataset.name}: ${keys}`,
    sweep: { axes, method: 'grid' as const, medianRule: false },
  };
  return {
    runs: sweepRuns(base, points, seeds, group),
    notes: leftOut.map(({ values, reason }) => `${labelOf(values)} is left out. ${reason}`),
  };
}

const labelOf = (values: Config): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

function axisOf(model: ModelId, text: string): SweepAxis {
  const [key = '', ...rest] = text.split('=');
  const options = sweepOptions(model);
  const option = options.find((one) => one.key === key);
  if (!option)
    return wrong(
      `${modelTable(model).name} has no option “${key}” that a sweep varies; it has ${options.map((one) => one.key).join(', ')}.`,
    );
  const values = rest
    .join('=')
    .split(',')
    .map((value) => parseOption(option, value));
  return new Set(values).size < values.length ? wrong(`--axis ${key} names a value twice.`) : { key, values };
}

function tablePart(
  request: PlanArguments,
  { table, part, from }: Extract<Wanted, { kind: 'table' }>,
  dataset: DatasetDocument,
): Part {
  const { seeds, backend, allowSoftware, epochs, axes, set } = request;
  if (axes.length + set.length > 0)
    return wrong('The rows of a table have their own settings; --set and --axis change models.');
  const limit = epochs === undefined ? null : Number(epochs);
  if (limit !== null && !(Number.isInteger(limit) && limit >= 1))
    return wrong(`--epochs must be a whole number from 1, not “${epochs}”.`);
  const printed = partOf(table, part);
  const rows = plannedRows(printed, dataset, { from, epochs: limit, backend: { backend, allowSoftware } });
  const { paper, table: number, dataset: on } = printed;
  const group = { id: newId(), name: `${tableTitle(table)}, ${on}`, table: { paper, table: number, dataset: on } };
  const notes = rows.flatMap(({ name, experiment, note }) =>
    experiment === null ? [`“${name}” is left out. ${note ?? ''}`.trim()] : note ? [`“${name}”: ${note}`] : [],
  );
  return { runs: tableRuns(rows, seeds, group, dataset), notes };
}

function partOf({ id, parts }: PaperTable, wanted: string | null): PublishedTable {
  const names = parts.map(({ dataset }) => dataset);
  const found =
    wanted === null ? parts[0] : parts.find(({ dataset }) => dataset.toLowerCase() === wanted.toLowerCase());
  return found ?? wrong(`The table ${id} has no part “${wanted}”; it has ${names.join(', ')}.`);
}
