import { useMemo, useState } from 'react';
import { useParams } from 'react-router';
import { Button, ButtonLink } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { DataDialog } from '../../charts/DataDialog';
import { PaperButtons } from '../../charts/PaperButtons';
import { METRIC_KEYS, metricLabel, type MetricKey } from '../../domain/metrics';
import { Field, Select } from '../../ui/Field';
import { modelTable } from '../../domain/models/catalogue';
import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { FailedRuns, GroupControls } from '../groups/GroupControls';
import { runsOfGroup } from '../groups/groupRows';
import { StudyPage } from '../groups/StudyPage';
import { BaselineNote } from '../readings/BaselineNote';
import { standIn } from '../readings/findings';
import { referenceRows, studyPaper, studyRows } from '../readings/studyTable';
import { useStudyWords } from '../readings/StudyWords';
import { ShareButton } from '../sharing/ShareButton';
import {
  baselinePoints,
  isSweep,
  MEASURED_WORDS,
  pointRows,
  pointRunsTable,
  pointsTable,
  stopMetricOf,
  type Measured,
  type SweepGroup,
} from './points';
import { SweepPictures } from './SweepPictures';
import { SweepTable } from './SweepTable';
import { bestWords, readingNotes } from './sweepWords';
import styles from './sweeps.module.css';

/** One sweep: how far it is, its picture, and all its points. */
export function SweepPage() {
  const { id = '' } = useParams();
  const loaded = useRuns((state) => state.loaded);
  const all = useRuns((state) => state.runs);
  const runs = useMemo(() => runsOfGroup(all, id), [all, id]);
  const group = runs[0]?.group;
  if (isSweep(group)) return <KnownSweep key={id} group={group} runs={runs} />;
  if (!loaded) return <Page title="Sweep">{null}</Page>;
  return (
    <Page title="Sweep not found">
      <Notice
        tone="warning"
        title={`There is no sweep ${id} here.`}
        actions={<ButtonLink to="/studies">All studies</ButtonLink>}
      >
        Its runs may have been deleted, or they belong to another browser.
      </Notice>
    </Page>
  );
}

function KnownSweep({ group, runs }: { readonly group: SweepGroup; readonly runs: readonly RunSummary[] }) {
  const words = useStudyWords(group.id, group.name);
  const [metric, setMetric] = useState<MetricKey>(() => stopMetricOf(runs));
  const [where, setWhere] = useState<Measured>('valid');
  const [byRun, setByRun] = useState(false);
  const { sweep } = group;
  const rows = useMemo(() => pointRows(runs, sweep), [runs, sweep]);
  const all = useRuns((state) => state.runs);
  const baselines = useMemo(() => baselinePoints(all, runs), [all, runs]);
  const rated = runs.some(({ result }) => result?.testLiked !== undefined);
  const [first] = runs;
  if (!first) return null;
  const { experiment } = first;
  const notes = [...new Set(runs.map(standIn).filter((note) => note !== null))];
  const places: readonly Measured[] = rated ? ['valid', 'test', 'liked'] : ['valid', 'test'];
  return (
    <StudyPage
      group={group}
      words={words}
      about={`${modelTable(experiment.model).name} · ${experiment.dataset.name} · ${sweep.method === 'grid' ? 'grid' : `random draws, seed ${sweep.drawSeed ?? 0}`}${sweep.medianRule ? ' · median rule' : ''}`}
      runs={runs}
      comparable={runs}
      share={
        <ShareButton
          ids={runs.map(({ id }) => id)}
          baselines={baselines.flatMap((row) => row.runs.map(({ id }) => id))}
        />
      }
    >
      <GroupControls noun="sweep" group={group} runs={runs} />
      <div className={styles.controls}>
        <Field label="Metric">
          {(control) => (
            <Select
              {...control}
              value={metric}
              options={METRIC_KEYS.map((key) => ({ value: key, label: metricLabel(key) }))}
              onValueChange={setMetric}
            />
          )}
        </Field>
        <Field label="Measured on">
          {(control) => (
            <Select
              {...control}
              value={where}
              options={places.map((value) => ({ value, label: MEASURED_WORDS[value] }))}
              onValueChange={setWhere}
            />
          )}
        </Field>
      </div>
      <SweepPictures sweep={sweep} rows={rows} first={first} metric={metric} where={where} />
      <Panel
        title="Points"
        note={bestWords(rows, where, metric)}
        actions={
          <>
            <PaperButtons
              main
              title={words.name}
              paper={() => studyPaper(`${words.name}.`, studyRows(runs), referenceRows(runs, all))}
              data={() => pointsTable([...rows, ...baselines], sweep)}
            />
            <Button small variant="quiet" onClick={() => setByRun(true)}>
              Numbers by run
            </Button>
          </>
        }
      >
        <SweepTable
          label={`Points of ${group.name}`}
          rows={rows}
          baselines={baselines}
          sweep={sweep}
          metric={metric}
          where={where}
        />
        <BaselineNote fingerprint={experiment.dataset.fingerprint} />
      </Panel>
      <div className={styles.notes}>
        {notes.map((note) => (
          <p key={note} className={styles.warning}>
            ⚠ {note}
          </p>
        ))}
        {readingNotes(rows, where, metric).map((note) => (
          <p key={note}>{note}</p>
        ))}
      </div>
      <FailedRuns runs={runs} />
      {byRun && (
        <DataDialog
          title={`${group.name}, by run`}
          table={pointRunsTable([...rows, ...baselines], sweep)}
          onClose={() => setByRun(false)}
        />
      )}
    </StudyPage>
  );
}
