import { isMetricKey } from '../domain/metrics';
import { judgeByMedian, validationValues } from '../domain/medianRule';
import type { EpochPoint, RunDocument, RunSummary, StopReason } from '../domain/run';
import { readRun } from '../storage/runs';
import type { Database } from '../storage/database';

/** Judges a run after an epoch; null while it may go on. */
export type Judge = (epochs: readonly EpochPoint[]) => StopReason | null;

/** The median rule for a run whose sweep asks for it, against the runs of the sweep that have finished until now; otherwise null. */
export async function medianJudge(
  run: RunDocument,
  runs: readonly RunSummary[],
  database: Database,
): Promise<Judge | null> {
  const {
    group,
    experiment: { config },
  } = run;
  if (!group?.sweep?.medianRule) return null;
  const asked = config['stopMetric'];
  const metric = typeof asked === 'string' && isMetricKey(asked) ? asked : 'recall@20';
  const liked = config['relevant'] === 'liked';
  const ids = runs
    .filter((one) => one.group?.id === group.id && one.status === 'finished' && one.id !== run.id)
    .map(({ id }) => id);
  // One that was deleted meanwhile has no say.
  const finished = await Promise.all(
    ids.map((id) =>
      readRun(database, id).then(
        ({ epochs }) => validationValues(epochs, metric, liked),
        () => [],
      ),
    ),
  );
  return (epochs) => {
    const verdict = judgeByMedian(validationValues(epochs, metric, liked), finished);
    return verdict && { rule: 'median', metric, ...verdict };
  };
}
