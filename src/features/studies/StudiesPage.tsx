import { useEffect, useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { toLatex, toMarkdown, type PaperTable } from '../../charts/paperTable';
import { metricLabel } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import { studiesOf, type Study, type StudyKind } from '../../domain/study';
import { useReports } from '../../state/reports';
import { useRuns } from '../../state/runs';
import { useStudies } from '../../state/studies';
import { Button, ButtonLink, IconButton } from '../../ui/Button';
import { CopyButtons } from '../../ui/CopyButtons';
import { DataTable, type Column } from '../../ui/DataTable';
import { Field, Select } from '../../ui/Field';
import { formatDateTime, formatMeanSd } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { progressWords } from '../groups/progress';
import { bestRow, referenceRows, studyPaper, studyRows } from '../readings/studyTable';
import { StudyNotes, StudyWordsButton } from '../readings/StudyWords';
import { ShareButton } from '../sharing/ShareButton';
import { newReport } from './blocks';
import { ReportsPanel } from './ReportsPanel';
import { KIND_WORDS, studyPath } from './words';
import styles from './studies.module.css';

type Shown = StudyKind | 'all';

/** Everything that belongs together, in one list, and the reports about it. */
export function StudiesPage() {
  const runs = useRuns((state) => state.runs);
  const loaded = useRuns((state) => state.loaded);
  const paused = useRuns((state) => state.paused);
  const { words, comparisons, fault } = useStudies();
  const [shown, setShown] = useState<Shown>('all');
  useEffect(() => void useStudies.getState().load(), []);
  const studies = useMemo(() => studiesOf(runs, { words, comparisons }), [runs, words, comparisons]);
  const kinds = [...new Set(studies.map(({ kind }) => kind))];
  const columns = useMemo(() => columnsOf(runs, paused), [runs, paused]);
  const options: readonly { readonly value: Shown; readonly label: string }[] = [
    { value: 'all', label: 'all' },
    ...kinds.map((kind) => ({ value: kind, label: KIND_WORDS[kind] })),
  ];
  const rows = studies.filter(({ kind }) => shown === 'all' || !kinds.includes(shown) || kind === shown);
  return (
    <Page
      title="Studies"
      subtitle="Runs that belong together, and reports about them."
      actions={
        <ButtonLink to="/experiment" variant={studies.length === 0 ? 'primary' : 'secondary'}>
          <Icon name="experiment" />
          New experiment
        </ButtonLink>
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {loaded && studies.length === 0 && (
        <Notice title="No studies yet.">
          On the Experiment page, Sweep…, Ablations… and Control set… queue runs that belong together; Papers’ tables
          run a printed table here; and Keep… on the Compare page keeps a comparison.
        </Notice>
      )}
      {kinds.length > 1 && (
        <div className={styles.kind}>
          <Field label="Kind">
            {(control) => <Select {...control} value={shown} options={options} onValueChange={setShown} />}
          </Field>
        </div>
      )}
      {studies.length > 0 && (
        <DataTable
          label="Studies"
          columns={columns}
          rows={rows}
          rowId={({ id }) => id}
          initialSort={{ id: 'made', descending: true }}
        />
      )}
      <ReportsPanel />
    </Page>
  );
}

/** The study's table for a paper or a message. */
function paperOf({ name, notes, runs }: Study, all: readonly RunSummary[]): PaperTable {
  const paper = studyPaper(`${name}.`, studyRows(runs), referenceRows(runs, all));
  return notes === '' ? paper : { ...paper, notes: [...(paper.notes ?? []), notes] };
}

function Actions({ study, all }: { readonly study: Study; readonly all: readonly RunSummary[] }) {
  const navigate = useNavigate();
  const { id, kind, name, notes, runs } = study;
  const report = (): void => {
    const made = newReport(study);
    void useReports
      .getState()
      .add(made)
      .then(() => navigate(`/reports/${made.id}`));
  };
  return (
    <span className={styles.actions}>
      <StudyWordsButton id={id} name={name} notes={notes} />
      <CopyButtons
        of={name}
        texts={[
          { what: 'LaTeX', text: () => toLatex(paperOf(study, all)) },
          { what: 'Markdown', text: () => toMarkdown(paperOf(study, all)) },
        ]}
      />
      {runs.length > 0 && <ShareButton small ids={runs.map((run) => run.id)} />}
      <Button small aria-label={`Report on ${name}`} onClick={report}>
        Report
      </Button>
      {kind === 'comparison' && (
        <IconButton
          small
          label={`Forget ${name}; its runs stay`}
          icon={<Icon name="trash" />}
          onClick={() => void useStudies.getState().forget(id)}
        />
      )}
    </span>
  );
}

const columnsOf = (all: readonly RunSummary[], paused: readonly string[]): readonly Column<Study>[] => [
  {
    id: 'name',
    header: 'Study',
    rowHeader: true,
    value: ({ name }) => name,
    cell: (study) => (
      <span className={styles.name}>
        <Link to={studyPath(study)}>{study.name}</Link>
        <StudyNotes notes={study.notes} />
      </span>
    ),
  },
  { id: 'kind', header: 'Kind', value: ({ kind }) => KIND_WORDS[kind] },
  {
    id: 'progress',
    header: 'Runs',
    value: ({ runs }) => runs.filter(({ result }) => result !== null).length,
    cell: ({ id, runs }) => (
      <span className={styles.words}>
        {runs.length === 0 ? 'its runs are gone' : `${paused.includes(id) ? 'paused · ' : ''}${progressWords(runs)}`}
      </span>
    ),
  },
  {
    id: 'best',
    header: 'Best by validation',
    sortable: false,
    value: () => null,
    cell: ({ runs }) => <span className={styles.words}>{bestWords(runs)}</span>,
  },
  {
    id: 'made',
    header: 'Made',
    wideOnly: true,
    value: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => formatDateTime(createdAt),
  },
  {
    id: 'actions',
    header: 'Actions',
    hideHeader: true,
    sortable: false,
    value: () => null,
    cell: (study) => <Actions study={study} all={all} />,
  },
];

function bestWords(runs: readonly RunSummary[]): string {
  const best = bestRow(studyRows(runs));
  return best ? `${best.label}: ${metricLabel(best.metric)} ${formatMeanSd(best.valid.mean, best.valid.sd)}` : '–';
}
