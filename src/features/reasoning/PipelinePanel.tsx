import { useState } from 'react';
import { useNavigate } from 'react-router';
import { formatCount, formatNumber, formatRemaining, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { ConfirmDialog } from '../../ui/Dialog';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { Field, Input } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import { usePoliteText } from '../../ui/usePoliteText';
import type { DatasetDocument } from '../../domain/dataset';
import { overridesOf, scopeOf, type JobStatus, type Stage, type StageState } from '../../domain/reasoning';
import type { ReasoningSettings } from '../../domain/reasoningSettings';
import { useReasoning } from '../../state/reasoning';
import { useLabels } from '../../state/useLabels';
import { Exports } from './Exports';
import styles from './reasoning.module.css';

const NAMES: Readonly<Record<Stage, string>> = {
  describe: 'Describe items',
  attributes: 'Answer attributes',
  profile: 'Profile users',
  choose: 'Choose candidates',
  encodeItems: 'Encode items',
  encodeUsers: 'Encode users',
  encodeAttributes: 'Encode attributes',
};

const COLUMNS: readonly Column<StageState>[] = [
  { id: 'stage', header: 'Stage', rowHeader: true, sortable: false, value: ({ stage }) => NAMES[stage] },
  {
    id: 'done',
    header: 'Answers',
    numeric: true,
    sortable: false,
    value: ({ done }) => done,
    cell: ({ done, total }) =>
      total === null ? 'after the previous stage' : `${formatCount(done)} of ${formatCount(total)}`,
  },
  {
    id: 'bar',
    header: 'Progress',
    sortable: false,
    value: () => null,
    cell: ({ stage, done, total }) => (
      <ProgressBar label={NAMES[stage]} fraction={total === null ? 0 : total === 0 ? 1 : done / total} />
    ),
  },
  {
    id: 'without',
    header: 'Nothing to ask',
    numeric: true,
    sortable: false,
    value: ({ without }) => without,
    cell: ({ without }) => formatCount(without),
  },
  {
    id: 'failed',
    header: 'Refused',
    numeric: true,
    sortable: false,
    value: ({ failed }) => failed,
    cell: ({ failed }) => formatCount(failed),
  },
  {
    id: 'rate',
    header: 'Per minute',
    numeric: true,
    sortable: false,
    value: ({ perSecond }) => perSecond,
    cell: ({ perSecond }) => formatNumber(perSecond === null ? null : perSecond * 60, 3),
  },
  {
    id: 'left',
    header: 'Left',
    numeric: true,
    sortable: false,
    value: ({ etaSeconds }) => etaSeconds,
    cell: ({ etaSeconds }) => formatRemaining(etaSeconds),
  },
  {
    id: 'tokens',
    header: 'Tokens: prompt, answer',
    numeric: true,
    sortable: false,
    value: ({ promptTokens }) => promptTokens,
    cell: ({ promptTokens, answerTokens }) => `${formatCount(promptTokens)} · ${formatCount(answerTokens)}`,
  },
];

const WORDS: Readonly<Record<JobStatus['name'], string>> = {
  idle: '',
  running: 'asking',
  pausing: 'finishing the calls in progress',
  waiting: 'waiting for another tab',
  paused: 'paused',
  stopped: 'stopped',
  finished: 'finished',
};

/** The stages with their progress; in the end, the dataset that comes of them. */
export function PipelinePanel({
  dataset,
  settings,
}: {
  readonly dataset: DatasetDocument;
  readonly settings: ReasoningSettings;
}) {
  const { survey, status, stages: live, runningId, phase, start, pause } = useReasoning();
  const active = status.name === 'running' || status.name === 'pausing' || status.name === 'waiting';
  const here = runningId === dataset.id;
  const stages =
    active && here && live.length > 0
      ? live
      : (survey?.stages ?? []).map((state) => (here ? withTokens(state, live) : state));
  const complete = stages.length > 0 && stages.every(({ total, done }) => total !== null && done === total);
  const said = usePoliteText(
    stages.map(({ stage, done, total }) => `${NAMES[stage]}: ${done} of ${total ?? 'unknown'}`).join(', '),
  );
  const begun = stages.some(({ done }) => done > 0);
  return (
    <Panel
      title="Pipeline"
      // Finished is what all is stored of, whatever was changed since.
      note={
        here
          ? status.name === 'finished' && !complete
            ? ''
            : WORDS[status.name]
          : active
            ? 'another dataset is being processed'
            : ''
      }
      actions={
        active ? (
          <Button onClick={pause} disabled={status.name === 'pausing'}>
            Pause
          </Button>
        ) : (
          <Button variant={complete ? 'secondary' : 'primary'} onClick={start} disabled={complete || !survey}>
            {begun ? 'Continue' : 'Start'}
          </Button>
        )
      }
    >
      <DataTable
        label="Stages"
        columns={COLUMNS}
        rows={stages}
        rowId={({ stage }) => stage}
        empty="Counting stored answers …"
      />
      <p className="visually-hidden" role="status">
        {active ? said : ''}
      </p>
      {active && here && phase && <ProgressBar label="Preparing" fraction={phase.fraction} text={phase.text} />}
      <p className={styles.help}>
        Every answer is stored as it arrives: you can close the page at any time, and no question is asked twice.
        Profiles and choices are made from training interactions only. Token counts start at the last start.
      </p>
      {here && status.name === 'stopped' && <FaultNotice fault={status.fault} />}
      <Failures dataset={dataset} />
      {complete && !active && <Derive key={nameFor(dataset, settings)} dataset={dataset} settings={settings} />}
      {complete && !active && <Exports dataset={dataset} settings={settings} />}
      {begun && !active && <Forget />}
    </Panel>
  );
}

/** What is stored, with what the last start took. */
function withTokens(state: StageState, live: readonly StageState[]): StageState {
  const last = live.find(({ stage }) => stage === state.stage);
  return last
    ? { ...state, failed: last.failed, promptTokens: last.promptTokens, answerTokens: last.answerTokens }
    : state;
}

function Forget() {
  const { forget } = useReasoning();
  const [asking, setAsking] = useState(false);
  return (
    <div className={styles.row}>
      <Button small variant="quiet" onClick={() => setAsking(true)}>
        Delete all stored answers
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Delete all stored answers?"
        description="This deletes the answers for all datasets; the questions would have to be asked again. Inputs, prompts and datasets made from answers stay."
        confirmLabel="Delete"
        onConfirm={() => forget()}
      />
    </div>
  );
}

function Failures({ dataset }: { readonly dataset: DatasetDocument }) {
  const labels = useLabels(dataset.id);
  const { failures, status, skipFailed } = useReasoning();
  const texts = failures.filter(({ stage }) => overridesOf(stage) !== null);
  if (failures.length === 0) return null;
  return (
    <Notice
      tone="warning"
      title={`${plural(failures.length, 'question was', 'questions were')} refused.`}
      actions={
        status.name === 'stopped' &&
        texts.length > 0 && <Button onClick={() => void skipFailed()}>Leave these texts out</Button>
      }
    >
      <ul className={styles.failures}>
        {failures.slice(0, 5).map(({ stage, entity, fault }) => (
          <li key={`${stage}/${entity}`}>
            {NAMES[stage]}, <EntityName labels={labels} scope={scopeOf(stage)} index={entity} />: {fault.message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

const nameFor = ({ name }: DatasetDocument, { attributes, choices }: ReasoningSettings): string =>
  `${name} with ${attributes.on || choices.on ? 'LLM texts' : 'profiles'}`;

function Derive({ dataset, settings }: { readonly dataset: DatasetDocument; readonly settings: ReasoningSettings }) {
  const { derive, phase } = useReasoning();
  const [name, setName] = useState(nameFor(dataset, settings));
  const navigate = useNavigate();
  return (
    <form
      className={styles.row}
      onSubmit={(event) => {
        event.preventDefault();
        void derive(name.trim()).then((made) => made && navigate(`/data/${made.id}`));
      }}
    >
      <Field label="Name of the new dataset" help="This dataset and its runs stay as they are.">
        {(control) => (
          <Input {...control} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Button type="submit" variant="primary" disabled={phase !== null || name.trim() === ''}>
        Make the dataset
      </Button>
      <span role="status" className={styles.help}>
        {phase?.text}
      </span>
    </form>
  );
}
