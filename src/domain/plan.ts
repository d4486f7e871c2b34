import type { DatasetDocument } from './dataset';
import { newId } from './ids';
import { prerequisiteOf, sameExperiment } from './prerequisite';
import { withPretraining, type QueuedExperiment } from './pretraining';
import type { Experiment, RunDocument, RunGroup } from './run';
import { newRun } from './run';
import { runName } from './runName';
import { sharedDataset } from './shared';
import type { SharedDataset } from './sharedRun';

/** A study before it is run, as one file: every run in full, and what identifies the data; never data. */
export interface Plan {
  readonly name: string;
  /** ISO 8601. */
  readonly made: string;
  readonly dataset: PlanDataset;
  /** Each after those that it needs. */
  readonly runs: readonly PlannedRun[];
}

export interface PlanDataset extends SharedDataset {
  readonly id: string;
  /** What a split, or the validation part of one, was drawn with; null where all of it is in the files. */
  readonly splitSeed: number | null;
}

export interface PlannedRun {
  /** The id of its run document. */
  readonly id: string;
  readonly name: string;
  readonly experiment: Experiment;
  readonly group?: RunGroup;
  /** False for pre-training that another run needs and nobody asked for. */
  readonly asked: boolean;
  /** Ids of the runs that must have finished before. */
  readonly after: readonly string[];
}

/** More runs than this make no plan. */
export const MOST_PLANNED = 10_000;

/**
 * The runs that the page would queue for these experiments, in its order: each after the pre-training that it needs, which is a run of the plan. A sweep's
 * rule that stops runs below the median is left out, because what it stops depends on which run ends first. `id` gives the ids of the runs.
 */
export function planOf(
  name: string,
  dataset: DatasetDocument,
  experiments: readonly QueuedExperiment[],
  made: string,
  id: () => string = newId,
): Plan {
  const runs: PlannedRun[] = [];
  for (const { experiment, group, asked } of withPretraining(experiments, [])) {
    const needed = prerequisiteOf(experiment);
    const before = needed && runs.find((run) => sameExperiment(run.experiment, needed));
    runs.push({
      id: id(),
      name: runName(experiment),
      experiment,
      ...(group && { group: withoutRules(group) }),
      asked,
      after: before ? [before.id] : [],
    });
  }
  return { name, made, dataset: planDataset(dataset), runs };
}

/** What a plan says of its data. */
export function planDataset(dataset: DatasetDocument): PlanDataset {
  const { name, fingerprint, users, items, interactions, split, demo, reading } = sharedDataset(dataset);
  const splitSeed = dataset.split.seed;
  const counts = { users, items, interactions };
  return { id: dataset.id, name, fingerprint, ...counts, split, splitSeed, demo, ...(reading && { reading }) };
}

/** Without rules that depend on which run ends first: the median rule, and the cuts of successive halving. */
const withoutRules = (group: RunGroup): RunGroup => ({
  ...group,
  ...(group.sweep && { sweep: { ...group.sweep, medianRule: false } }),
  ...(group.search && { search: { ...group.search, rungs: [] } }),
});

/** The run of a plan before it starts: the same on every machine. */
export function plannedDocument(
  plan: Pick<Plan, 'made' | 'runs'>,
  { id, name, experiment, group }: PlannedRun,
): RunDocument {
  const place = plan.runs.findIndex((run) => run.id === id);
  const createdAt = new Date(Date.parse(plan.made) + place).toISOString();
  return { ...newRun(id, name, experiment, createdAt), ...(group && { group }) };
}

/** A part of the plan: every `of`-th run from the `place`-th on (from 1), and what these need. */
export function shardOf(plan: Plan, { place, of }: Shard): PlannedRun[] {
  const wanted = new Set(plan.runs.filter((_, i) => i % of === place - 1).map(({ id }) => id));
  // Each run stands after those that it needs, so one way back finds all of them.
  for (const { id, after } of plan.runs.toReversed()) if (wanted.has(id)) after.forEach((one) => wanted.add(one));
  return plan.runs.filter(({ id }) => wanted.has(id));
}

export interface Shard {
  /** From 1. */
  readonly place: number;
  readonly of: number;
}
