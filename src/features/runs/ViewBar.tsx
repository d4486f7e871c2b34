import { useMemo, useState } from 'react';
import type { RunFilter } from '../../domain/listView';
import type { RunSummary } from '../../domain/run';
import { useRunList } from '../../state/runList';
import { Button } from '../../ui/Button';
import { Checkbox, Field, Input, Select } from '../../ui/Field';
import { Disclosure } from '../../ui/Disclosure';
import { optionColumns } from './list';
import styles from './runs.module.css';

interface ViewBarProps {
  readonly runs: readonly RunSummary[];
  readonly filter: RunFilter;
  readonly onFilter: (filter: RunFilter) => void;
}

/** How the list looks: folded or not, which options are columns, and views kept under a name. */
export function ViewBar({ runs, filter, onFilter }: ViewBarProps) {
  const { look, views, change, save, forget } = useRunList();
  const [chosen, setChosen] = useState('');
  const [name, setName] = useState('');
  const options = useMemo(() => optionColumns(runs), [runs]);
  const shown = options.filter(({ key }) => look.options.includes(key));
  const open = (wanted: string): void => {
    setChosen(wanted);
    const found = views.find((one) => one.name === wanted);
    if (!found) return;
    const { name: _name, filter: of, ...rest } = found;
    change(rest);
    onFilter(of);
  };
  return (
    <Disclosure
      title="View"
      summary={[
        look.folded ? 'sets and seeds folded' : 'every run',
        ...(shown.length > 0 ? [`columns: ${shown.map(({ label }) => label).join(', ')}`] : []),
      ].join(' · ')}
    >
      <div className={styles.viewBar}>
        <Checkbox
          label="Fold sets, sweeps and seeds"
          checked={look.folded}
          onCheckedChange={(folded) => change({ folded })}
        />
        <fieldset className={styles.columnChoice}>
          <legend>Options as columns</legend>
          {options.map(({ key, label }) => (
            <Checkbox
              key={key}
              label={label}
              checked={look.options.includes(key)}
              onCheckedChange={(on) =>
                change({ options: on ? [...look.options, key] : look.options.filter((one) => one !== key) })
              }
            />
          ))}
        </fieldset>
        <form
          className={styles.viewForm}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() === '') return;
            save({ ...look, filter, name: name.trim() });
            setChosen(name.trim());
            setName('');
          }}
        >
          {views.length > 0 && (
            <Field label="Saved view">
              {(control) => (
                <Select
                  {...control}
                  value={chosen}
                  options={[
                    { value: '', label: 'none' },
                    ...views.map((one) => ({ value: one.name, label: one.name })),
                  ]}
                  onValueChange={open}
                />
              )}
            </Field>
          )}
          {views.some((one) => one.name === chosen) && (
            <Button
              onClick={() => {
                forget(chosen);
                setChosen('');
              }}
            >
              Forget it
            </Button>
          )}
          <Field label="Save this view as" help="Filter, metrics, columns and folding.">
            {(control) => <Input {...control} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Button type="submit" disabled={name.trim() === ''}>
            Save
          </Button>
        </form>
      </div>
    </Disclosure>
  );
}
