import { memo, useState } from 'react';
import { formatFingerprint, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { Disclosure } from '../../ui/Disclosure';
import { Columns } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { saveText, fileName } from '../../charts/download';
import { changedOptions, modelTable } from '../../domain/models/catalogue';
import type { Option, OptionValue } from '../../domain/models/table';
import type { RunSummary } from '../../domain/run';
import { GROUP_LABELS, GROUPS } from '../drafts/groups';
import { optionsOfGroup } from '../drafts/options';
import styles from './runs.module.css';

/** Everything needed to run it again, what differs from the defaults. */
export const ConfigTab = memo(function ConfigTab({ run }: { readonly run: RunSummary }) {
  const { experiment } = run;
  const table = modelTable(experiment.model);
  return (
    <div className={styles.column}>
      <OptionsPanel run={run} />
      <Columns min={420}>
        <Panel title="Experiment">
          <StatList rows>
            <Stat label="Model" value={table.name} />
            <Stat label="Dataset" value={experiment.dataset.name} />
            <Stat label="Fingerprint" value={<code>{formatFingerprint(experiment.dataset.fingerprint)}</code>} />
            <Stat label="Seed" value={experiment.seed} />
            <Stat label="Requested backend" value={experiment.backend} />
            <Stat
              label="Run"
              value={
                <>
                  <code>{run.id}</code>
                  {run.app && ` · Lodestone ${run.app}`}
                </>
              }
            />
          </StatList>
          <ExperimentJson run={run} />
        </Panel>
      </Columns>
    </div>
  );
});

/** One table per group, side by side. What has no effect in this configuration and was left alone is put aside. */
function OptionsPanel({ run }: { readonly run: RunSummary }) {
  const [all, setAll] = useState(false);
  const { model, config } = run.experiment;
  const changed = changedOptions(model, config);
  const count = Object.keys(changed).length;
  const groups = GROUPS.map((group) => ({ group, ...optionsOfGroup(model, group, config) }));
  const aside = groups.reduce((sum, { hidden }) => sum + hidden.length, 0);
  return (
    <Panel
      title="Options"
      note={count === 0 ? 'all at their defaults' : `${count} changed from the default, marked ●`}
      actions={
        aside > 0 && (
          <Button small variant="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Hide' : 'Show'} {plural(aside, 'option')} with no effect
          </Button>
        )
      }
    >
      <div className={styles.optionTables} tabIndex={0} role="region" aria-label="Options of this run">
        {groups.map(({ group, shown, hidden }) => {
          const options = all ? [...shown, ...hidden] : shown;
          return options.length === 0 ? null : (
            <table key={group} className={styles.options}>
              <thead>
                <tr>
                  <th scope="col">{GROUP_LABELS[group]}</th>
                  <th scope="col">Value</th>
                  <th scope="col">Default</th>
                </tr>
              </thead>
              <tbody>
                {options.map(({ option, idle }) => (
                  <OptionRow
                    key={option.key}
                    option={option}
                    value={config[option.key]}
                    changed={Object.hasOwn(changed, option.key)}
                    idle={idle !== null}
                  />
                ))}
              </tbody>
            </table>
          );
        })}
      </div>
    </Panel>
  );
}

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
        {idle && <span className={styles.note}> · with no effect</span>}
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
