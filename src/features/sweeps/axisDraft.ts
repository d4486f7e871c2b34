import { idleBecause } from '../../domain/models/catalogue';
import { optionProblem } from '../../domain/models/config';
import type { Config, ModelId, Option, OptionValue } from '../../domain/models/table';
import { MOST_AXES, suggestedValues, sweepOptions } from '../../domain/sweep';
import type { Sweep, SweepAxis } from '../../domain/run';

/** One axis as typed. */
export interface AxisDraft {
  readonly key: string;
  /** Numbers separated by commas; read of a numeric option. */
  readonly text: string;
  /** Of a choice or a switch. */
  readonly chosen: readonly OptionValue[];
  /** Random draws of a number may come from a range in place of the list. */
  readonly ranged: boolean;
  readonly low: string;
  readonly high: string;
  readonly log: boolean;
}

const isNumeric = ({ type }: Option): boolean => type === 'integer' || type === 'number';

/** What an axis over `option` starts as; `value` is that of the form. */
export function startAxis(option: Option, value: OptionValue | undefined): AxisDraft {
  const values = suggestedValues(option, value);
  const numbers = values.filter((one) => typeof one === 'number');
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const known = isNumeric(option) && numbers.length > 0;
  return {
    key: option.key,
    text: known ? values.join(', ') : '',
    chosen: known ? [] : values,
    ranged: false,
    low: known ? String(low) : '',
    high: known ? String(high) : '',
    log: known && low > 0 && high >= 10 * low,
  };
}

export type ReadAxis =
  { readonly axis: SweepAxis; readonly problem: null } | { readonly axis: null; readonly problem: string };

const wrong = (problem: string): ReadAxis => ({ axis: null, problem });

/** The axis as it will be planned, or what has to be corrected. A grid has no ranges. */
export function readAxis(option: Option, draft: AxisDraft, method: Sweep['method']): ReadAxis {
  const { key } = option;
  if (!isNumeric(option))
    return draft.chosen.length > 0
      ? { axis: { key, values: draft.chosen }, problem: null }
      : wrong('Choose at least one.');
  if (method === 'random' && draft.ranged) return readRange(option, draft);
  const parts = draft.text.split(/[\s,;]+/).filter((part) => part !== '');
  const values: number[] = [];
  for (const part of parts) {
    const value = Number(part);
    const problem = optionProblem(option, value);
    if (problem) return wrong(`“${part}”: ${problem}`);
    if (values.includes(value)) return wrong(`${part} is given twice.`);
    values.push(value);
  }
  return values.length > 0 ? { axis: { key, values }, problem: null } : wrong('Give at least one value.');
}

function readRange(option: Option, { low: lowText, high: highText, log }: AxisDraft): ReadAxis {
  const [low, high] = [lowText, highText].map((text) => (text.trim() === '' ? NaN : Number(text)));
  if (low === undefined || high === undefined || Number.isNaN(low) || Number.isNaN(high))
    return wrong('A range has two numbers.');
  if (low >= high) return wrong('The range begins below its end.');
  if (log && low <= 0) return wrong('Even in the logarithm, a range begins above 0.');
  const problem = optionProblem(option, low) ?? optionProblem(option, high);
  return problem ? wrong(problem) : { axis: { key: option.key, values: [], range: { low, high, log } }, problem: null };
}

/** An option that an axis may vary. */
export interface OfferedOption {
  readonly option: Option;
  /** It would change nothing: what decides on it stands against it, and no axis varies that. */
  readonly idle: boolean;
}

/** The marked options that no other axis varies. */
export function offeredOptions(model: ModelId, config: Config, others: readonly string[]): OfferedOption[] {
  return sweepOptions(model)
    .filter(({ key }) => !others.includes(key))
    .map((option) => {
      const decides = idleBecause(model, option, config);
      return { option, idle: decides !== null && !others.includes(decides.key) };
    });
}

/** The axis that is offered next: the first option with an effect, those with suggested values before others; null when there are enough. */
export function nextAxis(model: ModelId, config: Config, taken: readonly AxisDraft[]): AxisDraft | null {
  if (taken.length >= MOST_AXES) return null;
  const free = offeredOptions(
    model,
    config,
    taken.map(({ key }) => key),
  ).filter(({ idle }) => !idle);
  const found = free.find(({ option }) => 'suggested' in option && option.suggested !== undefined) ?? free[0];
  return found ? startAxis(found.option, config[found.option.key]) : null;
}
