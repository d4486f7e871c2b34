import { useCallback, useMemo } from 'react';
import { ButtonLink } from '../../ui/Button';
import { Field, Select } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { formatCount } from '../../ui/format';
import { configProblems, modelTable } from '../../domain/models/catalogue';
import type { Config, OptionValue } from '../../domain/models/table';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { draftConfig, isUntouched, withChanges, withConfig, type Draft } from '../drafts/draft';
import { MemoryPanel } from './MemoryPanel';
import { ModelPanel } from './ModelPanel';
import { needsProblem } from './needs';
import { OptionsPanel } from './OptionsPanel';
import { StartPanel } from './StartPanel';
import { useDraft, type ChangeDraft } from '../drafts/useDraft';
import styles from './experiments.module.css';

/** The form that every experiment is made with; it is read off the model's table. */
export function ExperimentPage() {
  const { draft, change } = useDraft();
  const fault = useRuns((state) => state.fault);
  return (
    <Page title="Experiment" subtitle="One model on one dataset; each seed is one run.">
      {fault && <FaultNotice fault={fault} />}
      {draft && <Form draft={draft} change={change} />}
    </Page>
  );
}

function Form({ draft, change }: { readonly draft: Draft; readonly change: ChangeDraft }) {
  const { datasets, currentId, loaded, select } = useDatasets();
  const dataset = datasets.find(({ id }) => id === currentId) ?? null;
  const table = modelTable(draft.model);
  const config = useMemo(() => draftConfig(draft, dataset), [draft, dataset]);
  const problems = useMemo(() => configProblems(draft.model, config), [draft.model, config]);
  const wrong = table.options.filter(({ key }) => problems.has(key)).map(({ label }) => label);
  // One function for all fields: they are memoised.
  const setOption = useCallback(
    (key: string, value: OptionValue) =>
      change((current) => withConfig(current, { ...draftConfig(current, dataset), [key]: value })),
    [change, dataset],
  );
  const setChanges = (changes: Config | null): void => change((current) => withChanges(current, changes));

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
                      options={[
                        ...(currentId === null ? [{ value: '', label: 'choose one' }] : []),
                        ...datasets.map(({ id, name }) => ({ value: id, label: name })),
                      ]}
                      onValueChange={(id) => void select(id)}
                    />
                  )}
                </Field>
                {dataset && (
                  <p className={styles.citation}>
                    {formatCount(dataset.statistics.users)} users × {formatCount(dataset.statistics.items)} items,{' '}
                    {formatCount(dataset.statistics.interactions)} interactions ·{' '}
                    {dataset.features.length === 0
                      ? 'no features'
                      : dataset.features.map(({ key, columns }) => `${key} (${formatCount(columns)})`).join(', ')}
                  </p>
                )}
              </>
            ) : (
              loaded && (
                <Notice title="No dataset yet." actions={<ButtonLink to="/data">Data</ButtonLink>}>
                  Drop a folder on the Data page, or make the demo dataset there.
                </Notice>
              )
            )}
          </Panel>
          <ModelPanel
            model={draft.model}
            dataset={dataset}
            onModel={(model) => change((current) => ({ ...current, model }))}
          />
        </div>
        <OptionsPanel
          model={draft.model}
          config={config}
          dataset={dataset}
          untouched={isUntouched(draft)}
          onOption={setOption}
          onChanges={setChanges}
        />
      </div>
      <aside className={styles.aside} aria-label="Start and memory">
        <StartPanel draft={draft} config={config} dataset={dataset} wrong={wrong} change={change} />
        {dataset && problems.size === 0 && needsProblem(table, dataset) === null && (
          <MemoryPanel datasetId={dataset.id} model={draft.model} config={config} />
        )}
      </aside>
    </div>
  );
}
