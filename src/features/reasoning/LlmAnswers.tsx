import { Button } from '../../ui/Button';
import type { AnswerState, Override, Overrides, ReasonedEntity, ReasoningJob } from '../../domain/reasoning';
import { useReasoning } from '../../state/reasoning';
import styles from './reasoning.module.css';

const WORDS: Readonly<Record<AnswerState, string>> = {
  none: 'Nothing to ask.',
  skipped: 'Left out.',
  pending: 'Not asked yet.',
  parsed: '',
  unparsed: 'The answers did not have the form, three times in all.',
};

/** An item's attributes, or a user's candidates with the two that were chosen. */
export function LlmAnswers({ entity, job }: { readonly entity: ReasonedEntity; readonly job: ReasoningJob }) {
  const { index, attributes, choice } = entity;
  return (
    <>
      {attributes && (
        <>
          <strong className={styles.next}>Attributes</strong>
          <dl className={styles.attributes}>
            {attributes.fields.map(({ name, origin, text }) => (
              <div key={`${origin}/${name}`}>
                <dt>
                  {name} <span className={styles.help}>{origin === 'given' ? 'as it is' : 'answered'}</span>
                </dt>
                <dd>{text === '' ? '–' : text}</dd>
              </div>
            ))}
          </dl>
          <Decisions
            part="attributes"
            index={index}
            state={attributes.state}
            override={job.overrides.attributes?.[index]}
          />
        </>
      )}
      {choice && (
        <>
          <strong className={styles.next}>Candidates, best first</strong>
          <ol className={styles.candidates}>
            {choice.candidates.map(({ item, name, mark }) => (
              <li key={item} data-mark={mark}>
                {name}
                {mark && <strong> {mark === 'preferred' ? 'most liked' : 'least liked'}</strong>}
              </li>
            ))}
          </ol>
          <Decisions part="choices" index={index} state={choice.state} override={job.overrides.choices?.[index]} />
        </>
      )}
    </>
  );
}

interface DecisionsProps {
  readonly part: keyof Overrides;
  readonly index: number;
  readonly state: AnswerState;
  readonly override: Override | undefined;
}

/** What a person may do about an answer that has a form. */
function Decisions({ part, index, state, override: now }: DecisionsProps) {
  const { override, status } = useReasoning();
  const busy = status.name === 'running' || status.name === 'pausing';
  const what = part === 'attributes' ? 'these attributes' : 'this choice';
  const attempt = now?.kind === 'again' ? now.attempt : 0;
  const write = (next: Override | null): void => void override(part, index, next);
  return (
    <>
      {WORDS[state] && <p className={styles.help}>{WORDS[state]}</p>}
      <div className={styles.row}>
        {(state === 'parsed' || state === 'unparsed') && (
          <Button
            small
            disabled={busy}
            aria-label={`Ask again for ${what}`}
            onClick={() => write({ kind: 'again', attempt: attempt + 1 })}
          >
            Ask again
          </Button>
        )}
        {state !== 'none' && state !== 'skipped' && (
          <Button small disabled={busy} aria-label={`Leave out ${what}`} onClick={() => write({ kind: 'skipped' })}>
            Leave out
          </Button>
        )}
        {now && (
          <Button small disabled={busy} aria-label={`Back to the first answer: ${what}`} onClick={() => write(null)}>
            Back to the model’s first answer
          </Button>
        )}
      </div>
    </>
  );
}
