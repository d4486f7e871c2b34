import { baselinesBeside } from '../../domain/baselines';
import { settingsOf, type Setting } from '../../domain/comparison';
import type { RunSummary } from '../../domain/run';

/** Runs as rows to measure by, which say so. */
export const asBaselines = (runs: readonly RunSummary[]): readonly Setting[] =>
  settingsOf(runs).map((one) => ({ ...one, label: `${one.label} (baseline)` }));

/** The baselines of the settings' datasets that are not among the settings. */
export const baselineSettings = (runs: readonly RunSummary[], settings: readonly Setting[]): readonly Setting[] =>
  asBaselines(
    baselinesBeside(
      runs,
      settings.flatMap((setting) => setting.runs),
    ),
  );
