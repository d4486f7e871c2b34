import { formatDateTime } from '../../ui/format';
import { ButtonLink } from '../../ui/Button';
import { Choice, Field, Input, Select } from '../../ui/Field';
import { isModelId, modelTable } from '../../domain/models/catalogue';
import type { MetricColumns, RunFilter } from '../../domain/listView';
import type { RunSummary } from '../../domain/run';
import { groupsOf } from './filter';
import { groupPath, STATUS_ORDER, STATUS_WORDS } from '../readings/words';
import styles from './runs.module.css';

interface RunsFilterProps {
  readonly runs: readonly RunSummary[];
  readonly filter: RunFilter;
  readonly onFilter: (filter: RunFilter) => void;
  readonly columns: MetricColumns;
  readonly onColumns: (columns: MetricColumns) => void;
}

const ALL = { value: '', label: 'all' };

export function RunsFilter({ runs, filter, onFilter, columns, onColumns }: RunsFilterProps) {
  const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();
  const models = distinct(runs.map(({ experiment }) => experiment.model)).map((value) => ({
    value,
    label: isModelId(value) ? modelTable(value).name : value,
  }));
  const datasets = distinct(runs.map(({ experiment }) => experiment.dataset.name)).map((value) => ({
    value,
    label: value,
  }));
  const groups = groupsOf(runs);
  const chosen = groups.find(({ id }) => id === filter.group);
  const rated = runs.some(({ result }) => result?.testLiked !== undefined);
  const statuses = STATUS_ORDER.filter((status) => runs.some((run) => run.status === status)).map((value) => ({
    value,
    label: STATUS_WORDS[value].label,
  }));
  return (
    <div className={styles.filters} role="search" aria-label="Filter runs">
      <Field label="Find" className={styles.search ?? ''}>
        {(control) => (
          <Input
            {...control}
            type="search"
            value={filter.text}
            placeholder="name, note, layers=3, seed<10"
            onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          />
        )}
      </Field>
      <Field label="Model">
        {(control) => (
          <Select
            {...control}
            value={filter.model}
            options={[ALL, ...models]}
            onValueChange={(model) => onFilter({ ...filter, model })}
          />
        )}
      </Field>
      <Field label="Dataset">
        {(control) => (
          <Select
            {...control}
            value={filter.dataset}
            options={[ALL, ...datasets]}
            onValueChange={(dataset) => onFilter({ ...filter, dataset })}
          />
        )}
      </Field>
      <Field label="Status">
        {(control) => (
          <Select
            {...control}
            value={filter.status}
            options={[{ value: '' as const, label: 'all' }, ...statuses]}
            onValueChange={(status) => onFilter({ ...filter, status })}
          />
        )}
      </Field>
      {groups.length > 0 && (
        <Field label="Set or sweep">
          {(control) => (
            <Select
              {...control}
              className={styles.groupSelect}
              value={filter.group}
              options={[
                ALL,
                ...groups.map(({ id, name, createdAt }) => ({
                  value: id,
                  label: `${name}, ${formatDateTime(createdAt)}`,
                })),
              ]}
              onValueChange={(group) => onFilter({ ...filter, group })}
            />
          )}
        </Field>
      )}
      {chosen && <ButtonLink to={groupPath(chosen)}>Open its {chosen.sweep ? 'chart' : 'table'}</ButtonLink>}
      <Choice
        segments
        label="Metrics"
        value={columns}
        options={[
          { value: 'test', label: 'Test' },
          { value: 'valid', label: 'Validation' },
          { value: 'both', label: 'Both' },
          ...(rated ? [{ value: 'liked' as const, label: 'Test, liked' }] : []),
        ]}
        onValueChange={onColumns}
      />
    </div>
  );
}
