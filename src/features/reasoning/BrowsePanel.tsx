import { useMemo, useState } from 'react';
import { Button } from '../../ui/Button';
import { Field, TextArea } from '../../ui/Field';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { useAnswer } from '../../state/useAsked';
import type { DatasetDocument } from '../../domain/dataset';
import type { ReasonedEntity, ReasoningJob } from '../../domain/reasoning';
import { useReasoning } from '../../state/reasoning';
import { entityOf } from '../../state/reasoningQuestions';
import { EntityFacts } from './EntityFacts';
import { EntityPicker, type Entity } from './EntityPicker';
import { LlmAnswers } from './LlmAnswers';
import styles from './reasoning.module.css';

/** Items with their pictures and descriptions, users with their histories and profiles. */
export function BrowsePanel({ dataset, job }: { readonly dataset: DatasetDocument; readonly job: ReasoningJob }) {
  const { survey } = useReasoning();
  const [{ scope, index }, setEntity] = useState<Entity>({ scope: 'item', index: 0 });
  // The survey is a new one whenever something was stored or changed.
  const { last, fault } = useAnswer(
    useMemo(() => ({ datasetId: dataset.id, scope, index, version: survey }), [dataset.id, scope, index, survey]),
    entityOf,
  );
  const entity = last?.scope === scope && last.index === index ? last : null;
  return (
    <Panel title="Review the texts">
      <EntityPicker dataset={dataset} scope={scope} index={index} onPick={setEntity} />
      {fault && <FaultNotice fault={fault} />}
      {entity ? <Texts key={`${scope}/${index}/${entity.text ?? ''}`} entity={entity} job={job} /> : <p>Reading …</p>}
    </Panel>
  );
}

function Texts({ entity, job }: { readonly entity: ReasonedEntity; readonly job: ReasoningJob }) {
  const { override, status } = useReasoning();
  const [draft, setDraft] = useState<string | null>(null);
  const { scope, index, given, text, origin, model, endedEarly } = entity;
  const what = scope === 'item' ? 'Description of the picture' : 'Profile';
  const attempt = entity.override?.kind === 'again' ? entity.override.attempt : 0;
  const busy = status.name === 'running' || status.name === 'pausing';
  const write = (next: Parameters<typeof override>[2]): void => {
    setDraft(null);
    void override(scope === 'item' ? 'items' : 'users', index, next);
  };
  return (
    <div className={styles.entity}>
      <EntityFacts entity={entity} />
      <div className={styles.column}>
        {given && <p className={styles.text}>{given}</p>}
        {draft === null ? (
          <>
            <strong>{what}</strong>
            <p className={styles.text}>{wordsFor(entity)}</p>
            <p className={styles.help}>
              {[
                origin === 'model' && model,
                origin === 'own' && 'written or left out by hand',
                origin === 'imported' && 'from a file',
                attempt > 0 && `attempt ${attempt + 1}, seed ${job.settings.seed + attempt}`,
                endedEarly && 'cut off at the maximum answer length',
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          </>
        ) : (
          <Field label={what}>
            {(control) => (
              <TextArea {...control} rows={6} value={draft} onChange={(event) => setDraft(event.target.value)} />
            )}
          </Field>
        )}
        <div className={styles.row}>
          {draft === null ? (
            <>
              <Button small disabled={busy} onClick={() => setDraft(text ?? '')}>
                Edit
              </Button>
              {origin === 'model' && (
                <Button
                  small
                  disabled={busy || text === null}
                  onClick={() => write({ kind: 'again', attempt: attempt + 1 })}
                >
                  Ask again
                </Button>
              )}
              {origin === 'imported' && (
                <Button small disabled={busy} onClick={() => write({ kind: 'again', attempt: 0 })}>
                  Ask the model instead
                </Button>
              )}
              {entity.override && (
                <Button small disabled={busy} onClick={() => write(null)}>
                  {entity.inFile ? 'Back to the text of the file' : 'Back to the model’s first answer'}
                </Button>
              )}
            </>
          ) : (
            <>
              <Button small variant="primary" onClick={() => write({ kind: 'edited', text: draft.trim() })}>
                Save this text
              </Button>
              <Button small onClick={() => setDraft(null)}>
                Cancel
              </Button>
            </>
          )}
        </div>
        <LlmAnswers entity={entity} job={job} />
      </div>
    </div>
  );
}

function wordsFor({ text, origin, scope }: ReasonedEntity): string {
  if (text === null) return 'Not asked yet.';
  if (text !== '') return text;
  if (origin === 'own') return 'Left out.';
  return scope === 'item'
    ? 'No picture, so nothing to ask. Only the text is encoded.'
    : 'No history with texts, so nothing to ask.';
}
