import type { ReactNode } from 'react';
import type { RunGroup, RunSummary } from '../../domain/run';
import type { StudyWords } from '../../domain/study';
import { useRuns } from '../../state/runs';
import { ButtonLink } from '../../ui/Button';
import { FaultNotice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { formatDateTime } from '../../ui/format';
import { StudyNotes, StudyWordsButton } from '../readings/StudyWords';

interface StudyPageProps {
  readonly group: RunGroup;
  readonly words: StudyWords;
  /** What stands under the name, before the time. */
  readonly about: string;
  /** At least one. */
  readonly runs: readonly RunSummary[];
  /** Runs that “Compare” opens; without two of them there is no such button. */
  readonly comparable?: readonly RunSummary[];
  readonly share: ReactNode;
  readonly children: ReactNode;
}

/** The page of a set of runs: its name and notes, the ways to its runs, and `children`. */
export function StudyPage({ group, words, about, runs, comparable = [], share, children }: StudyPageProps) {
  const fault = useRuns((state) => state.fault);
  const ids = comparable.flatMap(({ id, result }) => (result === null ? [] : [id]));
  return (
    <Page
      title={words.name}
      subtitle={[about, ...runs.slice(0, 1).map(({ createdAt }) => `queued ${formatDateTime(createdAt)}`)].join(' · ')}
      actions={
        <>
          {ids.length > 1 && <ButtonLink to={`/compare?runs=${ids.join(',')}`}>Compare</ButtonLink>}
          <StudyWordsButton id={group.id} {...words} />
          <ButtonLink to={`/runs?set=${group.id}`}>Show its runs</ButtonLink>
          {share}
        </>
      }
    >
      {fault && <FaultNotice fault={fault} />}
      <StudyNotes notes={words.notes} />
      {children}
    </Page>
  );
}
