import { modelTable } from '../../domain/models/catalogue';
import type { RunFilter } from '../../domain/listView';
import type { RunGroup, RunStatus, RunSummary } from '../../domain/run';

export const NO_FILTER: RunFilter = { text: '', model: '', dataset: '', status: '', group: '' };

/**
 * Every word of `text` occurs in name, tags, ablation set or sweep, notes, model, dataset, seed or configuration. A word with an operator compares:
 * `layers=3`, `learningRate<0.01`, `seed=999`, `model=mgcn`, `status=finished`, `dataset=demo`.
 */
export function filterRuns(runs: readonly RunSummary[], filter: RunFilter): readonly RunSummary[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return runs.filter((run) => {
    const { experiment } = run;
    if (filter.model !== '' && experiment.model !== filter.model) return false;
    if (filter.dataset !== '' && experiment.dataset.name !== filter.dataset) return false;
    if (filter.status !== '' && run.status !== filter.status) return false;
    if (filter.group !== '' && run.group?.id !== filter.group) return false;
    if (words.length === 0) return true;
    const config = Object.entries(experiment.config).map(([key, value]) => `${key}=${value}`);
    const text = [
      run.name,
      run.notes,
      ...(run.tags ?? []),
      run.group?.name ?? '',
      run.group?.variant ?? '',
      modelTable(experiment.model).name,
      experiment.dataset.name,
      experiment.seed,
      run.status,
      ...config,
    ]
      .join(' ')
      .toLowerCase();
    return words.every((word) => compares(run, word) ?? text.includes(word));
  });
}

const COMPARISON = /^([a-z]\w*)(<=|>=|=|<|>)(.+)$/;

/** Whether a word such as `layers>=2` is true of a run; null for a word that compares nothing the run has. */
function compares({ experiment, status }: RunSummary, word: string): boolean | null {
  const [, key = '', operator = '', wanted = ''] = COMPARISON.exec(word) ?? [];
  if (key === '') return null;
  const own = valueOf(experiment, status, key);
  if (own === null) return null;
  const [left, right] = [Number(own), Number(wanted)];
  if (operator === '=') {
    const known = own.toLowerCase();
    return own !== '' && !Number.isNaN(left) ? left === right : known.includes(wanted);
  }
  if (Number.isNaN(left) || Number.isNaN(right)) return false;
  return { '<': left < right, '>': left > right, '<=': left <= right, '>=': left >= right }[operator] ?? false;
}

/** What a run has under a key, whatever its case; a model goes by its id and its name. */
function valueOf(
  { model, dataset, seed, config }: RunSummary['experiment'],
  status: RunStatus,
  key: string,
): string | null {
  switch (key) {
    case 'seed':
      return String(seed);
    case 'model':
      return `${model} ${modelTable(model).name}`;
    case 'status':
      return status;
    case 'dataset':
      return dataset.name;
    default: {
      const option = Object.keys(config).find((one) => one.toLowerCase() === key);
      return option === undefined ? null : String(config[option]);
    }
  }
}

/** The filter without what no run has any more: a run ends, a set is deleted, and its choice is gone from the form. */
export function presentFilter(runs: readonly RunSummary[], filter: RunFilter): RunFilter {
  const kept = <Value extends string>(value: Value, of: (run: RunSummary) => string | undefined): Value | '' =>
    runs.some((run) => of(run) === value) ? value : '';
  return {
    text: filter.text,
    model: kept(filter.model, ({ experiment }) => experiment.model),
    dataset: kept(filter.dataset, ({ experiment }) => experiment.dataset.name),
    status: kept(filter.status, ({ status }) => status),
    group: kept(filter.group, ({ group }) => group?.id),
  };
}

/** A set of runs in the list. */
export interface ListedGroup extends RunGroup {
  readonly createdAt: string;
  readonly runs: number;
}

/** The ablation sets and sweeps among the runs, newest first. */
export function groupsOf(runs: readonly RunSummary[]): ListedGroup[] {
  const groups = new Map<string, ListedGroup>();
  for (const { group, createdAt } of runs) {
    if (!group) continue;
    const known = groups.get(group.id);
    groups.set(group.id, known ? { ...known, runs: known.runs + 1 } : { ...group, createdAt, runs: 1 });
  }
  return [...groups.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
