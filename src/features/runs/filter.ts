import { modelTable } from '../../domain/models/catalogue';
import type { RunStatus, RunSummary } from '../../domain/run';

/** What the list is narrowed to; an empty string means all. */
export interface RunFilter {
  readonly text: string;
  readonly model: string;
  readonly dataset: string;
  readonly status: RunStatus | '';
}

export const NO_FILTER: RunFilter = { text: '', model: '', dataset: '', status: '' };

/** Every word of `text` occurs in name, notes, model, dataset, seed or configuration (`layers=3`). */
export function filterRuns(runs: readonly RunSummary[], filter: RunFilter): readonly RunSummary[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return runs.filter((run) => {
    const { experiment } = run;
    if (filter.model !== '' && experiment.model !== filter.model) return false;
    if (filter.dataset !== '' && experiment.dataset.name !== filter.dataset) return false;
    if (filter.status !== '' && run.status !== filter.status) return false;
    if (words.length === 0) return true;
    const config = Object.entries(experiment.config).map(([key, value]) => `${key}=${value}`);
    const text = [run.name, run.notes, modelTable(experiment.model).name, experiment.dataset.name, experiment.seed, run.status, ...config].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
