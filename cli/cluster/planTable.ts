import type { DatasetDocument } from '../../src/domain/dataset';
import { changedOptions, modelTable } from '../../src/domain/models/catalogue';
import type { Plan, PlannedRun } from '../../src/domain/plan';
import type { MemoryEstimate, RunSummary } from '../../src/domain/run';
import { estimateTime } from '../../src/domain/timeEstimate';
import { runMemory } from '../../workers/training/estimate';
import { tableText, duration, gib } from './text';

/** The runs of a plan that differ in nothing but their seed, and what each takes. */
export interface PlanRow {
  readonly model: string;
  /** What it is called within its set, or what differs from the defaults. */
  readonly settings: string;
  readonly runs: readonly PlannedRun[];
  readonly memory: MemoryEstimate | null;
  /** Seconds of one run; null where no run of the model is known on this dataset. */
  readonly seconds: number | null;
}

/** Rows in the order of the plan. `dataset` null: without estimates of memory. */
export async function planRows(
  { runs }: Plan,
  dataset: DatasetDocument | null,
  known: readonly RunSummary[],
  progress: (done: number, of: number) => void = () => undefined,
): Promise<PlanRow[]> {
  const groups = grouped(runs);
  const rows: PlanRow[] = [];
  for (const group of groups) {
    const [first] = group;
    if (!first) continue;
    const { experiment } = first;
    progress(rows.length, groups.length);
    const memory = dataset && (await runMemory(dataset, experiment.model, experiment.config)).estimate;
    rows.push({
      model: modelTable(experiment.model).name,
      settings: settingsOf(first),
      runs: group,
      memory,
      seconds: secondsOf(experiment, known),
    });
  }
  return rows;
}

function secondsOf(experiment: PlannedRun['experiment'], known: readonly RunSummary[]): number | null {
  const { seconds, unknown } = estimateTime([experiment], known);
  return unknown.length > 0 ? null : seconds;
}

function grouped(runs: readonly PlannedRun[]): PlannedRun[][] {
  const found = new Map<string, PlannedRun[]>();
  for (const run of runs) {
    const { model, config } = run.experiment;
    const key = JSON.stringify([model, run.group?.id, run.group?.variant, Object.entries(config).sort()]);
    const same = found.get(key);
    if (same) same.push(run);
    else found.set(key, [run]);
  }
  return [...found.values()];
}

function settingsOf({ group, asked, experiment: { model, config } }: PlannedRun): string {
  if (group) return group.variant;
  const changed = Object.entries(changedOptions(model, config)).map(([key, value]) => `${key}=${value}`);
  return [...(asked ? [] : ['pre-training']), ...changed].join(' ') || 'defaults';
}

/** What the process of a run takes in bytes; more where the device’s memory lies in it, on WASM and CPU. */
export const processBytes = ({ total, host }: MemoryEstimate, onCard: boolean): number =>
  host ? (onCard ? host.total : host.withDevice) : total;

/** The rows as text, with totals. */
export function planText({ name, dataset, runs }: Plan, rows: readonly PlanRow[]): string {
  const longest = Math.max(...rows.map(({ seconds }) => seconds ?? Infinity));
  const table = tableText(
    ['model', 'settings', 'seeds', 'on the device', 'in the process', 'time'],
    rows.map(({ model, settings, runs: same, memory, seconds }) => [
      model,
      settings.length > 60 ? `${settings.slice(0, 59)}…` : settings,
      String(same.length),
      memory ? gib(memory.total) : '',
      memory?.host ? `${gib(memory.host.total)} (${gib(memory.host.withDevice)} on WASM and CPU)` : '',
      seconds === null ? 'unknown' : duration(seconds),
    ]),
  );
  const extra = runs.filter(({ asked }) => !asked).length;
  const all = rows.reduce((sum, { seconds, runs: same }) => sum + (seconds ?? NaN) * same.length, 0);
  return [
    `${name}: ${runs.length === 1 ? '1 run' : `${runs.length} runs`} on ${dataset.name} (${dataset.users} users × ${dataset.items} items, ${dataset.interactions} interactions)${extra > 0 ? `, ${extra} of them pre-training` : ''}`,
    '',
    table,
    ...(Number.isFinite(longest) && Number.isFinite(all)
      ? ['', `One after another they take about ${duration(all)}, the longest ${duration(longest)}.`]
      : []),
  ].join('\n');
}
