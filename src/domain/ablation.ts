import type { DatasetDocument } from './dataset';
import { completeConfig, modelTable } from './models/catalogue';
import type { Ablation } from './models/table';
import { configLacks, lacking } from './needs';
import { sameExperiment } from './prerequisite';
import type { Experiment, RunGroup } from './run';

/** A row of the table: the full model or one of its ablations. */
export interface AblationRow {
  readonly id: string;
  readonly label: string;
  readonly experiment: Omit<Experiment, 'seed'>;
  /** What it takes from a finished run of the full model, in words; null where nothing. */
  readonly note: string | null;
  /** Options that such a run decides. */
  readonly measured: readonly string[];
  /** Why it cannot run on this dataset; null when it can. */
  readonly reason: string | null;
}

/**
 * The rows of a model's ablation table: the given experiment first, then each ablation of it. `referenceSteps` are the steps
 * of a finished run of the full model, of which a fixed switch takes half; null where there is none.
 */
export function ablationRows(
  full: Omit<Experiment, 'seed'>,
  dataset: Pick<DatasetDocument, 'name' | 'features' | 'statistics'>,
  referenceSteps: number | null,
): AblationRow[] {
  const table = modelTable(full.model);
  const row = ({ id, label, config, needs, afterReference }: Ablation): AblationRow => {
    const measured = referenceSteps === null ? {} : (afterReference?.changes(referenceSteps) ?? {});
    return {
      id,
      label,
      experiment: { ...full, config: completeConfig(full.model, { ...full.config, ...config, ...measured }) },
      note: afterReference ? (referenceSteps === null ? afterReference.noteBefore : afterReference.note) : null,
      measured: Object.keys(afterReference?.changes(referenceSteps ?? 0) ?? {}),
      reason: needs ? lacking(needs, dataset) : null,
    };
  };
  return [row({ id: 'full', label: table.name, config: {} }), ...(table.ablations ?? []).map(row)];
}

/** The rows with a reason for each that cannot run on this dataset, or would repeat an earlier one. */
export function withReasons(rows: readonly AblationRow[], dataset: DatasetDocument): AblationRow[] {
  const same = (a: AblationRow, b: AblationRow): boolean =>
    sameExperiment({ ...a.experiment, seed: 0 }, { ...b.experiment, seed: 0 });
  return rows.map((row, place) => {
    const { model, config } = row.experiment;
    const twin = rows.slice(0, place).find((earlier) => same(earlier, row));
    const repeats = twin ? `Same configuration as “${twin.label}”.` : null;
    return { ...row, reason: row.reason ?? configLacks(model, config, dataset) ?? repeats };
  });
}

/** Runs of the chosen rows, one per seed, rows side by side so that a table fills seed by seed. */
export function ablationRuns(
  rows: readonly AblationRow[],
  seeds: readonly number[],
  group: Omit<RunGroup, 'variant'>,
): { readonly experiment: Experiment; readonly group: RunGroup }[] {
  return seeds.flatMap((seed) =>
    rows.map(({ label, experiment }) => ({ experiment: { ...experiment, seed }, group: { ...group, variant: label } })),
  );
}
