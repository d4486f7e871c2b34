import { useEffect, useState, type FormEvent } from 'react';
import { changedOptions, modelTable } from '../../domain/models/catalogue';
import type { Config, ModelId } from '../../domain/models/table';
import { presetsOf } from '../../domain/ownPresets';
import { useOwnPresets } from '../../state/ownPresets';
import { Button, IconButton } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field, Input } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { FaultNotice } from '../../ui/Notice';
import { sameValues } from '../drafts/options';
import styles from './experiments.module.css';

interface OwnPresetsProps {
  readonly model: ModelId;
  readonly config: Config;
  readonly onChanges: (changes: Config) => void;
}

/** A person's own presets of a model, and the button that keeps the settings as another. */
export function OwnPresets({ model, config, onChanges }: OwnPresetsProps) {
  const presets = useOwnPresets((state) => state.presets);
  const [open, setOpen] = useState(false);
  useEffect(() => void useOwnPresets.getState().load(), []);
  return (
    <>
      {presetsOf(presets, model).map(({ name, changes }) => (
        <Button
          key={name}
          small
          aria-pressed={sameValues(changedOptions(model, config), changes)}
          title="A preset of your own"
          onClick={() => onChanges(changes)}
        >
          {name}
        </Button>
      ))}
      <Button small variant="quiet" onClick={() => setOpen(true)}>
        Presets…
      </Button>
      {open && <PresetsDialog model={model} config={config} onClose={() => setOpen(false)} />}
    </>
  );
}

type PresetsDialogProps = Pick<OwnPresetsProps, 'model' | 'config'> & { readonly onClose: () => void };

function PresetsDialog({ model, config, onClose }: PresetsDialogProps) {
  const { presets, fault } = useOwnPresets();
  const [name, setName] = useState('');
  const own = presetsOf(presets, model);
  const trimmed = name.trim();
  const replaces = own.some((one) => one.name === trimmed);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (trimmed === '') return;
    void useOwnPresets.getState().keep({ model, name: trimmed, config });
    setName('');
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Presets of your own: ${modelTable(model).name}`}
      description="Kept in this browser, for every dataset."
      actions={<Button onClick={onClose}>Close</Button>}
    >
      {fault && <FaultNotice fault={fault} />}
      {own.length > 0 && (
        <ul className={styles.presets} aria-label="Presets of your own">
          {own.map((one) => (
            <li key={one.name}>
              <span>{one.name}</span>
              <IconButton
                small
                label={`Delete the preset ${one.name}`}
                icon={<Icon name="trash" />}
                onClick={() => void useOwnPresets.getState().forget(one)}
              />
            </li>
          ))}
        </ul>
      )}
      <form className={styles.presetForm} onSubmit={submit}>
        <Field label="Keep the present settings as" {...(replaces && { help: 'The preset of this name is replaced.' })}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              maxLength={60}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" disabled={trimmed === ''}>
          Keep
        </Button>
      </form>
    </Dialog>
  );
}
