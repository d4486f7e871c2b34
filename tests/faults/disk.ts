import type { CDPSession, Page } from '@playwright/test';
import { until } from './until';

/** Bytes that the app may store while the disk is not full: more than a soak's runs take. */
const ROOM = 200e6;

/**
 * How much room a tab's origin has. The browser asks for it once and then trusts the answer for half a minute, less what is
 * written meanwhile. So the room is small from the beginning, and to fill the disk is to write more than that at once.
 */
export class Disk {
  readonly #session: CDPSession;
  readonly #page: Page;
  readonly #origin: string;

  private constructor(session: CDPSession, page: Page, origin: string) {
    this.#session = session;
    this.#page = page;
    this.#origin = origin;
  }

  /** For as long as the tab is open. */
  static async of(page: Page, address: string): Promise<Disk> {
    const disk = new Disk(await page.context().newCDPSession(page), page, new URL(address).origin);
    await disk.free();
    return disk;
  }

  async #leave(quotaSize: number): Promise<void> {
    await this.#session.send('Storage.overrideQuotaForOrigin', { origin: this.#origin, quotaSize });
  }

  free(): Promise<void> {
    return this.#leave(ROOM);
  }

  /** From now on every write is refused. Throws where none is. */
  async fill(): Promise<void> {
    await this.#leave(1);
    // A write that is broken off for another reason, as one that is aborted on purpose, says nothing of the room.
    const refused = await until(() => this.#refuses(), 20_000, 'the disk is full');
    if (refused !== 'full') throw new Error('The disk did not fill up.');
  }

  /** Writes more than there is room for; null where another fault broke it off. */
  #refuses(): Promise<'full' | 'room' | null> {
    return this.#page.evaluate(
      (bytes) =>
        new Promise<'full' | 'room' | null>((resolve) => {
          const opening = indexedDB.open('filler');
          opening.onupgradeneeded = () => opening.result.createObjectStore('values');
          opening.onerror = () => resolve('full');
          opening.onsuccess = () => {
            const transaction = opening.result.transaction('values', 'readwrite');
            // Larger values would lie in files of their own, which are not counted before they are written.
            const value = new Uint8Array(50_000);
            const end = (is: 'full' | 'room' | null): void => {
              opening.result.close();
              resolve(is);
            };
            transaction.oncomplete = () => end('room');
            transaction.onabort = () => end(transaction.error?.name === 'QuotaExceededError' ? 'full' : null);
            try {
              for (let place = 0; place * value.length < bytes; place++)
                transaction.objectStore('values').put(value, place);
            } catch {
              // It was broken off while it wrote: what aborted it answers.
            }
          };
        }),
      ROOM + 10e6,
    );
  }
}
