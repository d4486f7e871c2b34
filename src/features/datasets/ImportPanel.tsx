import { useState } from 'react';
import { formatBytes, formatCount, formatPercent, formatRemaining, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Field, Input } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import { Stat, StatList } from '../../ui/Stat';
import { usePoliteText } from '../../ui/usePoliteText';
import { featureLabel } from '../../ui/words';
import type { DatasetStatistics, FeatureInfo, Problem, Taken } from '../../domain/dataset';
import type { ReadingQuestions } from '../../domain/reading';
import { useDatasets } from '../../state/datasets';
import type { FileProgress, ImportJob } from '../../state/importJob';
import { FilesTaken } from './FilesTaken';
import styles from './ImportPanel.module.css';
import { problemCounts, ProblemList } from './ProblemList';
import { ReadingDialog } from './ReadingDialog';

/** An import from its first byte to the decision. */
export function ImportPanel({ job }: { readonly job: ImportJob }) {
  const { cancel, dismiss } = useDatasets();
  const { stage } = job;
  switch (stage.name) {
    case 'reading':
      // Making the demo takes a second and has nothing to cancel.
      return <Reading job={job} onCancel={job.kind === 'files' ? cancel : null} />;
    case 'storing':
    case 'cancelling':
      return <Reading job={job} onCancel={null} />;
    case 'failed':
      return <FaultNotice fault={stage.fault} actions={<Button onClick={dismiss}>Close</Button>} />;
    case 'asking':
      return <Asking questions={stage.questions} name={job.name} />;
    case 'checked':
      return <Checked {...stage} name={job.name} />;
  }
}

/** Waits for a person; the dialog is the answer. */
function Asking({ questions, name }: { readonly questions: ReadingQuestions; readonly name: string }) {
  const { answer, cancel } = useDatasets();
  return (
    <Panel title={`Reading ${name}`} note="Waiting for your answer">
      <ReadingDialog questions={questions} mode="asked" onAnswer={answer} onClose={cancel} />
    </Panel>
  );
}

function Reading({ job, onCancel }: { readonly job: ImportJob; readonly onCancel: (() => void) | null }) {
  const { doneBytes: done, totalBytes: total } = job;
  const fraction = total > 0 ? done / total : null;
  const words = [
    total > 0 && `${formatBytes(done)} of ${formatBytes(total)}`,
    job.bytesPerSecond !== null && `${formatBytes(job.bytesPerSecond)}/s`,
    job.etaSeconds !== null && `${formatRemaining(job.etaSeconds)} left`,
  ]
    .filter(Boolean)
    .join(' · ');
  const said = usePoliteText(`${fraction === null ? '' : formatPercent(fraction, 2)} ${words}`);
  const title = `${verbOf(job)} ${job.name}`;
  return (
    <Panel title={title} note={words || 'Starting …'} actions={onCancel && <Button onClick={onCancel}>Cancel</Button>}>
      <ProgressBar label={title} fraction={fraction} text={words} />
      <p className="visually-hidden" role="status">
        {said}
      </p>
      {job.kind === 'files' && (
        <ul className={styles.files}>
          {job.files.map((file) => (
            <li key={file.path} className={styles.file}>
              <code className={styles.path}>{file.path}</code>
              <span className={styles.bytes}>{fileWords(file)}</span>
              <ProgressBar label={file.path} fraction={fileFraction(file)} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function verbOf({ stage, kind }: ImportJob): string {
  if (stage.name === 'storing') return 'Storing';
  if (stage.name === 'cancelling') return 'Cancelling the import of';
  return kind === 'demo' ? 'Making' : 'Reading';
}

function fileWords({ state, doneBytes, totalBytes }: FileProgress): string {
  if (state === 'waiting') return `waiting · ${formatBytes(totalBytes)}`;
  if (state === 'read') return `read · ${formatBytes(totalBytes ?? doneBytes)}`;
  return totalBytes === null ? formatBytes(doneBytes) : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
}

function fileFraction({ state, doneBytes, totalBytes }: FileProgress): number | null {
  if (state !== 'reading') return state === 'read' ? 1 : 0;
  return totalBytes ? doneBytes / totalBytes : null;
}

interface CheckedProps {
  readonly name: string;
  readonly problems: readonly Problem[];
  readonly statistics: DatasetStatistics | null;
  readonly features: readonly FeatureInfo[];
  readonly taken: Taken;
}

function Checked({ name, problems, statistics, features, taken }: CheckedProps) {
  const { accept, cancel, dismiss, readAgain } = useDatasets();
  const [chosen, setChosen] = useState(name);
  const [again, setAgain] = useState(false);
  const stopped = problems.some((problem) => problem.severity === 'error');
  const warned = problems.some((problem) => problem.severity === 'warning');
  const canChange = taken.files.some(({ roles }) => roles.length > 1);
  return (
    <Panel
      title={`Check of ${name}`}
      note={problemCounts(problems) || 'no findings'}
      actions={canChange && <Button onClick={() => setAgain(true)}>Read differently …</Button>}
    >
      {again && (
        <ReadingDialog
          questions={{ files: taken.files, ids: { user: null, item: null }, validation: null }}
          mode="again"
          onAnswer={readAgain}
          onClose={() => setAgain(false)}
        />
      )}
      {stopped && (
        <Notice
          tone="error"
          live="polite"
          title="Nothing was stored: the dataset has errors."
          actions={<Button onClick={dismiss}>Close</Button>}
        >
          Correct the errors listed below, then import it again.
        </Notice>
      )}
      {problems.length > 0 && <ProblemList problems={problems} />}
      {taken.files.length > 0 && <FilesTaken taken={taken} />}
      {!stopped && statistics && (
        <StatList>
          <Stat label="Users" value={formatCount(statistics.users)} />
          <Stat label="Items" value={formatCount(statistics.items)} />
          <Stat label="Interactions" value={formatCount(statistics.interactions)} />
          {features.map((feature) => (
            <Stat
              key={feature.key}
              label={featureLabel(feature.key)}
              value={`${formatCount(feature.rows)} × ${formatCount(feature.columns)}`}
              note={feature.sourceType}
            />
          ))}
        </StatList>
      )}
      {!stopped && (
        <form
          className={styles.decision}
          onSubmit={(event) => {
            event.preventDefault();
            accept(chosen);
          }}
        >
          <Field label="Name" className={styles.name ?? ''}>
            {(control) => (
              <Input {...control} value={chosen} maxLength={80} onChange={(event) => setChosen(event.target.value)} />
            )}
          </Field>
          <Button type="submit" variant="primary" disabled={chosen.trim() === ''}>
            {warned
              ? `Accept ${plural(problems.filter(({ severity }) => severity === 'warning').length, 'warning')} and store`
              : 'Store the dataset'}
          </Button>
          <Button onClick={cancel}>Cancel</Button>
        </form>
      )}
    </Panel>
  );
}
