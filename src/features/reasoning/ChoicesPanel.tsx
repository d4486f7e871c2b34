import { Checkbox, Field, Select } from '../../ui/Field';
import { ButtonLink } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { canRank } from '../../domain/baseRuns';
import { CANDIDATES, type ChoiceSettings } from '../../domain/candidateChoices';
import type { DatasetDocument } from '../../domain/dataset';
import type { ReasoningSettings } from '../../domain/reasoningSettings';
import type { RunSummary } from '../../domain/run';
import { useReasoning } from '../../state/reasoning';
import { useRuns } from '../../state/runs';
import { DraftInput } from './DraftInput';
import { promptProblem, variablesOf } from './prompts';
import styles from './reasoning.module.css';

interface ChoicesPanelProps {
  readonly dataset: DatasetDocument;
  readonly settings: ReasoningSettings;
}

/** Whether users choose among candidates, and whose ranking these are from. */
export function ChoicesPanel({ dataset, settings }: ChoicesPanelProps) {
  const { change } = useReasoning();
  const { choices } = settings;
  const write = (changes: Partial<ChoiceSettings>): void =>
    change({ ...settings, choices: { ...choices, ...changes } });
  return (
    <Panel title="Choices among candidates" note="for LLMRec">
      <Checkbox
        label="Ask for choices among candidates"
        help={`The model that writes profiles sees a user’s training history and the ${CANDIDATES} best items of a finished run. It names the one that the user would like most, and the one that it would like least.`}
        checked={choices.on}
        onCheckedChange={(on) => write({ on })}
      />
      {choices.on && (
        <>
          <BaseRunField dataset={dataset} choices={choices} onRun={(run) => write({ run })} />
          <Checkbox
            label="Leave out training items"
            help="The published recipe does not: an item that the user has chosen can then be named as the least liked."
            checked={choices.mask}
            onCheckedChange={(mask) => write({ mask })}
          />
          <DraftInput
            label="Prompt that asks for a choice"
            help={variablesOf('choose')}
            lines={8}
            value={choices.prompt}
            problem={promptProblem('choose')}
            onValue={(prompt) => write({ prompt })}
          />
          <p className={styles.help}>
            Items are shown by title, brand and categories. An answer that names no two candidates is asked for again
            with another seed, three times in all; after that the user has no pair.
          </p>
        </>
      )}
    </Panel>
  );
}

const labelOf = ({ name, result }: RunSummary): string =>
  `${name}, validation R@20 ${result?.valid['recall@20'].toFixed(4) ?? '–'}`;

function BaseRunField({
  dataset,
  choices,
  onRun,
}: {
  readonly dataset: DatasetDocument;
  readonly choices: ChoiceSettings;
  readonly onRun: (run: string | null) => void;
}) {
  const { runs, loaded } = useRuns();
  const able = runs.filter((run) => canRank(run, dataset));
  const known = able.some(({ id }) => id === choices.run);
  if (loaded && able.length === 0 && choices.run === null)
    return (
      <Notice
        title="No run on this dataset’s split has finished."
        actions={<ButtonLink to="/experiment">New experiment</ButtonLink>}
      >
        Candidates need a ranking. Train any model on this dataset first; the authors use LATTICE and MMSSL.
      </Notice>
    );
  const problem =
    choices.run === null
      ? 'Choose a run: without one there are no candidates.'
      : 'This run cannot be read here any more. Candidates that were taken from it stay; for others, choose another run.';
  return (
    <Field
      label="Base run"
      help="Finished runs on this dataset’s split. The new dataset names the run."
      {...(loaded && !known && { error: problem })}
    >
      {(control) => (
        <Select
          {...control}
          value={choices.run ?? ''}
          options={[
            ...(choices.run === null ? [{ value: '', label: 'Choose a run' }] : []),
            ...(choices.run !== null && !known ? [{ value: choices.run, label: `A deleted run, ${choices.run}` }] : []),
            ...able.map((run) => ({ value: run.id, label: labelOf(run) })),
          ]}
          onValueChange={(id) => onRun(id === '' ? null : id)}
        />
      )}
    </Field>
  );
}
