import type { Outcome } from './drive';
import { FAULTS, type Fault } from './faults';

/** All that is known of a soak. */
export interface Soak {
  readonly seed: number;
  readonly minutes: number;
  readonly outcomes: readonly Outcome[];
  /** Injections that came when their run had ended. */
  readonly missed: number;
  /** Runs that could not be started, in words. */
  readonly notBegun: readonly string[];
}

const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
const survived = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(({ violations }) => violations.length === 0).length;

/** How much was done, in a sentence. */
export const summary = ({ seed, minutes, outcomes, missed }: Soak): string =>
  `${outcomes.length} injections in ${minutes.toFixed(0)} minutes (seed ${seed}), of which ${survived(outcomes)} were survived. ${missed} more came when their run had ended, and are not counted.`;

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** What is left of a run, and what the fault may cost at most; in words. */
function promiseOf({ cost, leaves }: Fault): readonly [kept: string, costs: string] {
  if (leaves === 'the next run') return ['the queue', 'the run that was deleted'];
  const costs = cost.repeats === 'nothing' ? 'nothing' : 'the training since the last checkpoint';
  return ['the whole run', cost.presses > 0 ? `${costs}; one press of Resume` : costs];
}

/** A Markdown table of what a person can rely on. */
export const promises = (faults: readonly Fault[]): string =>
  [
    row(['what happens', 'what you see, and do', 'what is kept', 'what it costs at most']),
    row(['---', '---', '---', '---']),
    ...faults.map((fault) => row([fault.happens, fault.seen, ...promiseOf(fault)])),
  ].join('\n');

/** A Markdown table with a row for each fault that was injected. */
export function table({ outcomes }: Pick<Soak, 'outcomes'>): string {
  const lines = FAULTS.flatMap((fault) => {
    const own = outcomes.filter((outcome) => outcome.fault === fault.name);
    if (own.length === 0) return [];
    return row([
      fault.name,
      own.length,
      new Set(own.map(({ model }) => model)).size,
      survived(own),
      most(own.map(({ repeated }) => repeated)).toFixed(1),
      most(own.map(({ presses }) => presses)),
      most(own.map(({ seconds }) => seconds)).toFixed(1),
    ]);
  });
  const all = row([
    '**all**',
    outcomes.length,
    new Set(outcomes.map(({ model }) => model)).size,
    survived(outcomes),
    most(outcomes.map(({ repeated }) => repeated)).toFixed(1),
    most(outcomes.map(({ presses }) => presses)),
    most(outcomes.map(({ seconds }) => seconds)).toFixed(1),
  ]);
  const head = [
    'fault',
    'injections',
    'models',
    'survived',
    'epochs trained again, at most',
    'presses of Resume, at most',
    'seconds until it trained on, at most',
  ];
  return [row(head), row(['---', ...head.slice(1).map(() => '---:')]), ...lines, all].join('\n');
}

/** Injections that were survived, of how many, for each fault and model; only what was injected has a cell. */
export function matrix({ outcomes }: Pick<Soak, 'outcomes'>): string {
  const models = [...new Set(outcomes.map(({ model }) => model))].sort();
  const lines = FAULTS.flatMap(({ name }) => {
    const own = outcomes.filter(({ fault }) => fault === name);
    if (own.length === 0) return [];
    const cells = models.map((model) => {
      const both = own.filter((outcome) => outcome.model === model);
      return both.length === 0 ? '' : `${survived(both)}/${both.length}`;
    });
    return row([name, ...cells]);
  });
  return [row(['fault', ...models]), row(['---', ...models.map(() => '---:')]), ...lines].join('\n');
}

/** Each violation once, with the runs in which it was seen. */
export function violationsOf({ seed, outcomes }: Pick<Soak, 'seed' | 'outcomes'>): string[] {
  return outcomes.flatMap(({ run, model, fault, step, violations }) =>
    violations.map((what) => `seed ${seed}, run ${run}: ${fault} in ${model} at step ${step}: ${what}`),
  );
}
