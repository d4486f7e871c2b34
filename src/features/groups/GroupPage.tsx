import { useMemo, useState } from 'react';
import { Link, Navigate, useParams } from 'react-router';
import { Button, ButtonLink } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { DataDialog } from '../../charts/DataDialog';
import { PaperButtons } from '../../charts/PaperButtons';
import { METRIC_KEYS, metricLabel } from '../../domain/metrics';
import type { Relevant } from '../../domain/comparison';
import { modelTable } from '../../domain/models/catalogue';
import type { RunGroup, RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { BaselineNote } from '../readings/BaselineNote';
import { standIn } from '../readings/findings';
import { referenceRows, studyPaper, studyRows } from '../readings/studyTable';
import { useStudyWords } from '../readings/StudyWords';
import { ShareButton } from '../sharing/ShareButton';
import { baselineRows, evaluationsOf, runsOfGroup, runsTable, variantRows, variantsTable } from './groupRows';
import { progressWords } from './progress';
import { AtInference } from './AtInference';
import { ControlVerdicts } from './ControlVerdicts';
import { StudyPage } from './StudyPage';
import { VariantTable } from './VariantTable';
import styles from './groups.module.css';

/** The one table of an ablation set; it fills while its runs end. */
export function GroupPage() {
  const { id = '' } = useParams();
  const loaded = useRuns((state) => state.loaded);
  const all = useRuns((state) => state.runs);
  const runs = useMemo(() => runsOfGroup(all, id), [all, id]);
  const group = runs[0]?.group;
  if (group?.sweep) return <Navigate to={`/sweeps/${id}`} replace />;
  if (group?.table) return <Navigate to={`/tables/here/${id}`} replace />;
  if (group) return <KnownGroup key={id} group={group} runs={runs} />;
  if (!loaded) return <Page title="Ablation set">{null}</Page>;
  return (
    <Page title="Ablation set not found">
      <Notice
        tone="warning"
        title={`There is no ablation set ${id} here.`}
        actions={<ButtonLink to="/runs">All runs</ButtonLink>}
      >
        Its runs may have been deleted, or they belong to another browser.
      </Notice>
    </Page>
  );
}

const EVALUATION_WORDS: Readonly<Record<Relevant, string>> = { all: 'all held-out items', liked: 'liked items only' };

function KnownGroup({ group, runs }: { readonly group: RunGroup; readonly runs: readonly RunSummary[] }) {
  const words = useStudyWords(group.id, group.name);
  const [byRun, setByRun] = useState(false);
  const all = useRuns((state) => state.runs);
  const baselines = useMemo(() => baselineRows(all, runs), [all, runs]);
  const rows = useMemo(() => [...variantRows(runs), ...baselines], [runs, baselines]);
  const evaluations = evaluationsOf(runs);
  const [first] = runs;
  if (!first) return null;
  const { experiment } = first;
  const failed = runs.filter(
    ({ status, result }) =>
      result === null && (status === 'failed' || status === 'interrupted' || status === 'stopped'),
  );
  const notes = [...new Set(runs.map(standIn).filter((note) => note !== null))];
  return (
    <StudyPage
      group={group}
      words={words}
      about={`${modelTable(experiment.model).name} · ${experiment.dataset.name}`}
      runs={runs}
      share={
        <ShareButton
          ids={runs.map(({ id }) => id)}
          baselines={baselines.flatMap((row) => row.runs.map(({ id }) => id))}
        />
      }
    >
      {evaluations.map((relevant, place) => (
        <Panel
          key={relevant}
          title={`Test split, ${EVALUATION_WORDS[relevant]}`}
          note={place === 0 ? <span role="status">{progressWords(runs)}</span> : 'the same runs'}
          actions={
            place === 0 && (
              <>
                <PaperButtons
                  main
                  title={words.name}
                  paper={() => studyPaper(`${words.name}.`, studyRows(runs), referenceRows(runs, all))}
                  data={() => variantsTable(rows, evaluations)}
                />
                <Button small variant="quiet" onClick={() => setByRun(true)}>
                  Numbers by run
                </Button>
              </>
            )
          }
        >
          <VariantTable
            label={`${group.name}, ${EVALUATION_WORDS[relevant]}`}
            rows={rows}
            relevant={relevant}
            withRuns={place === 0}
          />
          {place === 0 && <BaselineNote fingerprint={experiment.dataset.fingerprint} />}
        </Panel>
      ))}
      {group.controls && (
        <>
          <ControlVerdicts runs={runs} title={group.name} />
          <AtInference runs={runs} />
        </>
      )}
      <div className={styles.notes}>
        {notes.map((note) => (
          <p key={note} className={styles.warning}>
            ⚠ {note}{' '}
            {runs.some((run) => standIn(run) === null && run.result !== null) && `(${variantsWith(runs, note)})`}
          </p>
        ))}
        <p>
          {readingWords(
            rows.some(({ full }) => full),
            runs,
          )}
        </p>
      </div>
      {failed.map((run) => (
        <Notice
          key={run.id}
          tone={run.status === 'failed' ? 'error' : 'warning'}
          title={
            <>
              {run.group?.variant}, seed {run.experiment.seed}: {run.status} without a result
            </>
          }
          actions={<Link to={`/runs/${run.id}`}>Open the run</Link>}
        >
          {run.fault ? `${run.fault.message} ${run.fault.hint}` : 'You can resume it on its page.'}
        </Notice>
      ))}
      {byRun && (
        <DataDialog
          title={`${group.name}, by run`}
          table={runsTable(rows, evaluations)}
          onClose={() => setByRun(false)}
        />
      )}
    </StudyPage>
  );
}

const variantsWith = (runs: readonly RunSummary[], note: string): string =>
  [...new Set(runs.filter((run) => standIn(run) === note).map(({ group }) => group?.variant))].join(', ');

function readingWords(hasFull: boolean, runs: readonly RunSummary[]): string {
  const config = runs[0]?.experiment.config ?? {};
  const by = METRIC_KEYS.find((key) => key === config['stopMetric']) ?? 'recall@20';
  const liked = evaluationsOf(runs)[0] === 'liked';
  const chosen = `Mean ± standard deviation over seeds. Best epochs by validation ${metricLabel(by)}${liked ? ', liked items only' : ''}.`;
  if (!hasFull) return `${chosen} The full model is not in this set, so there are no differences.`;
  const seeds = new Set(runs.map(({ experiment }) => experiment.seed)).size;
  const how =
    seeds > 1
      ? 'averaged over seed-by-seed differences'
      : 'for the same seed; one seed says little about a small difference';
  return `${chosen} Δ R@20 is the difference to the full model, ${how}.`;
}
