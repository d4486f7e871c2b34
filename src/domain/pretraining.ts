import { prerequisiteOf, sameExperiment } from './prerequisite';
import type { Experiment, RunGroup, RunStatus, RunSummary } from './run';
import type { SharedRun } from './sharedRun';

/** What is asked of a queue: an experiment, with the set that it belongs to and what somebody else got from it. */
export interface QueuedExperiment {
  readonly experiment: Experiment;
  readonly group?: RunGroup;
  readonly theirs?: SharedRun;
}

const COMING: readonly RunStatus[] = ['queued', 'preparing', 'running', 'paused'];

/** The pre-training that an experiment needs: a finished run, one on its way, or one that is queued before it. */
export type Pretraining =
  | { readonly kind: 'finished' | 'coming'; readonly experiment: Experiment; readonly run: RunSummary }
  | { readonly kind: 'missing'; readonly experiment: Experiment };

/** null where the experiment needs none. The newest finished run counts before one on its way. */
export function pretrainingOf(experiment: Experiment, runs: readonly RunSummary[]): Pretraining | null {
  const needed = prerequisiteOf(experiment);
  if (!needed) return null;
  const same = runs.filter((run) => sameExperiment(run.experiment, needed));
  const finished = same.findLast(({ status }) => status === 'finished');
  if (finished) return { kind: 'finished', experiment: needed, run: finished };
  const coming = same.findLast(({ status }) => COMING.includes(status));
  return coming ? { kind: 'coming', experiment: needed, run: coming } : { kind: 'missing', experiment: needed };
}

/** The experiments, each after the pre-training run that it needs and that is neither finished nor on its way. */
export function withPretraining(
  experiments: readonly QueuedExperiment[],
  runs: readonly RunSummary[],
): (QueuedExperiment & { readonly asked: boolean })[] {
  const planned: Experiment[] = [];
  return experiments.flatMap((wanted) => {
    const needed = pretrainingOf(wanted.experiment, runs);
    const missing =
      needed?.kind === 'missing' && !planned.some((experiment) => sameExperiment(experiment, needed.experiment))
        ? [needed.experiment]
        : [];
    planned.push(...missing, wanted.experiment);
    return [...missing.map((experiment) => ({ experiment, asked: false })), { ...wanted, asked: true }];
  });
}
