import { AppError } from '../../src/domain/errors';
import { summarise, type RunDocument, type RunOrigin } from '../../src/domain/run';
import { sameRun } from '../../src/domain/sameRun';
import type { Study } from '../../src/sharing/studyFile';
import type { RunWeights } from '../../src/sharing/weightsFile';
import type { Database } from '../../src/storage/database';
import { listDatasets } from '../../src/storage/datasets';
import { listRuns, runIds, writeRun } from '../../src/storage/runs';
import { readShapes, writeWeights } from '../../src/storage/weights';
import type { ImportReport } from '../../src/domain/protocol';

type Counts = Pick<ImportReport, 'known' | 'copies'> & { readonly runs: { id: string; name: string }[] };

/** Runs of files stored beside those that are here, and under which id each of them is found now. */
export class RunImport {
  readonly #database: Database;
  readonly #newId: () => string;
  readonly #now: Date;
  /** By id in the files. */
  readonly #ids = new Map<string, string>();

  constructor(database: Database, newId: () => string, now: Date) {
    this.#database = database;
    this.#newId = newId;
    this.#now = now;
  }

  /** Stores what is not here yet. A run of which another state is here gets an id of its own. `owner`: they are this person's own runs. */
  async runs(file: string, { runs, datasets }: Study, owner: boolean): Promise<Counts> {
    const here = (await listRuns(this.#database)).readable;
    // What cannot be read here is not overwritten.
    const taken = new Set(await runIds(this.#database));
    const stored = (await listDatasets(this.#database)).readable;
    const added: { id: string; name: string }[] = [];
    let known = 0;
    let copies = 0;
    for (const { run, details } of runs) {
      const same = here.find((one) => sameRun(one, summarise(run)));
      if (same) {
        known += 1;
        this.#ids.set(run.id, same.id);
        continue;
      }
      const other = taken.has(run.id);
      if (other) copies += 1;
      const { fingerprint } = run.experiment.dataset;
      const dataset = datasets.find((one) => one.fingerprint === fingerprint);
      const local = stored.find((one) => one.fingerprint === fingerprint);
      const id = other ? this.#newId() : run.id;
      const origin: RunOrigin | undefined =
        owner || !dataset ? run.origin : { file, importedAt: this.#now.toISOString(), dataset };
      await writeRun(
        this.#database,
        {
          ...atRest(run),
          id,
          experiment: { ...run.experiment, dataset: { ...run.experiment.dataset, ...(local && { id: local.id }) } },
          ...(origin && { origin }),
        },
        details,
      );
      taken.add(id);
      this.#ids.set(run.id, id);
      added.push({ id, name: run.name });
    }
    return { runs: added, known, copies };
  }

  /** Gives a run its weights; false where it has some. Throws `WEIGHTS_UNREADABLE` where the run is not here. */
  async weights(file: string, { runId, best, latest }: RunWeights): Promise<boolean> {
    const id = this.#ids.get(runId) ?? (await runIds(this.#database)).find((known) => known === runId);
    if (id === undefined)
      throw new AppError(
        'WEIGHTS_UNREADABLE',
        `${file} holds weights of a run that is not here.`,
        'Import the run’s .lodestone.json together with it.',
      );
    if (Object.keys(await readShapes(this.#database, id, 'best')).length > 0) return false;
    await writeWeights(this.#database, id, best.arrays, best.shapes);
    if (latest) await writeWeights(this.#database, id, latest.arrays, latest.shapes, 'latest');
    return true;
  }
}

/** What waited or trained elsewhere does neither here. */
function atRest(run: RunDocument): RunDocument {
  const ended = run.status === 'finished' || run.status === 'stopped' || run.status === 'failed';
  return ended ? run : { ...run, status: 'stopped' };
}
