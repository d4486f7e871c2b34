import { Checkbox } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import {
  fieldNames,
  fieldNamesProblem,
  type AttributeField,
  type AttributeSettings,
} from '../../domain/itemAttributes';
import type { ReasoningSettings } from '../../domain/reasoningSettings';
import { useReasoning } from '../../state/reasoning';
import { DraftInput } from './DraftInput';
import { promptProblem, variablesOf } from './prompts';
import styles from './reasoning.module.css';

/** Whether items get attributes, and which fields the model answers. */
export function AttributesPanel({ settings }: { readonly settings: ReasoningSettings }) {
  const { change, survey } = useReasoning();
  const { attributes } = settings;
  const write = (changes: Partial<AttributeSettings>): void =>
    change({ ...settings, attributes: { ...attributes, ...changes } });
  return (
    <Panel title="Item attributes" note="for LLMRec">
      <Checkbox
        label="Ask for attributes of items"
        help="The model that writes profiles answers some fields about each item. Each text of an item and each answered field is encoded by itself."
        checked={attributes.on}
        onCheckedChange={(on) => write({ on })}
      />
      {attributes.on && (
        <>
          <DraftInput
            label="Fields to ask for"
            help="Between commas. The authors ask about films: director, country, language. The default fields are ours."
            value={attributes.asked.join(', ')}
            problem={fieldNamesProblem}
            onValue={(text) => write({ asked: fieldNames(text) })}
          />
          <DraftInput
            label="Prompt that asks for attributes"
            help={variablesOf('attributes')}
            lines={8}
            value={attributes.prompt}
            problem={promptProblem('attributes')}
            onValue={(prompt) => write({ prompt })}
          />
          {survey && <p className={styles.help}>{matricesOf(survey.fields)}</p>}
          <p className={styles.help}>
            Pictures and their descriptions are not part of the question. An answer that does not have the form is asked
            for again with another seed, three times in all; after that the item has no answered fields.
          </p>
        </>
      )}
    </Panel>
  );
}

function matricesOf(fields: readonly AttributeField[]): string {
  const names = (origin: AttributeField['origin']): string =>
    fields
      .filter((field) => field.origin === origin)
      .map(({ name }) => name)
      .join(', ');
  const given = names('given');
  return `${fields.length} matrices: ${given === '' ? '' : `${given} as they are; `}${names('asked')} as answered.`;
}
