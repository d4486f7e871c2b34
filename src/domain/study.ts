import type { RunGroup, RunSummary } from './run';

/** What belongs together: a set of runs that was queued as one, or a comparison that a person kept. */
export type StudyKind = 'sweep' | 'ablations' | 'controls' | 'table' | 'comparison';

/** What a person wrote about a study. */
export interface StudyWords {
  /** Empty where it has the name that it was queued under. */
  readonly name: string;
  readonly notes: string;
}

/** How the Compare page stood when a person kept it. */
export interface KeptComparison extends StudyWords {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Ids of its runs. */
  readonly runs: readonly string[];
  /** What was looked at: the page's query without its runs. */
  readonly look: string;
}

/** What a person keeps of studies beside the runs. */
export interface StudyBook {
  /** By the id of a set. */
  readonly words: Readonly<Record<string, StudyWords>>;
  readonly comparisons: readonly KeptComparison[];
}

export const NO_STUDIES: StudyBook = { words: {}, comparisons: [] };

export interface Study {
  readonly id: string;
  readonly kind: StudyKind;
  readonly name: string;
  readonly notes: string;
  /** Of its first run, or when the comparison was kept. */
  readonly createdAt: string;
  /** Oldest first. Of a comparison those that are still there. */
  readonly runs: readonly RunSummary[];
  /** How a comparison stood; null for a set. */
  readonly look: string | null;
}

export const kindOf = ({ sweep, table, controls }: RunGroup): StudyKind =>
  sweep ? 'sweep' : table ? 'table' : controls ? 'controls' : 'ablations';

/** All sets of runs, and the comparisons that were kept; newest first. */
export function studiesOf(runs: readonly RunSummary[], { words, comparisons }: StudyBook): Study[] {
  const sets = new Map<string, RunSummary[]>();
  for (const run of runs) {
    if (!run.group) continue;
    const known = sets.get(run.group.id);
    if (known) known.push(run);
    else sets.set(run.group.id, [run]);
  }
  const studies = [...sets].flatMap(([id, of]): Study[] => {
    const [first] = of;
    if (!first?.group) return [];
    const { name, notes } = words[id] ?? { name: '', notes: '' };
    const { createdAt, group } = first;
    return [{ id, kind: kindOf(group), name: name || group.name, notes, createdAt, runs: of, look: null }];
  });
  const kept = comparisons.map(({ id, name, notes, createdAt, look, runs: ids }): Study => {
    const of = runs.filter((run) => ids.includes(run.id));
    return { id, kind: 'comparison', name, notes, createdAt, runs: of, look };
  });
  return [...studies, ...kept].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
