import { changedOptions, defaultConfig, idleBecause, modelTable } from '../../domain/models/catalogue';
import { lacking } from '../../domain/needs';
import { presetsFor, RECOMMENDED } from '../../domain/presets';
import type { Config, ModelId, Option, OptionGroup, OptionValue } from '../../domain/models/table';

type Basis = Parameters<typeof lacking>[1];

/** An option as the form shows it. */
export interface ShownOption {
  readonly option: Option;
  /** What decides that it has no effect now, in words; null when it has one. */
  readonly idle: string | null;
}

/** The options of a group: those that can be seen at once, and those that have no effect now and were left alone. */
export function optionsOfGroup(
  model: ModelId,
  group: OptionGroup,
  config: Config,
): { readonly shown: ShownOption[]; readonly hidden: ShownOption[] } {
  const all = modelTable(model)
    .options.filter((option) => option.group === group)
    .map((option): ShownOption => ({ option, idle: idleWords(model, option, config) }));
  const aside = ({ option, idle }: ShownOption): boolean => idle !== null && config[option.key] === option.default;
  return { shown: all.filter((one) => !aside(one)), hidden: all.filter(aside) };
}

function idleWords(model: ModelId, option: Option, config: Config): string | null {
  const decides = idleBecause(model, option, config);
  return decides && `No effect while “${decides.label}” is ${valueWords(decides, config[decides.key])}.`;
}

/** A value as a person reads it: on, off, a choice's label, a number. */
export function valueWords(option: Option, value: OptionValue | undefined): string {
  if (option.type === 'boolean') return value === true ? 'on' : 'off';
  if (option.type === 'choice')
    return `“${option.choices.find((choice) => choice.value === value)?.label ?? String(value)}”`;
  return String(value);
}

/** Why choices of an option cannot be taken on this dataset, by value. */
export function lackingChoices(option: Option, dataset: Basis | null): ReadonlyMap<string, string> {
  if (option.type !== 'choice' || !dataset) return new Map();
  return new Map(
    option.choices.flatMap(({ value, needs }): [string, string][] => {
      const reason = needs ? lacking(needs, dataset) : null;
      return reason === null ? [] : [[value, reason]];
    }),
  );
}

/** A button over the options. */
export interface PresetButton {
  readonly id: string;
  readonly label: string;
  /** What differs from the defaults. */
  readonly changes: Config;
  /** Whether the form stands exactly so. */
  readonly pressed: boolean;
}

/** The recommendation first, then the papers’ settings, then the defaults. */
export function presetButtons(
  model: ModelId,
  config: Config,
  dataset: Parameters<typeof presetsFor>[1],
): PresetButton[] {
  const now = changedOptions(model, config);
  const button = (id: string, label: string, changes: Config): PresetButton => ({
    id,
    label,
    changes,
    pressed: sameValues(now, changes),
  });
  return [
    ...presetsFor(model, dataset).map(({ id, label, config: preset }) =>
      button(id, label, changedOptions(model, { ...defaultConfig(model), ...preset })),
    ),
    button('defaults', 'All defaults', {}),
  ];
}

export const isRecommendation = ({ id }: PresetButton): boolean => id === RECOMMENDED;

export function sameValues(a: Config, b: Config): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => a[key] === b[key]);
}
