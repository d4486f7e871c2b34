import { HALVING_RATE, MOST_TRIALS, rungsOf } from '../../domain/search';
import type { TableSearch } from '../../domain/run';
import { Choice, Field, Input } from '../../ui/Field';
import { plural } from '../../ui/format';
import { wholeNumber } from '../drafts/wholeNumber';
import styles from './tables.module.css';

/** A search as it is typed. */
export interface SearchDraft {
  readonly method: 'random' | 'halving';
  readonly trials: string;
  readonly firstEpochs: string;
  readonly drawSeed: string;
}

export const FIRST_SEARCH: SearchDraft = { method: 'halving', trials: '9', firstEpochs: '10', drawSeed: '1' };

type Problems = Partial<Record<'trials' | 'firstEpochs' | 'drawSeed', string>>;

export interface ReadSearch {
  /** null with a problem. */
  readonly search: TableSearch | null;
  readonly problems: Problems;
}

export function readSearch({ method, trials, firstEpochs, drawSeed }: SearchDraft): ReadSearch {
  const [count, first, seed] = [
    wholeNumber(trials, 2, MOST_TRIALS),
    method === 'halving' ? wholeNumber(firstEpochs, 1, 1000) : 1,
    wholeNumber(drawSeed, 0, 0xffffffff),
  ];
  const problems: Problems = {
    ...(count === null && { trials: `A whole number from 2 to ${MOST_TRIALS}.` }),
    ...(first === null && { firstEpochs: 'A whole number from 1 to 1,000.' }),
    ...(seed === null && { drawSeed: 'A whole number from 0 to 4,294,967,295.' }),
  };
  if (count === null || first === null || seed === null) return { search: null, problems };
  const rungs = method === 'halving' ? rungsOf(count, first) : [];
  return { search: { trials: count, drawSeed: seed, metric: 'recall@20', rungs }, problems };
}

interface SearchFieldsProps {
  readonly draft: SearchDraft;
  /** As it was read. */
  readonly read: ReadSearch;
  readonly onChange: (draft: SearchDraft) => void;
}

/** What every row may search: so many settings, all trained to their end or thinned out on the way. */
export function SearchFields({ draft, read, onChange }: SearchFieldsProps) {
  const { search, problems } = read;
  const field = (key: 'trials' | 'firstEpochs' | 'drawSeed', label: string, help: string) => (
    <Field label={label} help={help} {...(problems[key] !== undefined && { error: problems[key] })}>
      {(control) => (
        <Input
          {...control}
          inputMode="numeric"
          value={draft[key]}
          onChange={(event) => onChange({ ...draft, [key]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <fieldset className={styles.group}>
      <legend>Search</legend>
      <Choice
        segments
        label="Trials"
        value={draft.method}
        options={[
          { value: 'halving', label: 'successive halving' },
          { value: 'random', label: 'random search' },
        ]}
        onValueChange={(method) => onChange({ ...draft, method })}
      />
      <div className={styles.fields}>
        {field(
          'trials',
          'Trials per row and seed',
          'The first has the recommended settings, the others are drawn from the values that papers searched.',
        )}
        {draft.method === 'halving' &&
          field('firstEpochs', 'Epochs before the first cut', `After each cut, ${HALVING_RATE} times as many.`)}
        {field('drawSeed', 'Draw seed', 'The same seed draws the same settings.')}
      </div>
      <p className={styles.note}>
        {search && rungWords(search)} Embedding size and batch size stay as they are, and so does what makes the row.
        The trial with the best validation Recall@20 stands in the table; only trials that ran to their end are ranked
        on the test split.
      </p>
    </fieldset>
  );
}

/** `3 of 9 trials go on after 10 epochs, 1 after 30.` */
function rungWords({ trials, rungs }: TableSearch): string {
  if (rungs.length === 0) return `All ${plural(trials, 'trial')} run to their end.`;
  const [first, ...rest] = rungs.map(({ epochs, keep }) => ({ keep, after: `after ${plural(epochs, 'epoch')}` }));
  const words = [
    `${first?.keep ?? 0} of ${plural(trials, 'trial')} ${first?.keep === 1 ? 'goes' : 'go'} on ${first?.after ?? ''}`,
    ...rest.map(({ keep, after }) => `${keep} ${after}`),
  ];
  return `${words.join(', ')}.`;
}
