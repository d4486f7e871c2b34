import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as makeLinks from '../helpers/linkEntry';
import { serveFolder } from '../helpers/staticHost';
import { Baselines } from './baselines';
import type { Outcome } from './drive';
import { FAULTS } from './faults';
import { modelIds } from './models';
import { planned, type PlannedRun } from './plan';
import { matrix, table, violationsOf, type Soak } from './report';
import { Stage } from './stage';

const HELP = `Injects faults into runs of every model in Chromium, and compares each run with an undisturbed one.

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
`;

interface Options {
  readonly seed: number;
  readonly minutes: number;
  readonly injections: number;
  readonly browsers: number;
  readonly perRun: number;
  readonly models: readonly string[];
  readonly faults: typeof FAULTS;
  readonly run: number | null;
  readonly epochs: number | null;
}

/** Prints a line with the time. */
const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);

/** Takes runs from the plan until the time is over, one after the other. */
async function lane(
  runs: Iterator<PlannedRun>,
  baselines: Baselines,
  address: string,
  soak: Soak & { outcomes: Outcome[]; missed: number },
  over: () => boolean,
): Promise<void> {
  let stage: Stage | null = null;
  try {
    while (!over()) {
      const plan = runs.next().value as PlannedRun | undefined;
      if (!plan) return;
      if (!stage) {
        stage = new Stage(address);
        await stage.open();
      }
      const began = performance.now();
      const { outcomes, missed, lost, epochs } = await baselines.drive(stage, plan);
      soak.outcomes.push(...outcomes);
      soak.missed += missed;
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      const told = outcomes.map(
        ({ fault, step, repeated, violations }) =>
          `${fault}@${step}${repeated > 0 ? ` −${repeated.toFixed(1)}` : ''}${violations.length > 0 ? ' ✗' : ''}`,
      );
      say(
        `run ${plan.number} ${plan.model}, ${epochs} epochs, ${seconds} s: ${told.join(', ')}${missed > 0 ? ` (${missed} too late)` : ''}`,
      );
      for (const violation of violationsOf({ seed: soak.seed, outcomes })) say(`  ✗ ${violation}`);
      // What a lost run left must not disturb the next one.
      if (!lost && outcomes.every(({ violations }) => violations.length === 0)) continue;
      await stage.close();
      stage = null;
    }
  } finally {
    await stage?.close();
  }
}

function optionsOf(args: readonly string[], models: readonly string[]): Options {
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
      list: { type: 'boolean' },
      help: { type: 'boolean' },
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
  };
}

/** The soak on the build in `folder`; the exit code. */
export async function main(args: readonly string[], root: string, folder: string): Promise<number> {
  if (args.includes('--help')) return (console.log(HELP), 0);
  if (args.includes('--list'))
    return (FAULTS.forEach(({ name, happens }) => console.log(`${name.padEnd(20)} ${happens}`)), 0);
  const models = new URL('workers/models/', pathToFileURL(`${root}/`));
  const options = optionsOf(args, modelIds(models));
  const host = await serveFolder(folder);
  const soak = { seed: options.seed, minutes: 0, outcomes: [] as Outcome[], missed: 0 };
  const began = performance.now();
  let asked = false;
  process.once('SIGINT', () => (asked = true));
  const minutes = (): number => (performance.now() - began) / 60_000;
  const over = (): boolean => asked || minutes() >= options.minutes || soak.outcomes.length >= options.injections;
  say(`seed ${options.seed}`);
  const baselines = new Baselines({ makeLinks, seed: 1, epochs: options.epochs, folder: models });
  try {
    const runs = options.run === null ? planned(options) : only(planned(options), options.run);
    const lanes = Array.from({ length: options.browsers }, () => lane(runs, baselines, host.address, soak, over));
    await Promise.all(lanes);
  } finally {
    soak.minutes = minutes();
    await host.close();
    report(soak, root, args.includes('--write'));
  }
  return soak.outcomes.some(({ violations }) => violations.length > 0) || soak.outcomes.length === 0 ? 1 : 0;
}

function* only(runs: Iterator<PlannedRun, never>, number: number): Generator<PlannedRun> {
  for (;;) {
    const plan = runs.next().value;
    if (plan.number !== number) continue;
    yield plan;
    return;
  }
}

function report(soak: Soak, root: string, write: boolean): void {
  const { seed, minutes, outcomes, missed } = soak;
  const summary = `${outcomes.length} injections in ${minutes.toFixed(0)} minutes (seed ${seed}); ${missed} came too late and are not counted.`;
  console.log(`\n${summary}\n\n${table(soak)}\n\nSurvived, by model:\n\n${matrix(soak)}\n`);
  const violations = violationsOf(soak);
  if (violations.length > 0) console.log(`Violations:\n${violations.map((one) => `- ${one}`).join('\n')}\n`);
  if (outcomes.length > 0) console.log(`${((60 * minutes) / outcomes.length).toFixed(1)} s an injection.`);
  mkdirSync(`${root}/.cache/faults`, { recursive: true });
  writeFileSync(`${root}/.cache/faults/seed-${seed}.json`, `${JSON.stringify(soak, null, 2)}\n`);
  const page = `${root}/docs/reliability.md`;
  if (!write || !existsSync(page)) return;
  const text = readFileSync(page, 'utf8');
  const [begin, end] = ['<!-- soak -->', '<!-- /soak -->'];
  const [head, tail] = [text.split(begin)[0], text.split(end)[1]];
  writeFileSync(page, `${head}${begin}\n\n${summary}\n\n${table(soak)}\n\n${end}${tail}`);
}
