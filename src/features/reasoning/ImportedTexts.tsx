import { useRef, useState } from 'react';
import { pickedFiles } from '../../ui/droppedFiles';
import { formatCount, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Disclosure } from '../../ui/Disclosure';
import { Field, Select } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { IMPORT_STEPS, type FoundTexts, type ImportStep } from '../../domain/reasoning';
import { useReasoning } from '../../state/reasoning';
import styles from './reasoning.module.css';

const LABELS: Readonly<Record<ImportStep, string>> = {
  descriptions: 'Descriptions of pictures',
  documents: 'Complete item texts',
  profiles: 'Profiles of users',
};

const HELP: Readonly<Record<ImportStep, string>> = {
  descriptions: 'Take the place of the describing model’s answers, after the item’s text.',
  documents: 'Replace an item’s text and description; encoded as they are.',
  profiles:
    'Take the place of the profiling model’s answers. Lodestone cannot know which interactions they were written from.',
};

/** Descriptions and profiles that are there already: no model is asked for them. */
export function ImportedTexts({ busy }: { readonly busy: boolean }) {
  const { survey, importTexts, forgetTexts } = useReasoning();
  const [step, setStep] = useState<ImportStep>('descriptions');
  const [found, setFound] = useState<{ readonly step: ImportStep; readonly found: FoundTexts } | null>(null);
  const files = useRef<HTMLInputElement>(null);
  const imported = survey?.counts.imported;
  const held = IMPORT_STEPS.flatMap((one) => (imported?.[one] ? [{ step: one, ...imported[one] }] : []));
  return (
    <Disclosure
      title="Existing texts"
      summary={
        held.length === 0
          ? 'none'
          : held.map((one) => `${LABELS[one.step].toLowerCase()}: ${formatCount(one.texts)}`).join(', ')
      }
    >
      <div className={styles.stack}>
        <Field label="The file contains" help={HELP[step]}>
          {(control) => (
            <Select
              {...control}
              value={step}
              options={IMPORT_STEPS.map((value) => ({ value, label: LABELS[value] }))}
              onValueChange={setStep}
            />
          )}
        </Field>
        <p className={styles.help}>JSONL as exported by this page, or JSON, CSV or TSV with ids and texts.</p>
        <div className={styles.row}>
          <Button onClick={() => files.current?.click()} disabled={busy}>
            Choose a text file
          </Button>
        </div>
        <input
          ref={files}
          type="file"
          hidden
          tabIndex={-1}
          aria-label="File of texts"
          onChange={({ target }) => {
            const picked = pickedFiles(target.files);
            // Picking the same file again must be an event too.
            target.value = '';
            if (picked.length > 0)
              void importTexts(step, picked).then((result) => setFound(result && { step, found: result }));
          }}
        />
        {found && (
          <Notice
            tone={found.found.strangers + found.found.empty > 0 ? 'warning' : 'ok'}
            live="polite"
            title={`${LABELS[found.step]}: ${plural(found.found.texts, 'text')} stored.`}
          >
            {found.found.strangers > 0 &&
              `${plural(found.found.strangers, 'text belongs', 'texts belong')} to no item or user of this dataset. `}
            {found.found.empty > 0 && `${plural(found.found.empty, 'text is', 'texts are')} empty and left out.`}
          </Notice>
        )}
        {held.length > 0 && (
          <ul className={styles.checks} aria-label="Texts from files">
            {held.map((one) => (
              <li key={one.step} className={styles.held}>
                <span>
                  {LABELS[one.step]}: {plural(one.texts, 'text')} of {one.file}
                </span>
                <Button
                  small
                  disabled={busy}
                  aria-label={`Forget: ${LABELS[one.step]}`}
                  onClick={() => {
                    setFound(null);
                    void forgetTexts(one.step);
                  }}
                >
                  Forget
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Disclosure>
  );
}
