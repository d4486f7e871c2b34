import { SPLIT_RULE_LABELS } from '../../ui/words';
import { Disclosure } from '../../ui/Disclosure';
import { Field, Input, Select } from '../../ui/Field';
import type { ImportDraft } from './importDraft';
import { DRAWN_RULES, draftErrors, optionsSummary } from './importDraft';
import styles from './ImportOptionsForm.module.css';

interface ImportOptionsFormProps {
  readonly draft: ImportDraft;
  readonly onChange: (draft: ImportDraft) => void;
}

/** What is decided before files are read. Most datasets need none of it, so it is closed. */
export function ImportOptionsForm({ draft, onChange }: ImportOptionsFormProps) {
  const errors = draftErrors(draft);
  return (
    <Disclosure title="Import options" summary={optionsSummary(draft)} defaultOpen={Object.keys(errors).length > 0}>
      <div className={styles.grid}>
        <Field
          label="Split, when the files have none"
          help="A tenth each goes to validation and test; “leave one out” holds out one interaction each. By user: users with fewer than 3 interactions keep all of them for training."
        >
          {(control) => (
            <Select
              {...control}
              value={draft.splitRule}
              options={DRAWN_RULES.map((value) => ({ value, label: SPLIT_RULE_LABELS[value] }))}
              onValueChange={(splitRule) => onChange({ ...draft, splitRule })}
            />
          )}
        </Field>
        <Field label="Split seed" help="The same seed draws the same split." error={errors.splitSeed}>
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              value={draft.splitSeed}
              onChange={(event) => onChange({ ...draft, splitSeed: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="k-core"
          help="Keeps users and items with at least k interactions, repeated until stable. 0 keeps everything."
          error={errors.kCore}
        >
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              value={draft.kCore}
              onChange={(event) => onChange({ ...draft, kCore: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Minimum interactions per user"
          help="Applied once, to users only. 0 keeps everyone."
          error={errors.minUserInteractions}
        >
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              value={draft.minUserInteractions}
              onChange={(event) => onChange({ ...draft, minUserInteractions: event.target.value })}
            />
          )}
        </Field>
      </div>
    </Disclosure>
  );
}
