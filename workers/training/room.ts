import { AppError } from '../../src/domain/errors';
import type { RunHost } from './host';

const ROOM_MS = 5000;

/**
 * Room in the browser's storage, for a run. What it keeps on the way is tried again at its next turn, and training goes on; what it keeps at its
 * end is tried again until there is room, so that nothing trained is lost while the page is open.
 */
export class Room {
  readonly #host: Pick<RunHost, 'control' | 'emit' | 'roomMs'>;
  #full = false;

  constructor(host: Pick<RunHost, 'control' | 'emit' | 'roomMs'>) {
    this.#host = host;
  }

  /** Whether `write` had room. Throws what it throws otherwise. */
  async orLater(write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#say(true);
      return false;
    }
    this.#say(false);
    return true;
  }

  /** Repeats `write` until there is room. Throws `STORE_QUOTA` when the run is told to stop meanwhile. */
  async whenFree(write: () => Promise<void>): Promise<void> {
    let last: unknown = null;
    const once = (): Promise<void> =>
      write().catch((error: unknown) => {
        last = error;
        throw error;
      });
    const { control, roomMs = ROOM_MS } = this.#host;
    const before = control.stops;
    while (!(await this.orLater(once))) {
      if (control.stops === before) await control.wait(roomMs);
      if (control.stops > before) throw last;
    }
  }

  #say(full: boolean): void {
    if (full !== this.#full) this.#host.emit({ type: 'storage', full });
    this.#full = full;
  }
}

const isFull = (error: unknown): boolean => error instanceof AppError && error.code === 'STORE_QUOTA';
