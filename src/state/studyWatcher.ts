import type { Fault } from '../domain/errors';
import type { Plan } from '../domain/plan';
import type { ImportReport, NamedFile } from '../domain/protocol';
import type { RunSummary } from '../domain/run';
import { sameRun } from '../domain/sameRun';
import { RESULT, RUNS, STUDY, WEIGHTS, type StandingOfRun } from '../domain/studyFolder';
import { standings, studyPlan } from '../sharing/studyStanding';
import type { StudySource } from './studyFolder';

/** What became of a finished run: stored by this page now (as a copy where another state of it is here), here before, or refused with the reason. */
export type Taken =
  { readonly kind: 'imported' | 'copied' | 'here' } | { readonly kind: 'refused'; readonly fault: Fault };

interface Environment {
  readonly take: (files: readonly NamedFile[]) => Promise<ImportReport>;
  /** Runs that are stored in this page. */
  readonly here: () => readonly RunSummary[];
}

/** Runs whose files are imported at once: the list of runs shows them then. */
const AT_ONCE = 20;

/** Looks into a study’s folder, again and again, and imports what is finished; each run once. */
export class StudyWatcher {
  readonly source: StudySource;
  readonly #environment: Environment;
  /** Finished runs that are dealt with: nothing of them is read again. */
  readonly #known = new Map<string, StandingOfRun>();
  readonly #taken = new Map<string, Taken>();
  /** Runs whose weights were asked for too. */
  readonly #weights = new Set<string>();
  /** Of results that were refused, by run: which file it was. */
  readonly #refused = new Map<string, string>();
  #plan: Plan | null = null;
  runs: readonly StandingOfRun[] = [];

  constructor(source: StudySource, environment: Environment) {
    this.source = source;
    this.#environment = environment;
  }

  get plan(): Plan | null {
    return this.#plan;
  }

  /** By run. */
  get taken(): ReadonlyMap<string, Taken> {
    return new Map(this.#taken);
  }

  /** Nothing in the folder changes any more, and all of it is here. */
  get over(): boolean {
    return this.#plan !== null && this.#known.size === this.#plan.runs.length;
  }

  /** Reads how the runs are. Throws `PLAN_FOLDER` and the like where it is no study, and what the browser throws where it cannot be read. */
  async look(): Promise<void> {
    this.#plan ??= await studyPlan(this.source, this.source.name);
    this.runs = await standings(this.source, this.#plan, this.#known);
  }

  /** Imports what is finished and not here; `weights` with theirs. `told` hears after each part. Throws what storage throws. */
  async importFinished(weights: boolean, told: () => void): Promise<void> {
    for (const standing of this.runs) {
      if (standing.state !== 'finished' || this.#taken.has(standing.run.id)) continue;
      const { summary } = standing;
      if (summary && this.#environment.here().some((run) => sameRun(run, summary)))
        this.#settle(standing, { kind: 'here' });
    }
    const wanted = this.runs.filter(
      ({ run: { id }, state }) => state === 'finished' && (!this.#known.has(id) || (weights && !this.#weights.has(id))),
    );
    for (let start = 0; start < wanted.length; start += AT_ONCE) {
      await this.#import(wanted.slice(start, start + AT_ONCE), weights);
      told();
    }
  }

  async #import(standings: readonly StandingOfRun[], weights: boolean): Promise<void> {
    const files: NamedFile[] = [];
    const asked: StandingOfRun[] = [];
    for (const standing of standings) {
      const { id } = standing.run;
      const study = await this.source.file(this.#pathOf(id, STUDY));
      const stamp = study ? `${study.size} ${study instanceof File ? study.lastModified : ''}` : 'missing';
      // It would be refused again.
      if (this.#refused.get(id) === stamp) continue;
      this.#refused.set(id, stamp);
      if (!study) {
        this.#taken.set(id, { kind: 'refused', fault: missingResult(this.#named(id, STUDY)) });
        continue;
      }
      asked.push(standing);
      files.push({ path: this.#named(id, STUDY), file: study });
      const arrays = weights ? await this.source.file(this.#pathOf(id, WEIGHTS)) : null;
      if (arrays) files.push({ path: this.#named(id, WEIGHTS), file: arrays });
    }
    if (files.length === 0) return;
    // Asked for again after storage has refused it.
    const report = await this.#environment.take(files).catch((error: unknown) => {
      for (const { run } of asked) this.#refused.delete(run.id);
      throw error;
    });
    for (const standing of asked) this.#learn(standing, report, weights);
  }

  #learn(standing: StandingOfRun, { runs, refused }: ImportReport, weights: boolean): void {
    const { id } = standing.run;
    const refusal = refused.find(({ file }) => file === this.#named(id, STUDY) || file === this.#named(id, WEIGHTS));
    if (refusal) return void this.#taken.set(id, { kind: 'refused', fault: refusal.fault });
    if (weights) this.#weights.add(id);
    const before = this.#taken.get(id);
    this.#settle(standing, before && before.kind !== 'refused' ? before : { kind: this.#kindOf(standing, runs) });
  }

  #kindOf({ run: { id }, summary }: StandingOfRun, added: ImportReport['runs']): 'imported' | 'copied' | 'here' {
    if (added.some((run) => run.id === id)) return 'imported';
    const here = this.#environment.here().find((run) => run.id === id);
    return here && summary && !sameRun(here, summary) ? 'copied' : 'here';
  }

  #settle(standing: StandingOfRun, taken: Taken): void {
    const { id } = standing.run;
    this.#taken.set(id, taken);
    this.#known.set(id, standing);
    this.#refused.delete(id);
    this.source.forget(`${RUNS}/${id}`);
  }

  #pathOf(id: string, name: string): string {
    return `${RUNS}/${id}/${RESULT}/${name}`;
  }

  #named(id: string, name: string): string {
    return `${this.source.name}/${this.#pathOf(id, name)}`;
  }
}

const missingResult = (path: string): Fault => ({
  code: 'STUDY_UNREADABLE',
  message: `There is no ${path}, though the run is finished.`,
  hint: 'It may still be on its way to this machine. If it stays away, delete the run’s result, and a worker does it again.',
  context: {},
});
