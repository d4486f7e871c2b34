import { Button } from '../../ui/Button';
import { Choice, Field, Select } from '../../ui/Field';
import { Disclosure } from '../../ui/Disclosure';
import { Panel } from '../../ui/Panel';
import { DEFAULT_CHOICES } from '../../domain/candidateChoices';
import { DEFAULT_ATTRIBUTES } from '../../domain/itemAttributes';
import { DEFAULT_PROMPTS } from '../../domain/reasoning';
import { type ReasoningSettings } from '../../domain/reasoningSettings';
import { useReasoning } from '../../state/reasoning';
import { DraftInput, wholeNumber } from './DraftInput';
import { promptProblem, variablesOf } from './prompts';
import styles from './reasoning.module.css';

const LABELS = { describe: 'Prompt that describes an image', profile: 'Prompt that profiles a user' } as const;

/** What is asked, and how. A change redoes only what depends on it. */
export function PromptsPanel({ settings }: { readonly settings: ReasoningSettings }) {
  const { change } = useReasoning();
  const number = (
    label: string,
    help: string,
    value: number,
    least: number,
    most: number,
    write: (value: number) => ReasoningSettings,
  ) => (
    <DraftInput
      key={label}
      label={label}
      help={help}
      numeric
      value={String(value)}
      problem={wholeNumber(least, most)}
      onValue={(text) => change(write(Number(text)))}
    />
  );
  return (
    <Panel
      title="Prompts"
      note="a change repeats only what depends on it"
      actions={
        <Button
          small
          variant="quiet"
          onClick={() =>
            change({
              ...settings,
              prompts: DEFAULT_PROMPTS,
              attributes: { ...settings.attributes, prompt: DEFAULT_ATTRIBUTES.prompt },
              choices: { ...settings.choices, prompt: DEFAULT_CHOICES.prompt },
            })
          }
        >
          Restore the defaults
        </Button>
      }
    >
      <div className={styles.grid}>
        {(['describe', 'profile'] as const).map((step) => (
          <DraftInput
            key={step}
            label={LABELS[step]}
            help={variablesOf(step)}
            lines={6}
            value={settings.prompts[step]}
            problem={promptProblem(step)}
            onValue={(text) => change({ ...settings, prompts: { ...settings.prompts, [step]: text } })}
          />
        ))}
      </div>
      <Disclosure
        title="Options"
        summary={`seed ${settings.seed}, ${settings.history.most} history items at most, ${settings.concurrency} parallel calls`}
      >
        <div className={styles.grid}>
          <Choice
            label="Sampling"
            value={settings.sampling}
            options={[
              {
                value: 'greedy',
                label: 'Temperature 0 and the seed',
                help: 'The same question gets the same answer, if the server supports it.',
              },
              { value: 'server', label: 'Server defaults', help: 'For servers that reject these options.' },
            ]}
            onValueChange={(sampling) => change({ ...settings, sampling })}
          />
          <Field
            label="Long histories"
            help="Items that exceed the context or the maximum are left out, and the user is marked."
          >
            {(control) => (
              <Select
                {...control}
                value={settings.history.rule}
                options={[
                  { value: 'recent', label: 'Keep the most recent items' },
                  { value: 'spaced', label: 'Keep evenly spaced items' },
                ]}
                onValueChange={(rule) => change({ ...settings, history: { ...settings.history, rule } })}
              />
            )}
          </Field>
          {number(
            'Maximum history items',
            'Longer histories are truncated by the rule.',
            settings.history.most,
            1,
            1000,
            (most) => ({ ...settings, history: { ...settings.history, most } }),
          )}
          {number(
            'Context, tokens',
            'The model’s context length. Three characters count as one token.',
            settings.contextTokens,
            512,
            1_000_000,
            (contextTokens) => ({ ...settings, contextTokens }),
          )}
          {number(
            'Maximum answer length, tokens',
            '100 words are about 140 tokens.',
            settings.answerTokens,
            16,
            100_000,
            (answerTokens) => ({ ...settings, answerTokens }),
          )}
          {number('Seed', 'Sent with every question.', settings.seed, 0, 2 ** 31 - 1, (seed) => ({
            ...settings,
            seed,
          }))}
          {number(
            'Parallel calls',
            'Calls beyond the server’s own limit only wait there.',
            settings.concurrency,
            1,
            64,
            (concurrency) => ({ ...settings, concurrency }),
          )}
        </div>
      </Disclosure>
    </Panel>
  );
}
