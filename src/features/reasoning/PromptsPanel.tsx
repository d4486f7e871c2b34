import { Button } from '../../ui/Button';
import { Choice, Field, Select } from '../../ui/Field';
import { Disclosure } from '../../ui/Disclosure';
import { Panel } from '../../ui/Panel';
import { DEFAULT_PROMPTS } from '../../domain/reasoning';
import { type ReasoningSettings } from '../../domain/reasoningSettings';
import { PROMPT_VARIABLES, unknownVariables } from '../../domain/reasoningText';
import { useReasoning } from '../../state/reasoning';
import { DraftInput, wholeNumber } from './DraftInput';
import styles from './reasoning.module.css';

const LABELS = { describe: 'Prompt that describes an image', profile: 'Prompt that profiles a user' } as const;

const promptProblem =
  (step: keyof typeof PROMPT_VARIABLES) =>
  (text: string): string | null => {
    const unknown = unknownVariables(text, step);
    if (unknown.length > 0) return `There is no variable ${unknown.map((name) => `{{${name}}}`).join(', ')} here.`;
    if (step === 'profile' && !/\{\{\s*items\s*\}\}/.test(text))
      return 'Without {{items}} the model does not see the history.';
    return text.trim() === '' ? 'A prompt has words.' : null;
  };

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
      note="a change redoes only what depends on it"
      actions={
        <Button small variant="quiet" onClick={() => change({ ...settings, prompts: DEFAULT_PROMPTS })}>
          As delivered
        </Button>
      }
    >
      <div className={styles.grid}>
        {(['describe', 'profile'] as const).map((step) => (
          <DraftInput
            key={step}
            label={LABELS[step]}
            help={`Variables: ${PROMPT_VARIABLES[step].map((name) => `{{${name}}}`).join(' ')}`}
            lines={6}
            value={settings.prompts[step]}
            problem={promptProblem(step)}
            onValue={(text) => change({ ...settings, prompts: { ...settings.prompts, [step]: text } })}
          />
        ))}
      </div>
      <Disclosure
        title="Options"
        summary={`seed ${settings.seed}, ${settings.history.most} items of a history at most, ${settings.concurrency} calls at once`}
      >
        <div className={styles.grid}>
          <Choice
            label="Sampling"
            value={settings.sampling}
            options={[
              {
                value: 'greedy',
                label: 'Temperature 0 and the seed',
                help: 'The same question gets the same answer, as far as the server keeps to it.',
              },
              { value: 'server', label: 'As the server has it', help: 'For servers that refuse these options.' },
            ]}
            onValueChange={(sampling) => change({ ...settings, sampling })}
          />
          <Field
            label="Histories that are too long"
            help="What does not fit the context or the number of items is left out, and the user is marked."
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
            'Items of a history, at most',
            'Longer histories are cut by the rule.',
            settings.history.most,
            1,
            1000,
            (most) => ({ ...settings, history: { ...settings.history, most } }),
          )}
          {number(
            'Context, tokens',
            'What the model reads at once. Three characters are counted as a token.',
            settings.contextTokens,
            512,
            1_000_000,
            (contextTokens) => ({ ...settings, contextTokens }),
          )}
          {number(
            'Longest answer, tokens',
            'A hundred words are about 140 tokens.',
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
            'Calls at once',
            'More than the server works on at once only wait there.',
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
