import { PROMPT_VARIABLES, unknownVariables } from '../../domain/reasoningText';

type Step = keyof typeof PROMPT_VARIABLES;

const named = (name: string): string => `{{${name}}}`;

/** The variables of a step's prompt, for the help under its field. */
export const variablesOf = (step: Step): string => `Variables: ${PROMPT_VARIABLES[step].map(named).join(' ')}`;

/** Without these, the model does not see what it is asked about. */
const NEEDED: Readonly<Record<Step, Readonly<Record<string, string>>>> = {
  describe: {},
  profile: { items: 'the history' },
  attributes: { item: 'the item', form: 'the form of the answer' },
  choose: { items: 'the history', candidates: 'the candidates' },
};

/** What is wrong with a prompt; null where nothing is. */
export const promptProblem =
  (step: Step) =>
  (text: string): string | null => {
    const unknown = unknownVariables(text, step);
    if (unknown.length > 0) return `There is no variable ${unknown.map(named).join(', ')} here.`;
    for (const [name, what] of Object.entries(NEEDED[step]))
      if (!new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`).test(text))
        return `Without ${named(name)}, the model does not see ${what}.`;
    return text.trim() === '' ? 'A prompt cannot be empty.' : null;
  };
