import type { DatasetDocument } from './dataset';
import type { MetricKey } from './metrics';
import { completeConfig, modelTable, REFERENCE_TABLES } from './models/catalogue';
import type { ModelId } from './models/table';
import { configLacks, recommendedFor } from './needs';
import { modalitiesOf } from './dataset';
import type { Experiment, RunSummary } from './run';

/** What any trained model should beat: models that are computed from the training interactions, as runs on the same dataset. */

/** Baselines are compared by this, on validation. */
const COMPARED: MetricKey = 'recall@20';

const isBaseline = (model: ModelId): boolean => modelTable(model).computed !== undefined;

const isAlways = ({ experiment: { model } }: RunSummary): boolean => modelTable(model).computed === 'always';

/** The newest finished run of each that always stands beside results, the highest first, and the best of the others by validation. */
export function baselinesOn(runs: readonly RunSummary[], fingerprint: string): RunSummary[] {
  const own = runs.filter(
    ({ experiment: { model, dataset }, result }) =>
      result !== null && dataset.fingerprint === fingerprint && isBaseline(model),
  );
  const valueOf = ({ result }: RunSummary): number => result?.valid[COMPARED] ?? 0;
  const newest = new Map(own.filter(isAlways).map((run) => [run.experiment.model, run]));
  const always = [...newest.values()].sort((a, b) => valueOf(b) - valueOf(a));
  const [best] = own
    .filter(({ experiment: { model } }) => modelTable(model).computed === 'reference')
    .sort((a, b) => valueOf(b) - valueOf(a));
  return [...always, ...(best ? [best] : [])];
}

/** The baselines of the datasets of some runs that are not among these. */
export function baselinesBeside(runs: readonly RunSummary[], own: readonly RunSummary[]): RunSummary[] {
  const known = new Set(own.map(({ id }) => id));
  return [...new Set(own.map(({ experiment }) => experiment.dataset.fingerprint))]
    .flatMap((fingerprint) => baselinesOn(runs, fingerprint))
    .filter(({ id }) => !known.has(id));
}

/** What such a run is called in a table of others. */
export const baselineLabel = ({ experiment }: RunSummary): string => `${modelTable(experiment.model).name} (baseline)`;

/** Experiments of the baselines that the dataset allows and that have neither run on it nor wait. */
export function missingBaselines(
  runs: readonly RunSummary[],
  dataset: DatasetDocument,
  device: Pick<Experiment, 'backend' | 'allowSoftware'>,
): Experiment[] {
  const { id, name, fingerprint } = dataset;
  const there = new Set(
    runs
      .filter((run) => run.experiment.dataset.fingerprint === fingerprint && run.status !== 'failed')
      .map(({ experiment: { model } }) => model),
  );
  return REFERENCE_TABLES.flatMap(({ id: model, minModalities, cautions }): Experiment[] => {
    const config = completeConfig(model, recommendedFor(model, dataset));
    const impossible =
      there.has(model) ||
      modalitiesOf(dataset).length < minModalities ||
      configLacks(model, config, dataset) !== null ||
      (cautions?.(config, dataset) ?? []).length > 0;
    return impossible ? [] : [{ model, config, seed: 999, dataset: { id, name, fingerprint }, ...device }];
  });
}

/** A baseline that always stands beside results and is above a run in test Recall@20, the first in the order given; null where there is none. */
export function belowBaseline(run: RunSummary, baselines: readonly RunSummary[]): RunSummary | null {
  if (isBaseline(run.experiment.model)) return null;
  const own = run.result?.test[COMPARED];
  if (own === undefined) return null;
  return baselines.find((one) => isAlways(one) && own < (one.result?.test[COMPARED] ?? 0)) ?? null;
}
