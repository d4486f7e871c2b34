import type { Study, StudyKind } from '../../domain/study';

export const KIND_WORDS: Readonly<Record<StudyKind, string>> = {
  sweep: 'sweep',
  ablations: 'ablation set',
  controls: 'control set',
  table: 'paper’s table',
  comparison: 'comparison',
};

/** The page of a study. */
export function studyPath({ id, kind, runs, look }: Study): string {
  if (kind === 'sweep') return `/sweeps/${id}`;
  if (kind === 'table') return `/tables/here/${id}`;
  if (kind !== 'comparison') return `/groups/${id}`;
  return `/compare?runs=${runs.map((run) => run.id).join(',')}${look ? `&${look}` : ''}`;
}
