import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import * as makeLinks from '../helpers/linkEntry';
import { serveFolder } from '../helpers/staticHost';
import { Baselines } from './baselines';
import { FAULTS } from './faults';
import { lane, say, type Book } from './lane';
import { modelIds } from './models';
import { HELP, optionsOf } from './options';
import { planned, type PlannedRun } from './plan';
import { matrix, promises, summary, table, violationsOf, type Soak } from './report';

/** The soak on the build in `folder`; the exit code: 1 where something was violated. */
export async function main(args: readonly string[], root: string, folder: string): Promise<number> {
  if (args.includes('--promises')) {
    putInto(`${root}/docs/reliability.md`, 'faults', promises(FAULTS));
    return 0;
  }
  if (args.includes('--help') || args.includes('--list')) {
    const list = FAULTS.map(({ name, happens }) => `${name.padEnd(20)} ${happens}`).join('\n');
    console.log(args.includes('--help') ? HELP : list);
    return 0;
  }
  const models = new URL('workers/models/', pathToFileURL(`${root}/`));
  const options = optionsOf(args, modelIds(models));
  const host = await serveFolder(folder);
  const book: Book = { seed: options.seed, minutes: 0, outcomes: [], missed: 0, notBegun: [] };
  const began = performance.now();
  let asked = false;
  process.once('SIGINT', () => (asked = true));
  const minutes = (): number => (performance.now() - began) / 60_000;
  const over = (): boolean => asked || minutes() >= options.minutes || book.outcomes.length >= options.injections;
  say(`seed ${options.seed}`);
  const baselines = new Baselines({ makeLinks, seed: 1, epochs: options.epochs, folder: models });
  try {
    const runs = options.run === null ? planned(options) : only(planned(options), options.run);
    const lanes = Array.from({ length: options.browsers }, () => lane(runs, baselines, host.address, book, over));
    await Promise.all(lanes);
  } finally {
    book.minutes = minutes();
    await host.close();
    tell(book, root, options.write);
  }
  const clean = book.outcomes.every(({ violations }) => violations.length === 0) && book.notBegun.length === 0;
  return clean && book.outcomes.length > 0 ? 0 : 1;
}

function* only(runs: Iterator<PlannedRun, never>, number: number): Generator<PlannedRun> {
  for (;;) {
    const plan = runs.next().value;
    if (plan.number !== number) continue;
    yield plan;
    return;
  }
}

function tell(soak: Soak, root: string, write: boolean): void {
  const { seed, minutes, outcomes, notBegun } = soak;
  console.log(`\n${summary(soak)}\n\n${table(soak)}\n\nSurvived, by model:\n\n${matrix(soak)}\n`);
  const wrong = [...violationsOf(soak), ...notBegun];
  if (wrong.length > 0) console.log(`Violations:\n${wrong.map((one) => `- ${one}`).join('\n')}\n`);
  if (outcomes.length > 0) console.log(`${((60 * minutes) / outcomes.length).toFixed(1)} s an injection.`);
  mkdirSync(`${root}/.cache/faults`, { recursive: true });
  writeFileSync(`${root}/.cache/faults/seed-${seed}.json`, `${JSON.stringify(soak, null, 2)}\n`);
  if (write) putInto(`${root}/docs/reliability.md`, 'soak', `${summary(soak)}\n\n${table(soak)}`);
}

/** Replaces what stands between the two marks of a page. */
function putInto(page: string, mark: string, what: string): void {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [head, tail] = [begin, end].map((one, place) => readFileSync(page, 'utf8').split(one)[place]);
  writeFileSync(page, `${head}${begin}\n\n${what}\n\n${end}${tail}`);
}
