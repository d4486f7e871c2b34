import type { WeightsOf } from '../../src/domain/run';
import type { Database } from '../../src/storage/database';
import { openDevice, type DeviceHost } from '../engine/device';
import { scoreAll } from '../engine/ranking';
import { holdRepresentation, type HeldRepresentation } from '../engine/representation';
import { openRun, type OpenedRun } from './openRun';

/** Models kept at a time: two stand side by side. */
const KEPT = 2;

interface Open {
  readonly key: string;
  readonly opened: OpenedRun;
  representation: HeldRepresentation | null;
}

/** The runs whose models this worker has built, on the WASM device: whatever trains keeps its own. */
export class OpenRuns {
  readonly #database: Database;
  readonly #host: DeviceHost;
  readonly #phase: (text: string, fraction: number | null) => Promise<void>;
  #device: Promise<unknown> | null = null;
  #open: readonly Open[] = [];

  constructor(database: Database, host: DeviceHost, phase: (text: string, fraction: number | null) => Promise<void>) {
    this.#database = database;
    this.#host = host;
    this.#phase = phase;
  }

  /** With the weights that are stored now, if `fresh` or not open yet. Throws what `openRun` throws. */
  async get(runId: string, of: WeightsOf, fresh: boolean): Promise<OpenedRun> {
    return (await this.#find(runId, of, fresh)).opened;
  }

  /** Scores of one user with all items, `[I]`. */
  async scores(runId: string, of: WeightsOf, user: number): Promise<Float32Array> {
    const open = await this.#find(runId, of, false);
    open.representation ??= holdRepresentation(() => open.opened.model.represent());
    return scoreAll(open.representation, user);
  }

  /** Opens the device, once. */
  async device(): Promise<void> {
    this.#device ??= openDevice(this.#host, { backend: 'wasm', allowSoftware: false });
    await this.#device;
  }

  async #find(runId: string, of: WeightsOf, fresh: boolean): Promise<Open> {
    const key = `${runId} ${of}`;
    const known = this.#open.find((one) => one.key === key);
    if (known && !(fresh && known.opened.run.result === null)) return known;
    await this.device();
    this.#drop(this.#open.filter((one, place) => one.key === key || place >= KEPT - 1));
    const made: Open = { key, opened: await openRun(this.#database, runId, of, this.#phase), representation: null };
    this.#open = [made, ...this.#open];
    return made;
  }

  #drop(list: readonly Open[]): void {
    for (const { opened, representation } of list) {
      representation?.dispose();
      opened.model.dispose();
    }
    this.#open = this.#open.filter((one) => !list.includes(one));
  }
}
