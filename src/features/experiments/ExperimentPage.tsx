import { useCallback, useMemo } from 'react';
import { Button, ButtonLink } from '../../app/primitives/Button';
import { Field, Select } from '../../app/primitives/Field';
import { FaultNotice, Notice } from '../../app/primitives/Notice';
import { Page } from '../../app/primitives/Page';
import { Panel } from '../../app/primitives/Panel';
import { formatCount, plural } from '../../app/format';
import { changedOptions, configProblems, defaultConfig, modelTable } from '../../domain/models/catalogue';
import type { Config, OptionValue } from '../../domain/models/table';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { draftConfig, withConfig, type Draft } from './draft';
import { GROUP_LABELS, GROUPS } from './groups';
import { MemoryPanel } from './MemoryPanel';
import { ModelPanel } from './ModelPanel';
import { needsProblem } from './needs';
import { OptionField } from './OptionField';
import { StartPanel } from './StartPanel';
import { useDraft, type ChangeDraft } from './useDraft';
import styles from './experiments.module.css';

/** The form that every experiment is made with; it is read off the model's table. */
export function ExperimentPage() {
  const { draft, change } = useDraft();
  const fault = useRuns((state) => state.fault);
  return (
    <Page title="Experiment" subtitle="One model on one dataset; each seed becomes a run.">
      {fault && <FaultNotice fault={fault} />}
      {draft && <Form draft={draft} change={change} />}
    </Page>
  );
}

function Form({ draft, change }: { readonly draft: Draft; readonly change: ChangeDraft }) {
  const { datasets, currentId, loaded, select } = useDatasets();
  const dataset = datasets.find(({ id }) => id === currentId) ?? null;
  const table = modelTable(draft.model);
  const config = useMemo(() => draftConfig(draft), [draft]);
  const problems = useMemo(() => configProblems(draft.model, config), [draft.model, config]);
  const wrong = table.options.filter(({ key }) => problems.has(key)).map(({ label }) => label);
  const changed = changedOptions(draft.model, config);
  const changes = Object.keys(changed).length;
  const setConfig = (next: Config): void => change((current) => withConfig(current, next));

  // One function for all fields: they are memoised.
  const setOption = useCallback(
    (key: string, value: OptionValue) => change((current) => withConfig(current, { ...draftConfig(current), [key]: value })),
    [change],
  );

  return (
    <div className={styles.form}>
      <div className={styles.main}>
        <div className={styles.choices}>
          <Panel title="Dataset">
            {datasets.length > 0 ? (
              <>
                <Field label={<span className="visually-hidden">Dataset</span>}>
                  {(control) => (
                    <Select
                      {...control}
                      value={currentId ?? ''}
                      options={[...(currentId === null ? [{ value: '', label: 'choose one' }] : []), ...datasets.map(({ id, name }) => ({ value: id, label: name }))]}
                      onValueChange={(id) => void select(id)}
                    />
                  )}
                </Field>
                {dataset && (
                  <p className={styles.citation}>
                    {formatCount(dataset.statistics.users)} users × {formatCount(dataset.statistics.items)} items, {formatCount(dataset.statistics.interactions)} interactions ·{' '}
                    {dataset.features.length === 0 ? 'no features' : dataset.features.map(({ key, columns }) => `${key} (${formatCount(columns)})`).join(', ')}
                  </p>
                )}
              </>
            ) : (
              loaded && (
                <Notice title="There is no dataset yet." actions={<ButtonLink to="/data">Data</ButtonLink>}>
                  Drop a folder on the Data page, or open the demo dataset there.
                </Notice>
              )
            )}
          </Panel>
          <ModelPanel model={draft.model} dataset={dataset} onModel={(model) => change((current) => ({ ...current, model }))} />
        </div>
        <Panel
          title="Options"
          note={changes === 0 ? 'all at their defaults' : `${plural(changes, 'option')} changed from the default, marked ●`}
          actions={
            <>
              {table.presets.map((preset) => {
                const wanted = changedOptions(draft.model, { ...defaultConfig(draft.model), ...preset.config });
                return (
                  <Button key={preset.id} small aria-pressed={same(changed, wanted)} onClick={() => setConfig({ ...defaultConfig(draft.model), ...preset.config })}>
                    {preset.label}
                  </Button>
                );
              })}
              <Button small disabled={changes === 0} onClick={() => setConfig(defaultConfig(draft.model))}>
                All defaults
              </Button>
            </>
          }
        >
          {GROUPS.map((group) => {
            const options = table.options.filter((option) => option.group === group);
            return options.length === 0 ? null : (
              <fieldset key={`${draft.model} ${group}`} className={styles.group}>
                <legend>{GROUP_LABELS[group]}</legend>
                <div className={styles.options}>
                  {options.map((option) => (
                    <OptionField key={option.key} option={option} value={config[option.key]} onChange={setOption} />
                  ))}
                </div>
              </fieldset>
            );
          })}
        </Panel>
      </div>
      <aside className={styles.aside} aria-label="Start and memory">
        <StartPanel draft={draft} dataset={dataset} wrong={wrong} change={change} />
        {dataset && problems.size === 0 && needsProblem(table, dataset) === null && <MemoryPanel datasetId={dataset.id} model={draft.model} config={config} />}
      </aside>
    </div>
  );
}

/** Whether two sets of changes are equal. */
function same(a: Config, b: Config): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}
