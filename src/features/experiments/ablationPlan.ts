import { ablationRows, withReasons, type AblationRow } from '../../domain/ablation';
import { CONTROL_KINDS } from '../../domain/controls';
import { controlRows } from '../../domain/controlSet';
import type { DatasetDocument } from '../../domain/dataset';
import { modelTable } from '../../domain/models/catalogue';
import { sameExperiment } from '../../domain/prerequisite';
import type { Experiment, RunSummary } from '../../domain/run';

type Full = Omit<Experiment, 'seed'>;

export type SetKind = 'ablations' | 'controls';

/** A row as the dialog offers it. */
export interface PlannedRow extends AblationRow {
  /** What differs from the full model, and the step of a fixed switch whatever it is: `view=single`. */
  readonly changes: readonly string[];
  /** What should be known of the values; null where nothing must. */
  readonly note: string | null;
}

/** Steps of the newest finished run of exactly this configuration, whatever its seed; null when there is none. */
export function referenceSteps(full: Full, runs: readonly RunSummary[]): number | null {
  const finished = runs.findLast(
    ({ status, experiment }) => status === 'finished' && sameExperiment(experiment, { ...full, seed: experiment.seed }),
  );
  return finished ? finished.stepsPerEpoch * finished.epochsDone : null;
}

/** The rows of the model's table; one that cannot run, or would repeat an earlier one, says why. */
export function plannedRows(
  full: Full,
  dataset: DatasetDocument,
  runs: readonly RunSummary[],
  kind: SetKind = 'ablations',
): PlannedRow[] {
  const rows =
    kind === 'controls'
      ? controlRows(
          full,
          dataset,
          CONTROL_KINDS.map(({ value }) => value),
        )
      : ablationRows(full, dataset, referenceSteps(full, runs));
  return withReasons(rows, dataset).map((row) => {
    const { model, config } = row.experiment;
    return {
      ...row,
      changes: modelTable(model).options.flatMap(({ key }) =>
        config[key] === full.config[key] && !row.measured.includes(key) ? [] : [`${key}=${config[key]}`],
      ),
    };
  });
}

/** `EGRA ablations on Demo`. */
export const setName = (full: Full, kind: SetKind): string =>
  `${modelTable(full.model).name} ${kind} on ${full.dataset.name}`;
