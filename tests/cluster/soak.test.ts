import { execFileSync } from 'node:child_process';
import { readdir, rm, statfs, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  bundle,
  mounted,
  namesOf,
  newFolder,
  resultsOf,
  start,
  tinyPlan,
  unmounted,
  writePlan,
  type Program,
} from '../helpers/cluster';
import { soak } from '../helpers/soak';

const WORKERS = 20;
const RUNS = 200;
/** Seconds; beside so many others on a few cores, a heartbeat may come late. */
const LEASE = 10;

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** Numbers in [0, 1), the same in every test. */
function numbers(): () => number {
  let state = 12345;
  return () => (state = (Math.imul(state, 1103515245) + 12345) >>> 1) / 2 ** 31;
}

/** All workers that ever were, so that what each said can be read in the end. */
class Crew {
  readonly all: Program[] = [];
  #now: Program[] = [];
  readonly #begin: () => Program;

  constructor(count: number, begin: () => Program) {
    this.#begin = begin;
    for (let one = 0; one < count; one++) this.#now.push(this.#more());
  }

  #more(): Program {
    const one = this.#begin();
    this.all.push(one);
    return one;
  }

  kill(place: number): void {
    this.#now[place]!.child.kill('SIGKILL');
    this.#now[place] = this.#more();
  }

  async ended(): Promise<void> {
    for (const { ended } of this.#now) {
      const { code, said } = await ended;
      expect(code, said).toBe(0);
    }
  }
}

/** Lines of an unexpected end: everything that a worker says is a sentence of its own. */
const STACK = /^\s+at .+:\d+:\d+|Unhandled|\[object Object\]|undefined/m;

it.runIf(soak)(
  `${WORKERS} workers do ${RUNS} runs, killed at random, in a folder that is read-only and then full for a while: nothing is lost, nothing is done twice`,
  async ({ skip }) => {
    const plan = await tinyPlan(
      Array.from({ length: RUNS }, (_, seed) => ({
        model: seed % 2 ? ('bpr' as const) : ('lightgcn' as const),
        seed,
        config: { epochs: 40, patience: 0 },
      })),
    );
    const folder = await newFolder();
    const path = await writePlan(folder, plan);
    const out = join(folder, 'out');
    await mkdir(out);
    if (!mounted(out, '-o', 'size=256m')) skip('nothing may be mounted here');
    const program = await bundle();
    const cache = join(folder, 'cache');
    const worker = (study: string, ...more: string[]): Program =>
      start(program, ['work', path, '--out', study, '--cache', cache, ...more]);
    const words = ['--lease', String(LEASE), '--checkpoint', '0', '--attempts', '1000'];
    try {
      const alone = worker(join(folder, 'alone'), '--checkpoint', '3600');
      const crew = new Crew(WORKERS, () => worker(out, ...words));
      const random = numbers();
      const troubles = [
        { after: RUNS / 5, meet: readOnly },
        { after: RUNS / 2, meet: full },
      ];
      let kills = 0;
      for (let done = 0; done < RUNS - WORKERS; done = await finishedIn(out)) {
        await seconds(2 + 2 * random());
        crew.kill(Math.floor(random() * WORKERS));
        kills += 1;
        if (done >= (troubles[0]?.after ?? Infinity)) await troubles.shift()?.meet(out);
      }
      await crew.ended();
      expect((await alone.ended).code).toBe(0);

      // Nothing is lost, and every result has the bits of one worker that nobody disturbed.
      expect(await resultsOf(out, plan)).toEqual(await resultsOf(join(folder, 'alone'), plan));
      const said = crew.all.map((one) => one.said());
      for (const { name, id } of plan.runs) {
        const finished = said.filter((text) => text.includes(`${name}: finished`)).length;
        expect(finished, `times that ${name} was done`).toBeLessThanOrEqual(1);
        expect((await readdir(join(out, 'runs', id))).filter((one) => /^(\.|checkpoint)/.test(one))).toEqual([]);
      }
      // Each failure is a sentence, and both troubles were met.
      expect(said.filter((text) => STACK.test(text))).toEqual([]);
      expect(said.some((text) => text.includes('EROFS'))).toBe(true);
      expect(said.some((text) => text.includes('ENOSPC'))).toBe(true);
      const status = await start(program, ['status', out]).ended;
      expect(status.said).toContain(`${RUNS} runs; ${RUNS} finished.`);
      expect(status.code).toBe(0);
      const taken = said.flatMap((text) => text.match(/\(taken up, lease \d+\)/g) ?? []).length;
      const lost = said.flatMap((text) => text.match(/another worker has it now/g) ?? []).length;
      // Work that was given up is lost time, and no result: told, so that it is seen when it grows.
      console.log(`${kills} kills; ${taken} runs taken up from others, ${lost} given up to them.`);
    } finally {
      unmounted(out);
    }
  },
);

async function finishedIn(out: string): Promise<number> {
  const runs = await namesOf(join(out, 'runs'));
  const each = await Promise.all(runs.map(async (id) => (await namesOf(join(out, 'runs', id))).includes('result')));
  return each.filter(Boolean).length;
}

/** Nothing can be written there for longer than a lease. */
async function readOnly(out: string): Promise<void> {
  for (;;) {
    try {
      execFileSync('mount', ['-o', 'remount,ro', out], { stdio: 'ignore' });
      break;
    } catch {
      // A file that is being written keeps it busy.
      await seconds(0.02);
    }
  }
  await seconds(LEASE + 5);
  execFileSync('mount', ['-o', 'remount,rw', out]);
}

/** No byte is free there, until the file that takes them all is removed. */
async function full(out: string): Promise<void> {
  const filler = join(out, '.filler');
  for (const end = Date.now() + (LEASE + 5) * 1000; Date.now() < end; await seconds(0.2)) {
    const { bavail, bsize } = await statfs(out);
    if (bavail > 0) await writeFile(filler, Buffer.alloc(bavail * bsize), { flag: 'a' }).catch(() => undefined);
  }
  expect(await namesOf(out)).toContain('.filler');
  await rm(filler);
}
