import type { EpochPoint, RunDocument, RunStatus, TermPoint } from '../../src/domain/run';
import { AppError } from '../../src/domain/errors';
import { presentName } from '../../src/storage/marker';
import { writeRun, writeTrained } from '../../src/storage/runs';
import type { RunHost } from './host';
import { Room } from './room';

/** Thrown through the preparations of a run that was stopped before its first step; not a failure. */
export class StoppedEarly extends Error {}

/**
 * What is known of a run so far: its document, told to the page and stored as it grows, and the gate between steps where
 * a person's commands take effect.
 */
export class RunRecord {
  readonly #host: Pick<RunHost, 'database' | 'control' | 'emit'>;
  readonly room: Room;
  /** The name of the database when the run began. */
  readonly #storedIn: Promise<unknown>;
  #run: RunDocument;
  #epochs: EpochPoint[];
  #intervals: TermPoint[];
  #secondsBefore: number;
  /** `performance.now()` when work began, later by the time spent paused. */
  #startedAt = performance.now();

  constructor(run: RunDocument, host: Pick<RunHost, 'database' | 'control' | 'emit' | 'roomMs'>) {
    this.#run = run;
    this.#host = host;
    this.room = new Room(host);
    this.#storedIn = presentName(host.database);
    // Kept until a checkpoint says otherwise: a run that fails to open its device keeps its curves.
    this.#epochs = [...run.epochs];
    this.#intervals = [...run.intervals];
    this.#secondsBefore = run.seconds;
  }

  get run(): RunDocument {
    return this.#run;
  }

  get epochs(): readonly EpochPoint[] {
    return this.#epochs;
  }

  /** Seconds of work since the run was begun, over all its sessions, pauses left out. */
  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#startedAt) / 1000;
  }

  update(changes: Partial<RunDocument>): void {
    this.#run = { ...this.#run, ...changes };
  }

  /** Takes the curves and the clock from a checkpoint, or (`null`) begins anew. */
  goOnFrom(kept: Pick<RunDocument, 'epochs' | 'intervals' | 'best' | 'seconds'> | null): void {
    this.#epochs = [...(kept?.epochs ?? [])];
    this.#intervals = [...(kept?.intervals ?? [])];
    this.#secondsBefore = kept?.seconds ?? 0;
    this.update({ best: kept?.best ?? null, ...(kept ? {} : { result: null }) });
  }

  addInterval(point: TermPoint): void {
    this.#intervals.push(point);
    this.#host.emit({ type: 'intervals', points: [point] });
  }

  addEpoch(point: EpochPoint): void {
    this.#epochs.push(point);
    this.#host.emit({ type: 'epoch', point, best: this.#run.best });
  }

  /** The run as it would be stored now. */
  document(): RunDocument {
    return { ...this.#run, epochs: [...this.#epochs], intervals: [...this.#intervals], seconds: this.seconds };
  }

  /**
   * Stores the run as it is now. While storage is full it goes on as it is, and the page is told. Throws `RUN_NOT_FOUND` when the run has
   * been deleted meanwhile.
   */
  async write(): Promise<void> {
    await this.room.orLater(() => this.#write(this.document()));
  }

  /** Stores the run's end; waits for room. Throws `STORE_QUOTA` when it is told to stop meanwhile, and as `write`. */
  async writeEnd(run: RunDocument): Promise<void> {
    await this.room.whenFree(() => this.#write(run));
  }

  async #write(run: RunDocument): Promise<void> {
    const { database } = this.#host;
    if (await writeTrained(database, run)) return;
    // Where all is gone, the browser has cleared it, and nobody has deleted the run.
    const before = await this.#storedIn;
    if (before !== undefined && (await presentName(database)) !== before) return writeRun(database, run);
    throw new AppError('RUN_NOT_FOUND', 'The run was deleted while it trained.', 'Start it again to have it.', {
      id: run.id,
    });
  }

  async setStatus(status: RunStatus): Promise<void> {
    this.update({ status });
    this.#host.emit({ type: 'status', status });
    await this.write();
  }

  /** Lets commands in, and waits while the run is paused. False when it is to stop. */
  async gate(): Promise<boolean> {
    const { control } = this.#host;
    const { status } = this.#run;
    this.#startedAt += await control.gate(() => this.setStatus('paused'));
    if (this.#run.status === 'paused') {
      if (control.stopRequested) this.update({ status });
      else await this.setStatus(status);
    }
    return !control.stopRequested;
  }

  /** Says what is being done. Throws `StoppedEarly` when the run is stopped while it is being prepared. */
  async phase(text: string, fraction: number | null): Promise<void> {
    this.#host.emit({ type: 'phase', text, fraction });
    const goesOn = (await this.gate()) && !this.#host.control.leaving;
    if (!goesOn && this.#run.status === 'preparing') throw new StoppedEarly();
  }
}
