import { memo, useState } from 'react';
import { formatFingerprint } from '../../app/format';
import { Icon } from '../../app/Icon';
import { Button } from '../../app/primitives/Button';
import { Disclosure } from '../../app/primitives/Disclosure';
import { Field, TextArea } from '../../app/primitives/Field';
import { Columns } from '../../app/primitives/Page';
import { Panel } from '../../app/primitives/Panel';
import { Stat, StatList } from '../../app/primitives/Stat';
import { saveText, fileName } from '../../charts/download';
import { changedOptions, idleBecause, modelTable } from '../../domain/models/catalogue';
import type { Option, OptionValue } from '../../domain/models/table';
import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { GROUP_LABELS, GROUPS } from '../experiments/groups';
import styles from './runs.module.css';

/** Everything needed to run it again, what differs from the defaults, and what a person noted. */
export const ConfigTab = memo(function ConfigTab({ run }: { readonly run: RunSummary }) {
  const { experiment } = run;
  const table = modelTable(experiment.model);
  const changed = changedOptions(experiment.model, experiment.config);
  const count = Object.keys(changed).length;
  return (
    <Columns min={420}>
      <Panel title="Options" note={count === 0 ? 'all at their defaults' : `${count} changed from the default, marked ●`}>
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Options of this run">
          <table className={styles.options}>
            <thead>
              <tr>
                <th scope="col">Option</th>
                <th scope="col">Value</th>
                <th scope="col">Default</th>
              </tr>
            </thead>
            {GROUPS.map((group) => {
              const options = table.options.filter((option) => option.group === group);
              return options.length === 0 ? null : (
                <tbody key={group}>
                  <tr>
                    <th colSpan={3} scope="rowgroup" className={styles.groupRow}>
                      {GROUP_LABELS[group]}
                    </th>
                  </tr>
                  {options.map((option) => (
                    <OptionRow key={option.key} option={option} value={experiment.config[option.key]} changed={Object.hasOwn(changed, option.key)} idle={idleBecause(experiment.model, option, experiment.config) !== null} />
                  ))}
                </tbody>
              );
            })}
          </table>
        </div>
      </Panel>
      <div className={styles.column}>
        <Notes key={run.id} run={run} />
        <Panel title="Experiment">
          <StatList rows>
            <Stat label="Model" value={table.name} />
            <Stat label="Dataset" value={experiment.dataset.name} />
            <Stat label="Fingerprint" value={<code>{formatFingerprint(experiment.dataset.fingerprint)}</code>} />
            <Stat label="Seed" value={experiment.seed} />
            <Stat label="Backend asked for" value={experiment.backend} />
            <Stat label="Run" value={<code>{run.id}</code>} />
          </StatList>
          <ExperimentJson run={run} />
        </Panel>
      </div>
    </Columns>
  );
});

interface OptionRowProps {
  readonly option: Option;
  readonly value: OptionValue | undefined;
  readonly changed: boolean;
  /** It has no effect in this configuration. */
  readonly idle: boolean;
}

function OptionRow({ option, value, changed, idle }: OptionRowProps) {
  return (
    <tr data-changed={changed} data-idle={idle}>
      <th scope="row">
        {option.label} <code className={styles.quiet}>{option.key}</code>
        {idle && <span className={styles.note}> · without effect here</span>}
      </th>
      <td>
        {changed && (
          <span role="img" aria-label="changed">
            ●{' '}
          </span>
        )}
        {String(value)}
      </td>
      <td>{String(option.default)}</td>
    </tr>
  );
}

function ExperimentJson({ run }: { readonly run: RunSummary }) {
  const [copied, setCopied] = useState(false);
  const json = JSON.stringify(run.experiment, null, 2);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(json);
    setCopied(true);
  };
  return (
    <Disclosure title="JSON" summary="the experiment as the command line takes it">
      <div className={styles.buttons}>
        <Button small onClick={() => void copy()}>
          <Icon name="copy" />
          {copied ? 'Copied' : 'Copy'}
        </Button>
        <Button small onClick={() => saveText(fileName(run.name, 'json'), 'application/json', json)}>
          <Icon name="download" />
          Download
        </Button>
      </div>
      <pre className={styles.json} tabIndex={0}>
        {json}
      </pre>
    </Disclosure>
  );
}

/** Saved when the field is left, or with Ctrl+Enter. */
function Notes({ run }: { readonly run: RunSummary }) {
  const [text, setText] = useState(run.notes);
  const dirty = text !== run.notes;
  const save = (): void => {
    if (dirty) void useRuns.getState().edit(run.id, { notes: text });
  };
  return (
    <Panel title="Notes" note={dirty ? 'not saved yet' : run.notes === '' ? 'kept with the run' : 'saved'}>
      <Field label={<span className="visually-hidden">Notes</span>} help="Saved when you leave the field, or with Ctrl+Enter.">
        {(control) => (
          <TextArea
            {...control}
            rows={5}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={save}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
            }}
          />
        )}
      </Field>
    </Panel>
  );
}
