import { parseArgs } from 'node:util';
import { FAULTS } from './faults';

export const HELP = `Injects faults into runs of every model in Chromium, and compares each run with an undisturbed one.

  --seed n        what happens when; printed, by default drawn
  --minutes n     no run starts after so many (default 3)
  --injections n  no run starts after so many
  --browsers n    side by side, 1 or 2 (default 1)
  --per-run n     injections in each run (default 3)
  --model a,b     these models alone
  --fault a,b     these faults alone
  --run n         this run of the seed alone
  --epochs n      in every run; by default as many as take some seconds
  --write         puts the table into docs/reliability.md
  --list          names the faults
  --promises      puts what each may cost into docs/reliability.md
`;

/** What is asked of a soak. */
export interface Options {
  readonly seed: number;
  readonly minutes: number;
  readonly injections: number;
  readonly browsers: number;
  readonly perRun: number;
  readonly models: readonly string[];
  readonly faults: typeof FAULTS;
  readonly run: number | null;
  readonly epochs: number | null;
  readonly write: boolean;
}

/** Throws in words on what there is not. */
export function optionsOf(args: readonly string[], models: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '3' },
      injections: { type: 'string', default: 'Infinity' },
      browsers: { type: 'string', default: '1' },
      'per-run': { type: 'string', default: '3' },
      model: { type: 'string' },
      fault: { type: 'string' },
      run: { type: 'string' },
      epochs: { type: 'string' },
      write: { type: 'boolean' },
    },
  });
  const chosen = (given: string | undefined, known: readonly string[]): readonly string[] => {
    const names = given?.split(',') ?? known;
    for (const name of names)
      if (!known.includes(name)) throw new Error(`There is no ${name}; there are ${known.join(', ')}.`);
    return names;
  };
  const faults = chosen(
    values.fault,
    FAULTS.map(({ name }) => name),
  );
  return {
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : Number(values.seed),
    minutes: Number(values.minutes),
    injections: Number(values.injections),
    browsers: Math.min(2, Number(values.browsers)),
    perRun: Number(values['per-run']),
    models: chosen(values.model, models),
    faults: FAULTS.filter(({ name }) => faults.includes(name)),
    run: values.run === undefined ? null : Number(values.run),
    epochs: values.epochs === undefined ? null : Number(values.epochs),
    write: values.write === true,
  };
}
