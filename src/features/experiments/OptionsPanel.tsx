import { useState } from 'react';
import { plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Panel';
import type { DatasetDocument } from '../../domain/dataset';
import { changedOptions } from '../../domain/models/catalogue';
import { recommendedFor } from '../../domain/needs';
import type { Config, ModelId, OptionGroup, OptionValue } from '../../domain/models/table';
import { GROUP_LABELS, GROUPS } from '../drafts/groups';
import { OptionField } from './OptionField';
import { OwnPresets } from './OwnPresets';
import { isRecommendation, optionsOfGroup, presetButtons } from '../drafts/options';
import styles from './experiments.module.css';

interface OptionsPanelProps {
  readonly model: ModelId;
  readonly config: Config;
  readonly dataset: DatasetDocument | null;
  /** Nobody has changed an option of this model: it stands as proposed. */
  readonly untouched: boolean;
  readonly onOption: (key: string, value: OptionValue) => void;
  /** Takes over what differs from the defaults; null: back to what is proposed for the dataset, whichever it is. */
  readonly onChanges: (changes: Config | null) => void;
}

/** Presets, then the model's options by group. */
export function OptionsPanel({ model, config, dataset, untouched, onOption, onChanges }: OptionsPanelProps) {
  const recommended = dataset ? changedFrom(model, dataset) : {};
  return (
    <Panel
      title="Options"
      note={noteOf(model, config, recommended, untouched && dataset ? dataset.name : null)}
      actions={
        <>
          {presetButtons(model, config, dataset).map((preset) => (
            <Button
              key={preset.id}
              small
              aria-pressed={preset.pressed}
              onClick={() => onChanges(isRecommendation(preset) ? null : preset.changes)}
            >
              {preset.label}
            </Button>
          ))}
          <OwnPresets model={model} config={config} onChanges={onChanges} />
        </>
      }
    >
      {GROUPS.map((group) => (
        <Group
          key={`${model} ${group}`}
          group={group}
          model={model}
          config={config}
          recommended={recommended}
          dataset={dataset}
          onOption={onOption}
        />
      ))}
    </Panel>
  );
}

type GroupProps = Pick<OptionsPanelProps, 'model' | 'config' | 'dataset' | 'onOption'> & {
  readonly group: OptionGroup;
  readonly recommended: Config;
};

/** One group. What has no effect in this configuration is put aside, with a button that shows it. */
function Group({ group, model, config, recommended, dataset, onOption }: GroupProps) {
  const [all, setAll] = useState(false);
  const { shown, hidden } = optionsOfGroup(model, group, config);
  if (shown.length + hidden.length === 0) return null;
  return (
    <fieldset className={styles.group}>
      <legend>{GROUP_LABELS[group]}</legend>
      <div className={styles.options}>
        {[...shown, ...(all ? hidden : [])].map(({ option, idle }) => (
          <OptionField
            key={option.key}
            option={option}
            value={config[option.key]}
            recommended={recommended[option.key]}
            dataset={dataset}
            idle={idle}
            onChange={onOption}
          />
        ))}
      </div>
      {hidden.length > 0 && (
        <Button small variant="quiet" className={styles.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Hide' : 'Show'} {plural(hidden.length, 'option')} with no effect
        </Button>
      )}
    </fieldset>
  );
}

const changedFrom = (model: ModelId, dataset: DatasetDocument): Config =>
  changedOptions(model, { ...recommendedFor(model, dataset) });

/** `proposedFor`: the dataset that the form stands as recommended for; null once a person has changed it. */
function noteOf(model: ModelId, config: Config, recommended: Config, proposedFor: string | null): string {
  const changes = Object.keys(changedOptions(model, config)).length;
  if (changes === 0) return 'all at their defaults';
  if (proposedFor !== null)
    return `as recommended for ${proposedFor}: ${plural(changes, 'option')} not at the default, marked ◆`;
  const marked = Object.keys(recommended).length > 0 ? 'marked ● (◆ if recommended)' : 'marked ●';
  return `${plural(changes, 'option')} changed from the default, ${marked}`;
}
