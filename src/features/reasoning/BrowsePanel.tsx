import { useMemo, useState } from 'react';
import { formatCount } from '../../app/format';
import { Button } from '../../app/primitives/Button';
import { Choice, Field, TextArea } from '../../app/primitives/Field';
import { FaultNotice } from '../../app/primitives/Notice';
import { Panel } from '../../app/primitives/Panel';
import { useAnswer } from '../../app/useAsked';
import type { DatasetDocument } from '../../domain/dataset';
import type { ReasonedEntity, ReasoningJob } from '../../domain/reasoning';
import { entityOf, useReasoning } from '../../state/reasoning';
import { DraftInput, wholeNumber } from './DraftInput';
import styles from './reasoning.module.css';

/** Items with their pictures and descriptions, users with their histories and profiles. */
export function BrowsePanel({ dataset, job }: { readonly dataset: DatasetDocument; readonly job: ReasoningJob }) {
  const { survey } = useReasoning();
  const [scope, setScope] = useState<'item' | 'user'>('item');
  const [index, setIndex] = useState(0);
  const size = scope === 'item' ? dataset.statistics.items : dataset.statistics.users;
  // The survey is a new one whenever something was stored or changed.
  const { last, fault } = useAnswer(useMemo(() => ({ datasetId: dataset.id, scope, index, version: survey }), [dataset.id, scope, index, survey]), entityOf);
  const entity = last?.scope === scope && last.index === index ? last : null;
  const go = (to: number): void => setIndex((to + size) % size);
  return (
    <Panel title="Look at the texts">
      <div className={styles.row}>
        <Choice
          label="What to look at"
          hideLabel
          segments
          value={scope}
          options={[
            { value: 'item', label: 'Items' },
            { value: 'user', label: 'Users' },
          ]}
          onValueChange={(next) => {
            setScope(next);
            setIndex(0);
          }}
        />
        <Button onClick={() => go(index - 1)}>Previous</Button>
        <Button onClick={() => go(index + 1)}>Next</Button>
        <DraftInput key={`${scope}/${index}`} className={styles.number ?? ''} label={`Index, 0 to ${formatCount(size - 1)}`} numeric value={String(index)} problem={wholeNumber(0, size - 1)} onValue={(text) => setIndex(Number(text))} />
      </div>
      {fault && <FaultNotice fault={fault} />}
      {entity ? <Entity key={`${scope}/${index}/${entity.text ?? ''}`} entity={entity} job={job} /> : <p>Reading …</p>}
    </Panel>
  );
}

function Entity({ entity, job }: { readonly entity: ReasonedEntity; readonly job: ReasoningJob }) {
  const { override, status } = useReasoning();
  const [draft, setDraft] = useState<string | null>(null);
  const { scope, index, name, given, picture, text, origin, model, endedEarly, history } = entity;
  const what = scope === 'item' ? 'Description of the picture' : 'Profile';
  const attempt = entity.override?.kind === 'again' ? entity.override.attempt : 0;
  const busy = status.name === 'running' || status.name === 'pausing';
  const write = (next: Parameters<typeof override>[2]): void => {
    setDraft(null);
    void override(scope, index, next);
  };
  return (
    <div className={styles.entity}>
      <div className={styles.column}>
        <strong>{name}</strong>
        {scope === 'item' && (picture ? <img src={picture} alt={`Picture of ${name}`} /> : <p className={styles.help}>No picture.</p>)}
        {scope === 'user' && (
          <ul className={styles.history} aria-label="Training history, the oldest first" tabIndex={0}>
            {history.map((one, place) => (
              <li key={place} className={one.read ? undefined : styles.left}>
                {one.name}
                {!one.read && ' (left out)'}
              </li>
            ))}
            {history.length === 0 && <li>No training interaction.</li>}
          </ul>
        )}
      </div>
      <div className={styles.column}>
        {given && <p className={styles.text}>{given}</p>}
        {draft === null ? (
          <>
            <strong>{what}</strong>
            <p className={styles.text}>{wordsFor(entity)}</p>
            <p className={styles.help}>{[origin === 'model' && model, origin === 'own' && 'written or left out by hand', attempt > 0 && `attempt ${attempt + 1}, seed ${job.settings.seed + attempt}`, endedEarly && 'ended at the longest answer'].filter(Boolean).join(' · ')}</p>
          </>
        ) : (
          <Field label={what}>{(control) => <TextArea {...control} rows={6} value={draft} onChange={(event) => setDraft(event.target.value)} />}</Field>
        )}
        <div className={styles.row}>
          {draft === null ? (
            <>
              <Button small disabled={busy} onClick={() => setDraft(text ?? '')}>
                Edit
              </Button>
              {origin === 'model' && (
                <Button small disabled={busy || text === null} onClick={() => write({ kind: 'again', attempt: attempt + 1 })}>
                  Ask again
                </Button>
              )}
              {entity.override && (
                <Button small disabled={busy} onClick={() => write(null)}>
                  Back to the model’s first answer
                </Button>
              )}
            </>
          ) : (
            <>
              <Button small variant="primary" onClick={() => write({ kind: 'edited', text: draft.trim() })}>
                Keep this text
              </Button>
              <Button small onClick={() => setDraft(null)}>
                Cancel
              </Button>
            </>
          )}
        </div>
      </div>
    </div>
  );
}

function wordsFor({ text, origin, scope }: ReasonedEntity): string {
  if (text === null) return 'Not asked yet.';
  if (text !== '') return text;
  if (origin === 'own') return 'Left out.';
  return scope === 'item' ? 'Nothing to ask: there is no picture. The text alone is encoded.' : 'Nothing to ask: there is no history with texts.';
}
